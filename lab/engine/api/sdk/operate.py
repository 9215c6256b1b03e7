"""Operates the lab's engine with oVirt's own SDK and prints what it saw, one JSON object at the end."""
import json
import sys
import time

import ovirtsdk4 as sdk
import ovirtsdk4.types as types

url, ca_file, password, root_password = sys.argv[1:5]
seen = {}


def wait(read, wanted, seconds=60):
    """Every status on the way to the wanted one."""
    statuses = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = read()
        if not statuses or statuses[-1] != status:
            statuses.append(status)
        if status == wanted:
            return statuses
        time.sleep(0.02)
    raise SystemExit(f"never {wanted}: {statuses}")


def refusal(call):
    try:
        call()
    except sdk.NotFoundError as error:
        return ["NotFoundError", error.code]
    except sdk.AuthError as error:
        return ["AuthError", error.code]
    except sdk.Error as error:
        return ["Error", error.code, error.fault.detail if error.fault else None]
    return None


connection = sdk.Connection(url=url, username="admin@internal", password=password, ca_file=ca_file)
system = connection.system_service()
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
        root_password=root_password,
        cluster=types.Cluster(id=cluster.id),
    ),
    deploy_hosted_engine=True,
    activate=True,
    query={"correlation_id": "sdk-add"},
)
third = hosts.host_service(added.id)
seen["added"] = [added.name, added.status.value]
seen["installed"] = wait(lambda: third.get().status.value, "up")
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
seen["deactivated"] = wait(lambda: first.get().status.value, "maintenance")
seen["reason"] = first.get().status_detail
seen["engine_vm_moved"] = vms.vm_service(engine.id).get().host.id != listed[0].id
seen["again"] = refusal(lambda: first.deactivate())
first.activate()
seen["activated"] = wait(lambda: first.get().status.value, "up")[-1]

seen["unknown"] = refusal(lambda: hosts.host_service("00000000-0000-0000-0000-000000000001").get())
seen["refused"] = refusal(lambda: vms.vm_service(engine.id).stop())
domain = system.data_centers_service().list()[0]
attached = system.data_centers_service().data_center_service(domain.id).storage_domains_service().list()
seen["storage"] = [[one.name, one.status.value, one.storage.type.value] for one in attached]
connection.close()

wrong = sdk.Connection(url=url, username="admin@internal", password="wrong", ca_file=ca_file)
seen["wrong_password"] = refusal(lambda: wrong.system_service().get())
print(json.dumps(seen))
