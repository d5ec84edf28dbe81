"""What Ray says of its clusters: how many workers, how long.

https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/config.html
"""

from __future__ import annotations

from dataclasses import replace

from mlarchlint.frontends.kubernetes.counts import or_default, sum_of, times
from mlarchlint.frontends.kubernetes.paths import at
from mlarchlint.frontends.kubernetes.strategies import in_words
from mlarchlint.frontends.kubernetes.templates import PodTemplate
from mlarchlint.frontends.yaml_nodes import read_documents, to_value
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

Traits = dict[str, Value]


def ray_service(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/rayservice-incremental-upgrade.html"""
    spec = instance.get("spec")
    strategy = in_words(at(spec, "upgradeStrategy.type"), "blue_green", spec)
    return {**_service_counts(_ray_cluster_of(instance)), "strategy": strategy}


def _service_counts(cluster: Value) -> Traits:
    workers = cluster.get("workerGroupSpecs")
    hosts = [group.get("numOfHosts") for group in workers.items()]
    if len(hosts) == 1 and hosts[0].number() is not None:
        # the hosts of a slice hold one replica between them
        low, high = _ray_counts(cluster, of_hosts=False)
        return {"min_count": low, "max_count": high, "group_size": hosts[0]}
    low, high = _ray_counts(cluster)
    if workers.is_absent or workers.raw == ():
        low = high = cluster.with_default(1, cluster.span)  # the head serves alone
    return {"min_count": low, "max_count": high}


def ray_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    return _job_traits(instance.get("spec"))


def ray_cron_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {
        **_job_traits(spec.get("jobTemplate")),
        "schedule": spec.get("schedule"),
        "suspended": or_default(spec.get("suspend"), False, spec),
    }


def _job_traits(spec: Value) -> Traits:
    low, _ = _ray_counts(spec.get("rayClusterSpec"))
    return {
        "nodes": low,
        "retries": or_default(spec.get("backoffLimit"), 0, spec),
        "max_runtime_s": spec.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
        "shutdown_after_finish": _shuts_down(spec),
        "commands": _entrypoint(spec.get("entrypoint")),
    }


def _shuts_down(spec: Value) -> Value:
    """Absent where the job runs on a cluster that others made: it may not end that one.

    https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html
    """
    if not spec.get("clusterSelector").is_absent:
        return Value.absent(spec.span)
    for name in ("deletionStrategy", "deletionPolicy"):
        if not spec.get(name).is_absent:
            return Value.known(True, spec.get(name).span)
    return or_default(spec.get("shutdownAfterJobFinishes"), False, spec)


def _entrypoint(value: Value) -> Value:
    return Value.known((value,), value.span) if value.text() is not None else value


def runtime_variables(instance: Instance) -> list[tuple[Value, Value]]:
    """(name, value) of the variables that Ray sets for a job's own processes, in a text of its own.

    https://docs.ray.io/en/latest/ray-core/handling-dependencies.html#api-reference
    """
    spec = instance.get("spec")
    for place in (spec, spec.get("jobTemplate")):
        text = place.get("runtimeEnvYAML").text()
        if text:
            documents, _ = read_documents(text, place.span.file)
            written = to_value(documents[0].root).get("env_vars").mapping() if documents else {}
            where = place.get("runtimeEnvYAML").span
            return [(Value.known(name, where), replace(value, span=where)) for name, value in written.items()]
    return []


def ray_cluster(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    low, high = _ray_counts(spec)
    return {
        "min_nodes": low,
        "max_nodes": high,
        "autoscale": or_default(spec.get("enableInTreeAutoscaling"), False, spec),
        "idle_shutdown_s": at(spec, "autoscalerOptions.idleTimeoutSeconds"),
        "head_fault_tolerance": Value.known(
            not spec.get("gcsFaultToleranceOptions").is_absent, spec.get("gcsFaultToleranceOptions").span
        ),
    }


def _ray_cluster_of(instance: Instance) -> Value:
    spec = instance.get("spec")
    for name in ("rayClusterConfig", "rayClusterSpec"):
        if not spec.get(name).is_absent:
            return spec.get(name)
    return spec


def _ray_counts(cluster: Value, of_hosts: bool = True) -> tuple[Value, Value]:
    """Fewest and most workers. Without the in-tree autoscaler the count is `replicas`.

    of_hosts: a group may have several hosts a replica (`numOfHosts`), each a worker.
    https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/configuring-autoscaling.html
    """
    groups = cluster.get("workerGroupSpecs").items()
    scaled = cluster.get("enableInTreeAutoscaling")

    def all_of(counts: list[Value]) -> Value:
        factors = [group.get("numOfHosts") if of_hosts else Value.absent() for group in groups]
        return sum_of([times(*pair) for pair in zip(counts, factors, strict=True)], cluster)

    if scaled.is_unknown:
        return scaled, scaled
    if scaled.raw is not True:
        fixed = all_of([or_default(group.get("replicas"), 0, group) for group in groups])
        return fixed, fixed
    low = all_of([or_default(group.get("minReplicas"), 0, group) for group in groups])
    return low, all_of([group.get("maxReplicas") for group in groups])
