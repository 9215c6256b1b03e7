"""Templates and VMs made from them, disks that move and are copied, affinity groups."""
import ovirtsdk4.types as types

from engine import GIB, boot_disk, gone, refusal, wait


def chapter(lab):
    seen = {}
    system = lab.system
    cluster = system.clusters_service().list(search="name=Cluster1")[0]
    domains = system.storage_domains_service()
    # The chapter about VMs has made it.
    domain = domains.list(search="name=vmdata")[0]
    disks, vms, templates = system.disks_service(), system.vms_service(), system.templates_service()

    golden = vms.add(
        types.Vm(
            name="golden",
            cluster=types.Cluster(name="Cluster1"),
            template=types.Template(name="Blank"),
            memory=GIB,
            description="of its own",
        )
    )
    source = vms.vm_service(golden.id)
    attachment = boot_disk(source, "golden_disk", domain)
    disk = disks.disk_service(attachment.disk.id)
    wait(lambda: disk.get().status.value, "ok")
    source.nics_service().add(types.Nic(name="nic1", interface=types.NicInterface.VIRTIO))

    template = templates.add(types.Template(name="base", vm=types.Vm(id=golden.id), description="for others"))
    own = templates.template_service(template.id)
    seen["made"] = [template.status.value, source.get().status.value, template.cluster.id == cluster.id]
    wait(lambda: own.get().status.value, "ok")
    seen["again"] = refusal(lambda: templates.add(types.Template(name="base", vm=types.Vm(id=golden.id))))
    seen["no_vm"] = refusal(lambda: templates.add(types.Template(name="other", vm=types.Vm(name="none"))))
    seen["lacking"] = refusal(lambda: templates.add(types.Template(vm=types.Vm(id=golden.id))))
    read = own.get()
    seen["template"] = [read.name, read.description, read.memory // GIB, read.version.version_number]
    given = own.disk_attachments_service().list()
    seen["disks"] = [[one.bootable, one.interface.value, one.disk.id != attachment.disk.id] for one in given]
    seen["nics"] = [one.name for one in own.nics_service().list()]
    seen["listed"] = sorted(one.name for one in templates.list(search="datacenter=Datacenter1"))
    seen["template_disk"] = refusal(lambda: disks.disk_service(given[0].disk.id).remove())
    seen["blank"] = refusal(lambda: templates.template_service("00000000-0000-0000-0000-000000000000").remove())

    def make(name, **more):
        made = vms.add(
            types.Vm(name=name, cluster=types.Cluster(name="Cluster1"), template=types.Template(name="base")), **more
        )
        service = vms.vm_service(made.id)
        states = wait(lambda: service.get().status.value, "down")
        image = disks.disk_service(service.disk_attachments_service().list()[0].disk.id).get()
        return service, [made.status.value, states[-1], made.template.id == template.id, image.format.value]

    thin, seen["thin"] = make("thin")
    full, seen["full"] = make("full", clone=True)
    seen["cards"] = [[one.name, one.mac.address is not None] for one in thin.nics_service().list()]
    seen["of_template"] = [one.name for one in templates.list(search="vm.name=thin")]
    seen["in_use"] = refusal(lambda: own.remove())
    thin_disk = disks.disk_service(thin.disk_attachments_service().list()[0].disk.id)
    hosted = domains.list(search="name=hosted_storage")[0]
    seen["stands_on_template"] = refusal(lambda: thin_disk.move(storage_domain=types.StorageDomain(id=hosted.id)))

    full_disk = disks.disk_service(full.disk_attachments_service().list()[0].disk.id)
    seen["same_domain"] = refusal(lambda: full_disk.move(storage_domain=types.StorageDomain(id=domain.id)))
    seen["no_domain"] = refusal(lambda: full_disk.move(storage_domain=types.StorageDomain(name="none")))
    seen["move_lacking"] = refusal(lambda: full_disk.move())
    full_disk.move(storage_domain=types.StorageDomain(name="hosted_storage"))
    seen["moving"] = [full_disk.get().status.value, refusal(lambda: full_disk.remove())]
    wait(lambda: full_disk.get().status.value, "ok")
    seen["moved"] = [
        full_disk.get().storage_domains[0].id == hosted.id,
        full_disk.get().id in [one.id for one in disks.list(search="Storage.name=hosted_storage")],
    ]
    full_disk.copy(disk=types.Disk(name="twin"), storage_domain=types.StorageDomain(name="vmdata"))
    twin = disks.disk_service(disks.list(search="name=twin")[0].id)
    wait(lambda: twin.get().status.value, "ok")
    seen["twin"] = [twin.get().storage_domains[0].id == domain.id, twin.get().provisioned_size // GIB]
    index = system.events_service().list(max=1)[0].index
    domains.storage_domain_service(domain.id).update_ovf_store()
    seen["ovf"] = wait(
        lambda: [one.code for one in system.events_service().list(from_=index, search="type=199")], [199]
    )[-1]

    groups = system.clusters_service().cluster_service(cluster.id).affinity_groups_service()
    ids = [full.get().id, thin.get().id]
    group = groups.add(
        types.AffinityGroup(
            name="apart",
            vms_rule=types.AffinityRule(enabled=True, positive=False, enforcing=True),
            vms=[types.Vm(id=one) for one in ids],
        )
    )
    member = groups.group_service(group.id)
    seen["group"] = [
        group.positive,
        group.enforcing,
        group.hosts_rule.enabled,
        sorted(one.id for one in group.vms) == sorted(ids),
    ]
    seen["group_again"] = refusal(lambda: groups.add(types.AffinityGroup(name="apart")))
    seen["group_no_vm"] = refusal(
        lambda: member.update(types.AffinityGroup(vms=[types.Vm(id="00000000-0000-0000-0000-000000000001")]))
    )
    for service in (full, thin):
        service.start()
        wait(lambda: service.get().status.value, "up")
    seen["apart"] = full.get().host.id != thin.get().host.id
    together = refusal(lambda: thin.migrate(host=types.Host(id=full.get().host.id)))
    seen["together"] = [together[1], "internal filter VmAffinityGroups" in together[3]]
    seen["plugged"] = refusal(lambda: thin_disk.copy(storage_domain=types.StorageDomain(name="vmdata")))
    member.vms_service().vm_service(thin.get().id).remove()
    seen["left"] = [one.id for one in member.get().vms] == [full.get().id]
    member.update(
        types.AffinityGroup(
            hosts_rule=types.AffinityRule(enabled=True, positive=True, enforcing=True),
            hosts=[types.Host(id=full.get().host.id)],
        )
    )
    bound = refusal(lambda: full.migrate())
    seen["bound"] = [bound[1], "internal filter VmToHostsAffinityGroups" in bound[3]]
    member.remove()
    seen["no_group"] = gone(member)

    for service in (full, thin):
        service.stop()
        wait(lambda: service.get().status.value, "down")
        service.remove()
        wait(lambda: gone(service), True)
    for service in (source, twin, own):
        service.remove()
        wait(lambda: gone(service), True)
    seen["gone"] = [gone(disk), gone(full_disk), gone(thin_disk), gone(disks.disk_service(given[0].disk.id))]
    return seen
