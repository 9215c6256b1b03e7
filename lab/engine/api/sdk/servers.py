"""Data domains on a file server and on iSCSI targets, from their making to their removal."""
import ovirtsdk4.types as types

from engine import GIB, gone, refusal, wait


def chapter(lab):
    seen = {}
    system = lab.system
    host = system.hosts_service().list(search="name=host2*")[0]
    machine = system.hosts_service().host_service(host.id)
    center = system.data_centers_service().list(search="name=Datacenter1")[0]
    domains = system.storage_domains_service()
    attached = system.data_centers_service().data_center_service(center.id).storage_domains_service()
    connections = system.storage_connections_service()

    def wanted(name, **storage):
        return types.StorageDomain(
            name=name,
            type=types.StorageDomainType.DATA,
            host=types.Host(name=host.name),
            storage=types.HostStorage(**storage),
        )

    def nfs(name, path):
        return wanted(
            name,
            type=types.StorageType.NFS,
            address=lab.nas,
            path=path,
            nfs_version=types.NfsVersion.V4_1,
        )

    def life(domain):
        """Attached, active, resting, active again, detached, removed: what is seen on the way."""
        service = domains.storage_domain_service(domain.id)
        attached.add(types.StorageDomain(id=domain.id))
        member = attached.storage_domain_service(domain.id)
        states = [wait(lambda: member.get().status.value, "active")[-1]]
        disk = system.disks_service().add(
            types.Disk(
                name=f"on_{domain.name}",
                provisioned_size=2 * GIB,
                format=types.DiskFormat.COW,
                sparse=True,
                storage_domains=[types.StorageDomain(id=domain.id)],
            )
        )
        own = system.disks_service().disk_service(disk.id)
        states.append(wait(lambda: own.get().status.value, "ok")[-1])
        own.remove()
        wait(lambda: gone(own), True)
        member.deactivate()
        states.append(wait(lambda: member.get().status.value, "maintenance")[-1])
        member.activate()
        states.append(wait(lambda: member.get().status.value, "active")[-1])
        member.deactivate()
        wait(lambda: member.get().status.value, "maintenance")
        member.remove()
        wait(lambda: gone(member), True)
        states.append(service.get().status.value)
        service.remove(host=host.name, format=True)
        return [*states, gone(service)]

    seen["no_export"] = refusal(lambda: domains.add(nfs("none", "/exports/none")))
    seen["no_permission"] = refusal(lambda: domains.add(nfs("none", "/exports/root_only")))
    domain = domains.add(nfs("sdk_nfs", "/exports/backup"))
    storage = domain.storage
    seen["nfs"] = [domain.status.value, storage.type.value, storage.path, storage.nfs_version.value]
    seen["nfs_size"] = domain.available // GIB
    [behind] = domains.storage_domain_service(domain.id).storage_connections_service().list()
    seen["connection"] = [behind.type.value, behind.address == lab.nas, behind.path]
    seen["in_use"] = refusal(lambda: connections.storage_connection_service(behind.id).remove())[1] == 409
    seen["nfs_life"] = life(domain)

    alone = connections.add(
        types.StorageConnection(type=types.StorageType.NFS, address=lab.nas, path="/exports/backup")
    )
    seen["alone"] = [one.id == alone.id for one in connections.list()]
    connections.storage_connection_service(alone.id).remove()
    seen["none_left"] = connections.list()

    portal, target, lun = lab.iscsi["portal"], lab.iscsi["target"], lab.iscsi["lun"]
    found = machine.iscsi_discover(iscsi=types.IscsiDetails(address=portal))
    seen["discovered"] = target in found

    def login(password):
        return machine.iscsi_login(
            iscsi=types.IscsiDetails(address=portal, target=target, username=lab.iscsi["user"], password=password)
        )

    seen["wrong_password"] = refusal(lambda: login("wrong"))
    login(lab.iscsi["password"])
    [unit] = [
        one.logical_units[0] for one in machine.storage_service().list() if one.type == types.StorageType.ISCSI
    ]
    seen["unit"] = [unit.id == lun, unit.address == portal, unit.port, unit.target == target, unit.status.value]
    way = types.LogicalUnit(
        id=lun,
        address=portal,
        port=3260,
        target=target,
        username=lab.iscsi["user"],
        password=lab.iscsi["password"],
    )
    domain = domains.add(wanted("sdk_iscsi", type=types.StorageType.ISCSI, logical_units=[way]))
    [shown] = domain.storage.volume_group.logical_units
    seen["iscsi"] = [domain.status.value, domain.storage.type.value, shown.id == lun, shown.target == target]
    seen["no_secret"] = [shown.password, [one.password for one in connections.list()]]
    seen["iscsi_life"] = life(domain)
    seen["left"] = [len(connections.list()), len(machine.storage_service().list())]
    return seen
