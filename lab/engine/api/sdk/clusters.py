"""Data centers, clusters with their fencing policy, levels, MAC pools, and what the engine is set to."""
import ovirtsdk4.types as types

from engine import gone, refusal

ID = "00000000-0000-0000-0000-000000000001"


def chapter(lab):
    seen = {}
    system = lab.system
    centers, clusters = system.data_centers_service(), system.clusters_service()

    center = centers.add(
        types.DataCenter(name="sdk", local=False, version=types.Version(major=4, minor=3), description="by the SDK")
    )
    seen["center"] = [center.name, center.status.value, center.local, center.version.minor, center.quota_mode.value]
    seen["center_again"] = refusal(lambda: centers.add(types.DataCenter(name="sdk", local=False)))
    seen["center_lacking"] = refusal(lambda: centers.add(types.DataCenter(name="other")))
    member = centers.data_center_service(center.id)
    seen["center_changed"] = member.update(types.DataCenter(quota_mode=types.QuotaModeType.AUDIT)).quota_mode.value

    level = system.cluster_levels_service().level_service("4.3").get()
    seen["cpu_types"] = [one.name for one in level.cpu_types if one.name.startswith("Intel Skylake Server")]
    seen["permit"] = [[one.id, one.name, one.administrative] for one in level.permits if one.id == "400"]
    seen["no_level"] = refusal(lambda: system.cluster_levels_service().level_service("9.9").get())

    pool = [one for one in system.mac_pools_service().list() if one.default_pool][0]
    cluster = clusters.add(
        types.Cluster(
            name="sdk",
            data_center=types.DataCenter(id=center.id),
            cpu=types.Cpu(architecture=types.Architecture.X86_64, type="Intel Skylake Server IBRS SSBD MDS Family"),
            ha_reservation=True,
            fencing_policy=types.FencingPolicy(
                enabled=True, skip_if_sd_active=types.SkipIfSdActive(enabled=True)
            ),
            error_handling=types.ErrorHandling(on_error=types.MigrateOnError.MIGRATE_HIGHLY_AVAILABLE),
        )
    )
    own = clusters.cluster_service(cluster.id)
    seen["cluster"] = [
        cluster.cpu.type,
        cluster.ha_reservation,
        cluster.firewall_type.value,
        cluster.switch_type.value,
        cluster.error_handling.on_error.value,
        cluster.mac_pool.id == pool.id,
        cluster.fencing_policy.enabled,
        cluster.fencing_policy.skip_if_sd_active.enabled,
        cluster.fencing_policy.skip_if_connectivity_broken.threshold,
    ]
    changed = own.update(
        types.Cluster(
            fencing_policy=types.FencingPolicy(
                skip_if_connectivity_broken=types.SkipIfConnectivityBroken(enabled=True, threshold=30)
            )
        )
    )
    policy = changed.fencing_policy
    seen["policy"] = [
        policy.enabled,
        policy.skip_if_sd_active.enabled,
        policy.skip_if_connectivity_broken.enabled,
        policy.skip_if_connectivity_broken.threshold,
    ]
    seen["cluster_again"] = refusal(
        lambda: clusters.add(types.Cluster(name="sdk", data_center=types.DataCenter(name="sdk")))
    )
    seen["cluster_lacking"] = refusal(lambda: clusters.add(types.Cluster(name="lone")))
    seen["cluster_no_center"] = refusal(
        lambda: clusters.add(types.Cluster(name="lone", data_center=types.DataCenter(name="none")))
    )
    seen["with_hosts"] = refusal(
        lambda: clusters.cluster_service(clusters.list(search="name=Cluster1")[0].id).remove()
    )

    plan = lab.connection.follow_link(clusters.list(search="name=sdk")[0].scheduling_policy)
    seen["scheduling"] = plan.name
    pools = system.mac_pools_service()
    made = pools.add(
        types.MacPool(name="sdk", ranges=[types.Range(from_="00:1a:4a:16:01:51", to="00:1a:4a:16:01:e6")])
    )
    seen["pool"] = [made.name, made.default_pool, made.allow_duplicates, made.ranges[0].from_]
    own.update(types.Cluster(mac_pool=types.MacPool(id=made.id)))
    seen["pool_in_use"] = refusal(lambda: pools.mac_pool_service(made.id).remove())
    own.remove()
    pools.mac_pool_service(made.id).remove()
    seen["default_pool"] = refusal(lambda: pools.mac_pool_service(pool.id).remove())
    member.remove()
    seen["gone"] = [gone(own), gone(member)]
    seen["remove_again"] = refusal(lambda: member.remove())

    options = system.options_service()
    fences = options.option_service("VdsFenceType").get(version="4.3").values
    seen["fence_types"] = ["drac5" in fences[0].value.split(","), fences[0].version]
    seen["idle"] = [[one.version, one.value] for one in options.option_service("UserSessionTimeOutInterval").get().values]
    seen["no_option"] = refusal(lambda: options.option_service("NoSuchOption").get())
    systems = {one.name: one for one in system.operating_systems_service().list()}
    seen["rhel7"] = [systems["rhel_7x64"].id, systems["rhel_7x64"].description, systems["rhel_7x64"].architecture.value]
    seen["unknown"] = refusal(lambda: clusters.cluster_service(ID).get())
    return seen
