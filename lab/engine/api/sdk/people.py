"""Users, roles, permits, permissions, and the tags of hosts."""
import ovirtsdk4.types as types

from engine import gone, refusal


def chapter(lab):
    seen = {}
    connection, system = lab.connection, lab.system

    users = system.users_service()
    admin = users.list(search="usrname=admin@internal-authz")[0]
    seen["user"] = [admin.user_name, admin.principal, admin.domain.name, system.get().authenticated_user.id == admin.id]
    seen["domain"] = connection.follow_link(admin.domain).name
    seen["nobody"] = len(users.list(search="usrname=nobody"))
    everyone = system.groups_service().list(search="name=Everyone")[0]
    seen["everyone"] = everyone.id

    roles = system.roles_service()
    stock = {role.name: role for role in roles.list()}
    seen["stock"] = [
        [stock[name].administrative, stock[name].mutable] for name in ("SuperUser", "UserRole", "HostAdmin")
    ]
    permits = roles.role_service(stock["HostAdmin"].id).permits_service()
    seen["host_admin"] = [one.name for one in permits.list()][:5]
    seen["read_only"] = refusal(lambda: roles.role_service(stock["UserRole"].id).remove())
    login, starts = types.Permit(id="1300"), types.Permit(id="22")
    role = roles.add(types.Role(name="starter", administrative=False, permits=[login, starts]))
    own = roles.role_service(role.id)
    seen["made"] = [role.mutable, [one.name for one in own.permits_service().list()]]
    seen["made_again"] = refusal(lambda: roles.add(types.Role(name="starter", administrative=False, permits=[login])))
    seen["too_much"] = refusal(lambda: own.permits_service().add(types.Permit(id="100")))
    own.permits_service().permit_service("22").remove()
    seen["less"] = [one.name for one in own.permits_service().list()]
    seen["lacking"] = refusal(lambda: roles.add(types.Role(name="empty", administrative=False)))

    cluster = system.clusters_service().list(search="name=Cluster1")[0]
    granted = system.clusters_service().cluster_service(cluster.id).permissions_service()
    permission = granted.add(types.Permission(user=types.User(id=admin.id), role=types.Role(name="starter")))
    seen["granted"] = [permission.cluster.id == cluster.id, permission.user.id == admin.id, permission.role.id == role.id]
    host = system.hosts_service().list(search="name=host2*")[0]
    member = system.hosts_service().host_service(host.id)
    inherited = {connection.follow_link(one.role).name: one for one in member.permissions_service().list()}
    seen["inherited"] = sorted(inherited)
    seen["as_own"] = inherited["starter"].host.id == host.id
    seen["no_role"] = refusal(
        lambda: granted.add(types.Permission(user=types.User(id=admin.id), role=types.Role(name="none")))
    )
    seen["no_holder"] = refusal(lambda: granted.add(types.Permission(role=types.Role(name="starter"))))
    seen["in_use"] = refusal(lambda: own.remove())
    granted.permission_service(permission.id).remove()
    own.remove()
    seen["gone"] = [gone(granted.permission_service(permission.id)), gone(own)]
    supers = [one for one in system.permissions_service().list() if one.role.id == stock["SuperUser"].id]
    seen["last_super_user"] = refusal(lambda: system.permissions_service().permission_service(supers[0].id).remove())

    tags = system.tags_service()
    root = [one for one in tags.list() if one.name == "root"][0]
    rack = tags.add(types.Tag(name="rack1", description="the first"))
    shelf = tags.add(types.Tag(name="shelf", parent=types.Tag(name="rack1")))
    seen["tags"] = [rack.parent.id == root.id, shelf.parent.id == rack.id, root.parent is None]
    seen["tag_again"] = refusal(lambda: tags.add(types.Tag(name="rack1")))
    seen["into_itself"] = refusal(
        lambda: tags.tag_service(rack.id).update(types.Tag(parent=types.Tag(id=shelf.id)))
    )
    hung = member.tags_service().add(types.Tag(name="shelf"))
    seen["hung"] = [hung.host.id == host.id, [one.name for one in member.tags_service().list()]]
    seen["by_tag"] = [one.name for one in system.hosts_service().list(search="tag=shelf")]
    seen["no_tag"] = refusal(lambda: member.tags_service().add(types.Tag(name="none")))
    member.tags_service().tag_service(shelf.id).remove()
    seen["off"] = [len(member.tags_service().list()), len(system.hosts_service().list(search="tag=shelf"))]
    tags.tag_service(rack.id).remove()
    seen["with_those_below"] = gone(tags.tag_service(shelf.id))
    seen["events"] = [
        one.code
        for one in system.events_service().list(search="sortby time asc")
        if one.code in (432, 434, 442, 444, 850, 852, 864, 858)
    ]
    return seen
