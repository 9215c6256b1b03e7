"""Hosts, their hosted engine, the engine's own VM, events and jobs."""
import ovirtsdk4 as sdk
import ovirtsdk4.types as types

from engine import refusal, wait


def chapter(lab):
    seen = {}
    connection, system = lab.connection, lab.system
    api = system.get()
    seen["version"] = [api.product_info.version.major, api.product_info.version.minor]
    seen["total_hosts"] = api.summary.hosts.total

    hosts = system.hosts_service()
    listed = hosts.list(search="sortby name asc", all_content=True)
    seen["hosts"] = [[host.name, host.status.value, host.spm.status.value] for host in listed]
    wait(lambda: hosts.host_service(listed[0].id).get(all_content=True).hosted_engine is not None, True)
    ha = hosts.host_service(listed[0].id).get(all_content=True).hosted_engine
    seen["hosted_engine"] = [ha.configured, ha.active, ha.score, ha.global_maintenance, ha.local_maintenance]
    cluster = connection.follow_link(listed[0].cluster)
    seen["cluster"] = [cluster.name, cluster.version.minor, connection.follow_link(cluster.data_center).name]

    events = system.events_service()
    index = events.list(max=1)[0].index

    added = hosts.add(
        types.Host(
            name="host3",
            address="host3.test.local",
            root_password=lab.root_password,
            cluster=types.Cluster(id=cluster.id),
        ),
        deploy_hosted_engine=True,
        activate=True,
        query={"correlation_id": "sdk-add"},
    )
    third = hosts.host_service(added.id)
    seen["added"] = [added.name, added.status.value]
    states = wait(lambda: third.get().status.value, "up")
    seen["installed"] = [states[0], states[-1]]
    seen["deployed"] = wait(
        lambda: (third.get(all_content=True).hosted_engine or types.HostedEngine()).score or 0, 3400
    )[-1]
    new = events.list(from_=index, search="correlation_id=sdk-add")
    seen["event_codes"] = sorted({event.code for event in new})
    seen["event_host"] = sorted({event.host.name for event in new})
    jobs = system.jobs_service()
    job = jobs.list(search="correlation_id=sdk-add")[0]
    seen["job"] = [job.status.value, [step.type.value for step in connection.follow_link(job.steps)]]

    first = hosts.host_service(listed[0].id)
    vms = system.vms_service()
    engine = vms.list(search="name=HostedEngine", follow="host")[0]
    seen["engine_vm"] = [engine.status.value, engine.origin, engine.host.name]
    first.deactivate(reason="work")
    seen["deactivated"] = wait(lambda: first.get().status.value, "maintenance")[-1]
    seen["reason"] = first.get().status_detail
    seen["engine_vm_moved"] = vms.vm_service(engine.id).get().host.id != listed[0].id
    seen["again"] = refusal(lambda: first.deactivate())
    first.activate()
    seen["activated"] = wait(lambda: first.get().status.value, "up")[-1]

    second = hosts.host_service(listed[1].id)
    seen["up_refuses"] = [
        refusal(lambda: second.activate()),
        refusal(lambda: second.remove()),
        refusal(lambda: second.install(root_password=lab.root_password)),
        refusal(lambda: second.upgrade()),
    ]
    before = {host.id: host.spm.status.value for host in hosts.list()}
    leader = [key for key, status in before.items() if status == "spm"][0]
    seen["leads_already"] = refusal(lambda: hosts.host_service(leader).force_select_spm())
    third.force_select_spm()
    seen["leads"] = wait(lambda: third.get().spm.status.value, "spm")[-1]
    index = events.list(max=1)[0].index
    second.upgrade_check()
    wait(lambda: [event.code for event in events.list(from_=index, search="type=885 or type=839")], [885])
    seen["update_available"] = second.get().update_available
    changed = second.update(types.Host(comment="by the SDK", spm=types.Spm(priority=7)))
    seen["changed"] = [changed.comment, changed.spm.priority, changed.port]
    statistics = {one.name: one for one in second.statistics_service().list()}
    total = statistics["memory.total"]
    seen["statistics"] = [
        total.values[0].datum == second.get().memory,
        [total.unit.value, total.type.value, total.kind.value],
        second.statistics_service().statistic_service(total.id).get().name,
        statistics["memory.used"].values[0].datum + statistics["memory.free"].values[0].datum == total.values[0].datum,
    ]
    second.deactivate(reason="new")
    wait(lambda: second.get().status.value, "maintenance")
    seen["no_credentials"] = refusal(lambda: second.install())
    second.install(root_password=lab.root_password, deploy_hosted_engine=True)
    seen["reinstalled"] = wait(lambda: second.get().status.value, "maintenance")[-1]
    seen["same_address"] = refusal(
        lambda: hosts.add(
            types.Host(
                name="host9", address="host3.test.local", root_password="none", cluster=types.Cluster(id=cluster.id)
            )
        )
    )
    second.activate()
    wait(lambda: second.get().status.value, "up")

    seen["events"] = [
        len(events.list(max=2)),
        "normal" in {event.severity.value for event in events.list(search="severity>normal")},
        refusal(lambda: events.event_service("999999").get()),
    ]
    own = types.Event(origin="sdk", custom_id=7, severity=types.LogSeverity.WARNING, description="a mark")
    made = events.add(own)
    seen["own_event"] = [made.code, made.origin, refusal(lambda: events.add(own))]
    task = system.jobs_service().add(types.Job(description="from outside", auto_cleared=True))
    work = system.jobs_service().job_service(task.id)
    step = work.steps_service().add(types.Step(description="a part", type=types.StepEnum.EXECUTING))
    work.steps_service().step_service(step.id).end(succeeded=True)
    work.end(succeeded=True)
    seen["own_job"] = [work.get().status.value, work.steps_service().step_service(step.id).get().status.value]

    seen["unknown"] = refusal(lambda: hosts.host_service("00000000-0000-0000-0000-000000000001").get())
    seen["refused"] = refusal(lambda: vms.vm_service(engine.id).stop())
    domain = system.data_centers_service().list()[0]
    attached = system.data_centers_service().data_center_service(domain.id).storage_domains_service().list()
    seen["storage"] = [[one.name, one.status.value, one.storage.type.value] for one in attached]

    wrong = sdk.Connection(url=lab.url, username="admin@internal", password="wrong", ca_file=lab.ca_file)
    seen["wrong_password"] = refusal(lambda: wrong.system_service().get())
    return seen
