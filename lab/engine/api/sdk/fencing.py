"""Fence agents of a host, its power management, and its power through another host."""
import ovirtsdk4.types as types

from engine import gone, refusal, wait


def chapter(lab):
    seen = {}
    hosts = lab.system.hosts_service()
    host = hosts.list(search="name=host3")[0]
    service = hosts.host_service(host.id)
    agents = service.fence_agents_service()

    def agent(**more):
        return types.Agent(
            **{
                "address": "172.20.33.13",
                "order": 1,
                "type": "drac5",
                "username": "root",
                "password": lab.bmc_password,
                "options": [
                    types.Option(name="secure", value="1"),
                    types.Option(name="cmd_prompt", value=">"),
                    types.Option(name="login_timeout", value="30"),
                ],
                **more,
            }
        )

    status = lambda: service.get().status.value
    enable = types.Host(power_management=types.PowerManagement(enabled=True, kdump_detection=True))
    seen["without_agent"] = refusal(lambda: service.update(enable))
    seen["no_fence"] = refusal(lambda: service.fence(fence_type="stop"))
    seen["lacking"] = refusal(lambda: agents.add(agent(password=None)))
    seen["no_such_type"] = refusal(lambda: agents.add(agent(type="ilo9")))

    made = agents.add(agent(password="wrong"))
    seen["agent"] = [made.order, made.type, made.password, sorted(one.name for one in made.options), made.encrypt_options]
    failed = refusal(lambda: service.fence(fence_type="status"))
    seen["wrong_password"] = [failed[0], "Unable to connect/login to fencing device" in str(failed)]
    agents.agent_service(made.id).update(types.Agent(password=lab.bmc_password))
    seen["status"] = service.fence(fence_type="status").status.value
    seen["wrong_word"] = refusal(lambda: service.fence(fence_type="dance"))
    second = agents.add(agent(address="172.20.33.99", order=2))
    seen["order"] = [[one.order, one.address] for one in agents.list()]

    # Agents of the same order are asked together: one that cannot be reached leaves "on" certain and "off" unknown.
    agents.agent_service(second.id).update(types.Agent(order=1))
    seen["together"] = service.fence(fence_type="status").status.value
    agents.agent_service(second.id).update(types.Agent(order=2))

    managed = service.update(enable).power_management
    seen["managed"] = [managed.enabled, managed.kdump_detection, managed.automatic_pm_enabled]
    proxies = service.update(
        types.Host(
            power_management=types.PowerManagement(
                pm_proxies=[types.PmProxy(type=types.PmProxyType.CLUSTER), types.PmProxy(type=types.PmProxyType.DC)]
            )
        )
    )
    seen["proxies"] = [one.type.value for one in proxies.power_management.pm_proxies]

    wait(lambda: "start up sequence" in str(refusal(lambda: service.fence(fence_type="start"))), False)
    seen["stop_in_use"] = refusal(lambda: service.fence(fence_type="stop"))
    seen["start_in_use"] = refusal(lambda: service.fence(fence_type="start"))
    service.deactivate(reason="power")
    wait(status, "maintenance")
    service.fence(fence_type="stop")
    seen["stopped"] = status()
    quiet = refusal(lambda: service.fence(fence_type="start"))
    seen["quiet"] = [quiet[1], quiet[3].split(" in ")[0]]
    wait(lambda: refusal(lambda: service.fence(fence_type="start")), None)
    seen["started"] = status()
    seen["back"] = wait(status, "up", 120)[-1]

    restart = lambda: service.fence(fence_type="restart", query={"correlation_id": "sdk-restart"})
    wait(lambda: refusal(restart), None)
    seen["restarted"] = status()
    seen["up_again"] = wait(status, "up", 120)[-1]
    told = lab.system.events_service().list(search="correlation_id=sdk-restart")
    seen["restart_events"] = sorted({event.code for event in told})
    agents.agent_service(second.id).remove()
    seen["last_agent"] = refusal(lambda: agents.agent_service(made.id).remove())
    service.update(types.Host(power_management=types.PowerManagement(enabled=False)))
    agents.agent_service(made.id).remove()
    seen["gone"] = [gone(agents.agent_service(made.id)), len(agents.list())]
    return seen
