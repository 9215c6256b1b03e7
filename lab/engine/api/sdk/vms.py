"""Operates VMs of the lab's engine with oVirt's own SDK and prints what it saw, one JSON object at the end."""
import json
import sys
import time

import ovirtsdk4 as sdk
import ovirtsdk4.types as types

url, ca_file, password, lun = sys.argv[1:5]
seen = {}
GIB = 2**30


def wait(read, wanted, seconds=60):
    """Every state on the way to the wanted one."""
    states = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = read()
        if not states or states[-1] != state:
            states.append(state)
        if state == wanted:
            return states
        time.sleep(0.02)
    raise SystemExit(f"never {wanted}: {states}")


def gone(service):
    try:
        service.get()
        return False
    except sdk.NotFoundError:
        return True


def refusal(call):
    try:
        call()
    except sdk.Error as error:
        return [error.code, error.fault.detail]
    return None


connection = sdk.Connection(url=url, username="admin@internal", password=password, ca_file=ca_file)
system = connection.system_service()
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
            type=types.StorageType.FCP, logical_units=[types.LogicalUnit(id=lun)]
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
seen["made"] = [
    vm.status.value,
    vm.memory_policy.guaranteed // GIB,
    vm.memory_policy.max // GIB,
    vm.high_availability.priority,
    vm.lease.storage_domain.id == domain.id,
    [device.value for device in vm.os.boot.devices],
    vm.bios.boot_menu.enabled,
]

disks = service.disk_attachments_service()
attachment = disks.add(
    types.DiskAttachment(
        disk=types.Disk(
            name="sdkvm_disk",
            provisioned_size=4 * GIB,
            format=types.DiskFormat.COW,
            storage_domains=[types.StorageDomain(id=domain.id)],
        ),
        interface=types.DiskInterface.VIRTIO_SCSI,
        bootable=True,
        active=True,
    )
)
disk = system.disks_service().disk_service(attachment.disk.id)
seen["disk"] = wait(lambda: disk.get().status.value, "ok")

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

service.start(vm=types.Vm(os=types.OperatingSystem(boot=types.Boot(devices=[types.BootDevice.CDROM]))))
seen["started"] = wait(lambda: service.get().status.value, "up")
running = service.get()
seen["running"] = [running.run_once, running.host is not None, running.fqdn]

consoles = service.graphics_consoles_service()
console = consoles.list(current=True)[0]
seen["console"] = [console.protocol.value, console.port, console.address is not None]
text = consoles.console_service(console.id).remote_viewer_connection_file()
seen["console_file"] = text.splitlines()[:2]

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
seen["taken"] = wait(lambda: member.get().snapshot_status.value, "ok")
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
service.remove()
wait(lambda: gone(service), True)
seen["removed"] = gone(disk)
connection.close()
print(json.dumps(seen))
