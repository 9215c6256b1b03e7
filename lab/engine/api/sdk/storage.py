"""The LUNs of a host, a data domain from its making to its removal, and disks."""
import ovirtsdk4.types as types

from engine import GIB, gone, refusal, wait


def chapter(lab):
    seen = {}
    connection, system = lab.connection, lab.system
    lun = lab.luns[0]
    host = system.hosts_service().list(search="name=host2*")[0]
    center = system.data_centers_service().list(search="name=Datacenter1")[0]
    domains = system.storage_domains_service()
    attached = system.data_centers_service().data_center_service(center.id).storage_domains_service()

    def luns(**more):
        found = system.hosts_service().host_service(host.id).storage_service().list(**more)
        return {one.id: one.logical_units[0] for one in found}

    unit = luns()[lun]
    seen["lun"] = [unit.status.value, unit.size // GIB, unit.paths, unit.storage_domain_id]
    seen["no_status"] = luns(report_status=False)[lun].status
    used = [one for one in luns().values() if one.storage_domain_id is not None][0]
    seen["used"] = used.status.value

    def wanted(**more):
        logical_units = [types.LogicalUnit(id=more.pop("lun", lun))]
        return types.StorageDomain(
            **{
                "name": "sdk1",
                "type": types.StorageDomainType.DATA,
                "host": types.Host(name=host.name),
                "storage": types.HostStorage(type=types.StorageType.FCP, logical_units=logical_units),
                **more,
            }
        )

    seen["lacking"] = refusal(lambda: domains.add(types.StorageDomain(name="lone")))
    seen["no_host"] = refusal(lambda: domains.add(wanted(host=types.Host(name="none"))))
    seen["taken"] = refusal(lambda: domains.add(wanted(lun=used.id)))
    domain = domains.add(wanted())
    seen["made"] = [domain.status.value, domain.storage_format.value, domain.master, domain.storage.type.value]
    seen["again"] = refusal(lambda: domains.add(wanted()))
    service = domains.storage_domain_service(domain.id)
    joined = attached.add(types.StorageDomain(id=domain.id))
    member = attached.storage_domain_service(domain.id)
    seen["attached"] = wait(lambda: member.get().status.value, "active")[-1]
    seen["status_elsewhere"] = [joined.id == domain.id, service.get().status, [one.id == center.id for one in service.get().data_centers]]
    seen["attached_again"] = refusal(lambda: attached.add(types.StorageDomain(id=domain.id)))
    seen["active_again"] = refusal(lambda: member.activate())
    seen["detach_active"] = refusal(lambda: member.remove())
    seen["remove_attached"] = refusal(lambda: service.remove(host=host.name))
    seen["remove_no_host"] = refusal(lambda: service.remove())
    seen["holds"] = luns()[lun].storage_domain_id == domain.id

    disks = system.disks_service()

    def disk(name, **more):
        return types.Disk(
            **{
                "name": name,
                "provisioned_size": 2 * GIB,
                "format": types.DiskFormat.COW,
                "sparse": True,
                "storage_domains": [types.StorageDomain(id=domain.id)],
                **more,
            }
        )

    thin = disks.add(disk("thin"))
    own = disks.disk_service(thin.id)
    seen["thin"] = [thin.status.value, wait(lambda: own.get().status.value, "ok")[-1], own.get().actual_size // GIB]
    chosen = "11111111-2222-4333-8444-555555555555"
    full = disks.add(disk("full", id=chosen, format=types.DiskFormat.RAW, sparse=False))
    wait(lambda: disks.disk_service(full.id).get().status.value, "ok")
    seen["full"] = [full.id == chosen, disks.disk_service(full.id).get().actual_size // GIB]
    seen["same_id"] = refusal(lambda: disks.add(disk("other", id=chosen)))
    seen["raw_thin"] = refusal(lambda: disks.add(disk("bad", format=types.DiskFormat.RAW)))
    seen["disk_lacking"] = refusal(lambda: disks.add(types.Disk(name="bad")))
    seen["no_domain"] = refusal(lambda: disks.add(disk("bad", storage_domains=[types.StorageDomain(name="none")])))
    seen["too_large"] = refusal(lambda: disks.add(disk("bad", format=types.DiskFormat.RAW, sparse=False, provisioned_size=9000 * GIB)))
    seen["by_name"] = [one.id == thin.id for one in disks.list(search='name="thin" and Storage.name="sdk1"')]
    seen["in_domain"] = sorted(one.name for one in service.disks_service().list())
    own.update(types.Disk(description="described"))
    seen["described"] = own.get().description
    jobs = system.jobs_service()
    member.deactivate()
    seen["deactivated"] = wait(lambda: member.get().status.value, "maintenance")[-1]
    seen["disk_elsewhere"] = refusal(lambda: disks.add(disk("late")))
    member.activate()
    wait(lambda: member.get().status.value, "active")
    own.remove(query={"correlation_id": "sdk-remove"})
    wait(lambda: gone(own), True)
    job = jobs.list(search="correlation_id=sdk-remove")[0]
    seen["job"] = [job.status.value, job.description, connection.follow_link(job.owner).principal]
    disks.disk_service(full.id).remove()
    wait(lambda: gone(disks.disk_service(full.id)), True)
    member.deactivate()
    wait(lambda: member.get().status.value, "maintenance")
    member.remove()
    wait(lambda: gone(member), True)
    seen["detached"] = service.get().status.value
    service.remove(host=host.name, format=True)
    seen["removed"] = [gone(service), luns()[lun].status.value]
    return seen
