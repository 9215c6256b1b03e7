"""Networks, their place in a cluster, vNIC profiles, and what is set up of them on a host."""
import ovirtsdk4.types as types

from engine import gone, refusal, until


def chapter(lab):
    seen = {}
    connection, system = lab.connection, lab.system
    networks = system.networks_service()
    center = system.data_centers_service().list(search="name=Datacenter1")[0]
    cluster = system.clusters_service().list(search="name=Cluster1")[0]
    inside = system.clusters_service().cluster_service(cluster.id).networks_service()

    network = networks.add(
        types.Network(
            name="sdk432",
            data_center=types.DataCenter(name="Datacenter1"),
            vlan=types.Vlan(id=432),
            usages=[types.NetworkUsage.VM],
        )
    )
    seen["network"] = [network.vlan.id, network.mtu, [one.value for one in network.usages], network.data_center.id == center.id]
    seen["again"] = refusal(
        lambda: networks.add(types.Network(name="sdk432", data_center=types.DataCenter(id=center.id)))
    )
    seen["lacking"] = refusal(lambda: networks.add(types.Network(name="lone")))
    found = networks.list(search='name="sdk432" and datacenter="Datacenter1"')
    seen["found"] = [one.id == network.id for one in found]
    seen["elsewhere"] = len(networks.list(search="name=sdk432 and datacenter=Default"))

    joined = inside.add(types.Network(id=network.id, required=False))
    seen["joined"] = [joined.required, joined.status.value, joined.display]
    seen["joined_again"] = refusal(lambda: inside.add(types.Network(id=network.id)))
    member = inside.network_service(network.id)
    seen["required"] = member.update(types.Network(required=True)).required
    member.update(types.Network(required=False))
    management = [one for one in inside.list() if one.name == "ovirtmgmt"][0]
    seen["management"] = [[one.value for one in management.usages], management.required]
    seen["keeps_management"] = refusal(lambda: inside.network_service(management.id).remove())

    profiles = system.vnic_profiles_service()
    own = [one for one in profiles.list() if one.network.id == network.id]
    seen["profiles"] = [[one.name, one.pass_through.mode.value, one.port_mirroring] for one in own]
    seen["filter"] = connection.follow_link(own[0].network_filter).name
    mirrored = profiles.add(types.VnicProfile(name="mirror", network=types.Network(id=network.id), port_mirroring=True))
    seen["mirrored"] = [mirrored.port_mirroring, mirrored.network.id == network.id]
    seen["mirrored_again"] = refusal(
        lambda: profiles.add(types.VnicProfile(name="mirror", network=types.Network(id=network.id)))
    )
    profiles.profile_service(mirrored.id).remove()

    host = system.hosts_service().list(search="name=host2*")[0]
    service = system.hosts_service().host_service(host.id)
    nics = {nic.name: nic for nic in service.nics_service().list()}
    bond = nics["bond1"]
    seen["nics"] = sorted(nics)
    seen["bond"] = [
        {option.name: option.value for option in bond.bonding.options},
        sorted(connection.follow_link(slave).name for slave in bond.bonding.slaves),
        bond.status.value,
    ]
    seen["port"] = [nics["em1"].network.id == management.id, nics["em1"].ip.netmask, nics["em1"].boot_protocol.value]
    seen["no_nic"] = refusal(lambda: service.nics_service().nic_service("none").get())

    def setup(**what):
        return service.setup_networks(check_connectivity=True, connectivity_timeout=120, **what)

    wish = types.NetworkAttachment(network=types.Network(name="sdk432"), host_nic=types.HostNic(name="bond1"))
    setup(modified_network_attachments=[wish], commit_on_success=True)
    attachment = [one for one in service.network_attachments_service().list() if one.network.id == network.id][0]
    seen["attached"] = [
        attachment.in_sync,
        attachment.host_nic.id == bond.id,
        {one.name: one.actual_value for one in attachment.reported_configurations}["vlan"],
        [one.assignment_method.value for one in attachment.ip_address_assignments],
    ]
    seen["vlan_nic"] = [
        [nic.base_interface, nic.vlan.id, nic.bridged] for nic in service.nics_service().list() if nic.name == "bond1.432"
    ]
    setup(modified_network_attachments=[wish])
    seen["once"] = len([one for one in service.network_attachments_service().list() if one.network.id == network.id])
    service.commit_net_config()
    networks.network_service(network.id).update(types.Network(mtu=9000))
    attached = service.network_attachments_service().attachment_service(attachment.id)
    until("in sync", lambda: attached.get().in_sync)
    seen["carried"] = {one.name: one.actual_value for one in attached.get().reported_configurations}["mtu"]
    service.sync_all_networks()
    seen["in_sync"] = service.network_attachments_service().attachment_service(attachment.id).get().in_sync
    seen["bad_nic"] = refusal(
        lambda: setup(
            modified_network_attachments=[
                types.NetworkAttachment(network=types.Network(name="sdk432"), host_nic=types.HostNic(name="em9"))
            ]
        )
    )
    seen["bad_network"] = refusal(
        lambda: setup(
            modified_network_attachments=[
                types.NetworkAttachment(network=types.Network(name="none"), host_nic=types.HostNic(name="bond1"))
            ]
        )
    )
    fixed = types.NetworkAttachment(
        network=types.Network(name="sdk432"),
        host_nic=types.HostNic(name="bond1"),
        ip_address_assignments=[
            types.IpAddressAssignment(
                assignment_method=types.BootProtocol.STATIC,
                ip=types.Ip(address="10.4.32.12", netmask="255.255.255.0", version=types.IpVersion.V4),
            )
        ],
    )
    setup(modified_network_attachments=[fixed])
    address = service.network_attachments_service().attachment_service(attachment.id).get().ip_address_assignments[0]
    seen["address"] = [address.assignment_method.value, address.ip.address, address.ip.netmask]
    def option(name, value):
        return types.Option(name=name, value=value)

    def bonded(name, *slaves, options=()):
        nics = [types.HostNic(name=one) for one in slaves]
        return types.HostNic(name=name, bonding=types.Bonding(options=list(options), slaves=nics))

    seen["bond_in_use"] = refusal(lambda: setup(removed_bonds=[types.HostNic(name="bond1")]))[:3]
    seen["bond_of_one"] = refusal(lambda: setup(modified_bonds=[bonded("bond2", "em2")]))
    seen["bond_name"] = refusal(lambda: setup(modified_bonds=[bonded("team0", "em2", "em4")]))[:3]
    seen["management_slave"] = refusal(lambda: setup(modified_bonds=[bonded("bond2", "em1", "em2")]))
    seen["taken_slave"] = refusal(lambda: setup(modified_bonds=[bonded("bond2", "em2", "em3")]))
    lacp = [option("mode", "4"), option("miimon", "100"), option("xmit_hash_policy", "2")]
    setup(modified_bonds=[bonded("bond1", "em2", "em3", "em4", options=lacp)])
    bond = [nic for nic in service.nics_service().list() if nic.name == "bond1"][0]
    seen["lacp"] = [
        sorted([one.name, one.value, one.type] for one in bond.bonding.options),
        sorted(connection.follow_link(slave).name for slave in bond.bonding.slaves),
    ]
    seen["still_attached"] = service.network_attachments_service().attachment_service(attachment.id).get().in_sync
    again = types.NetworkAttachment(id=attachment.id, host_nic=types.HostNic(name="bond2"))
    setup(
        removed_bonds=[types.HostNic(name="bond1")],
        modified_bonds=[bonded("bond2", "em3", "em4", options=[option("mode", "1"), option("miimon", "100")])],
        modified_network_attachments=[again],
    )
    seen["other_bond"] = [
        sorted(nic.name for nic in service.nics_service().list() if nic.name.startswith("bond")),
        connection.follow_link(
            service.network_attachments_service().attachment_service(attachment.id).get().host_nic
        ).name,
    ]
    back = types.NetworkAttachment(id=attachment.id, host_nic=types.HostNic(name="bond1"))
    setup(
        removed_bonds=[types.HostNic(name="bond2")],
        modified_bonds=[bonded("bond1", "em3", "em4", options=[option("mode", "1"), option("miimon", "100")])],
        modified_network_attachments=[back],
    )
    setup(removed_network_attachments=[types.NetworkAttachment(id=attachment.id)], commit_on_success=True)
    seen["detached"] = gone(service.network_attachments_service().attachment_service(attachment.id))
    member.remove()
    networks.network_service(network.id).remove()
    seen["gone"] = [gone(member), gone(networks.network_service(network.id))]
    seen["no_profile"] = len([one for one in profiles.list() if one.network.id == network.id])
    return seen
