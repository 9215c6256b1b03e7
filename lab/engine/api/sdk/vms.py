"""VMs: settings, disks, cards, consoles, migration, snapshots, removal."""
import ovirtsdk4.types as types

from engine import GIB, boot_disk, gone, refusal, wait


def chapter(lab):
    seen = {}
    connection, system = lab.connection, lab.system
    center = system.data_centers_service().list(search="name=Datacenter1")[0]
    hosts = {host.name: host for host in system.hosts_service().list()}
    first = sorted(hosts)[0]

    domains = system.storage_domains_service()
    domain = domains.add(
        types.StorageDomain(
            name="vmdata",
            type=types.StorageDomainType.DATA,
            host=types.Host(name=first),
            storage=types.HostStorage(
                type=types.StorageType.FCP, logical_units=[types.LogicalUnit(id=lab.luns[0])]
            ),
        )
    )
    attached = system.data_centers_service().data_center_service(center.id).storage_domains_service()
    attached.add(types.StorageDomain(id=domain.id))
    wait(lambda: attached.storage_domain_service(domain.id).get().status.value, "active")

    profiles = system.vnic_profiles_service()
    management = system.networks_service().list(search="name=ovirtmgmt and datacenter=Datacenter1")[0]
    profile = [one for one in profiles.list() if one.network.id == management.id][0]
    seen["profile"] = [profile.name, profile.pass_through.mode.value, connection.follow_link(profile.network).name]

    vms = system.vms_service()
    blank = system.templates_service().list(search="name=Blank")[0]
    vm = vms.add(
        types.Vm(
            name="sdkvm",
            cluster=types.Cluster(name="Cluster1"),
            template=types.Template(id=blank.id),
            memory=2 * GIB,
            memory_policy=types.MemoryPolicy(guaranteed=GIB, ballooning=True),
            cpu=types.Cpu(topology=types.CpuTopology(sockets=2, cores=1, threads=1)),
            os=types.OperatingSystem(
                type="rhel_7x64",
                boot=types.Boot(devices=[types.BootDevice.HD, types.BootDevice.CDROM]),
            ),
            type=types.VmType.SERVER,
            high_availability=types.HighAvailability(enabled=True, priority=50),
            lease=types.StorageDomainLease(storage_domain=types.StorageDomain(id=domain.id)),
            bios=types.Bios(boot_menu=types.BootMenu(enabled=True)),
            placement_policy=types.VmPlacementPolicy(affinity=types.VmAffinity.MIGRATABLE),
        )
    )
    service = vms.vm_service(vm.id)
    seen["again"] = refusal(
        lambda: vms.add(
            types.Vm(name="sdkvm", cluster=types.Cluster(name="Cluster1"), template=types.Template(name="Blank"))
        )
    )
    seen["lacking"] = refusal(lambda: vms.add(types.Vm(name="lone")))
    seen["no_template"] = refusal(
        lambda: vms.add(
            types.Vm(name="lone", cluster=types.Cluster(name="Cluster1"), template=types.Template(name="none"))
        )
    )
    seen["made"] = [
        vm.status.value,
        vm.memory_policy.guaranteed // GIB,
        vm.memory_policy.max // GIB,
        vm.high_availability.priority,
        vm.lease.storage_domain.id == domain.id,
        [device.value for device in vm.os.boot.devices],
        vm.bios.boot_menu.enabled,
    ]

    attachment = boot_disk(service, "sdkvm_disk", domain)
    disk = system.disks_service().disk_service(attachment.disk.id)
    seen["disk"] = wait(lambda: disk.get().status.value, "ok")[-1]

    nics = service.nics_service()
    nic = nics.add(
        types.Nic(name="nic1", interface=types.NicInterface.VIRTIO, vnic_profile=types.VnicProfile(id=profile.id))
    )
    seen["nic"] = [nic.name, nic.interface.value, nic.plugged, nic.linked, nic.mac.address]
    seen["nic_again"] = refusal(lambda: nics.add(types.Nic(name="nic1")))
    watchdog = service.watchdogs_service().add(
        types.Watchdog(model=types.WatchdogModel.I6300ESB, action=types.WatchdogAction.RESET)
    )
    seen["watchdog"] = [watchdog.model.value, watchdog.action.value]

    seen["down"] = [refusal(lambda: service.stop()), refusal(lambda: service.migrate())]
    service.start(vm=types.Vm(os=types.OperatingSystem(boot=types.Boot(devices=[types.BootDevice.CDROM]))))
    seen["started"] = wait(lambda: service.get().status.value, "up")[-1]
    running = service.get()
    seen["running"] = [running.run_once, running.host is not None, running.fqdn]

    consoles = service.graphics_consoles_service()
    console = consoles.list(current=True)[0]
    seen["console"] = [console.protocol.value, console.port, console.address is not None]
    text = consoles.console_service(console.id).remote_viewer_connection_file()
    seen["console_file"] = text.splitlines()[:2]

    statistics = {one.name: one.values[0].datum for one in service.statistics_service().list() if one.values}
    seen["statistics"] = [statistics["memory.installed"] == 2 * GIB, statistics["elapsed.time"] > 0]
    followed = vms.list(search="name=sdkvm", follow="nics.vnic_profile,disk_attachments.disk,host")[0]
    seen["followed"] = [
        followed.nics[0].vnic_profile.name,
        followed.disk_attachments[0].disk.name,
        followed.host.status.value,
    ]
    seen["below_guaranteed"] = refusal(lambda: service.update(types.Vm(memory=GIB // 2)))
    seen["above_max"] = refusal(lambda: service.update(types.Vm(memory=16 * GIB)))
    seen["running"] = [*seen["running"], refusal(lambda: service.start()), refusal(lambda: service.remove())]

    service.update(types.Vm(description="changed", memory=3 * GIB))
    seen["hot"] = [service.get().description, service.get().memory // GIB, service.get().next_run_configuration_exists]
    service.update(types.Vm(cpu=types.Cpu(topology=types.CpuTopology(cores=2))))
    seen["next_run"] = [
        service.get().next_run_configuration_exists,
        service.get().cpu.topology.cores,
        service.get(next_run=True).cpu.topology.cores,
    ]

    other = [host for host in hosts.values() if host.id != running.host.id and host.status.value == "up"][0]
    service.migrate(host=types.Host(id=other.id))
    seen["migrated"] = wait(lambda: (service.get().status.value, service.get().host.id == other.id), ("up", True))[-1]

    snapshots = service.snapshots_service()
    seen["snapshots"] = [[one.description, one.snapshot_type.value] for one in snapshots.list()]
    taken = snapshots.add(types.Snapshot(description="before", persist_memorystate=False))
    member = snapshots.snapshot_service(taken.id)
    seen["taken"] = wait(lambda: member.get().snapshot_status.value, "ok")[-1]
    seen["taken_of"] = member.get().vm.name
    seen["taken_disks"] = [one.id == disk.get().id for one in member.disks_service().list()]
    service.stop()
    wait(lambda: service.get().status.value, "down")
    seen["applied"] = [service.get().cpu.topology.cores, service.get().next_run_configuration_exists]
    service.preview_snapshot(snapshot=types.Snapshot(id=taken.id), restore_memory=False)
    wait(lambda: member.get().snapshot_status.value, "in_preview")
    wait(lambda: service.get().status.value, "down")
    seen["preview"] = sorted(one.snapshot_type.value for one in snapshots.list())
    service.undo_snapshot()
    wait(lambda: member.get().snapshot_status.value, "ok")
    wait(lambda: service.get().status.value, "down")
    member.restore(restore_memory=False)
    seen["restored"] = [service.get().cpu.topology.cores, sorted(one.snapshot_type.value for one in snapshots.list())]
    member.remove()
    wait(lambda: gone(member), True)
    wait(lambda: disk.get().status.value, "ok")
    seen["no_lease"] = refusal(
        lambda: service.update(types.Vm(high_availability=types.HighAvailability(enabled=False)))
    )
    service.update(types.Vm(delete_protected=True))
    seen["protected"] = refusal(lambda: service.remove())
    service.update(types.Vm(delete_protected=False))
    service.remove()
    wait(lambda: gone(service), True)
    seen["removed"] = gone(disk)
    return seen
