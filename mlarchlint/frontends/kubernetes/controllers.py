"""What the controllers of pods say: how many, how they are replaced, when they stop.

Defaults are those of the API servers: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
and of the operators' CRDs, named beside each.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from mlarchlint.frontends.kubernetes.framework_pods import argo_spec, spark_spec
from mlarchlint.frontends.kubernetes.paths import at, each, field, group_kind
from mlarchlint.frontends.kubernetes.quantities import whole_if_integral
from mlarchlint.frontends.kubernetes.templates import PodTemplate, pod_template, trial
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

Traits = dict[str, Value]

_GANG_SCHEDULERS = (
    "volcano",
    "kube-batch",
    "scheduler-plugins-scheduler",
    "coscheduling",
    "yunikorn",
    "kai-scheduler",
)
_QUEUE_LABELS = (
    "kueue.x-k8s.io/queue-name", "volcano.sh/queue-name", "queue", "kai.scheduler/queue", "runai/queue",
)  # fmt: skip
_POD_GROUP_LABELS = (
    "scheduling.x-k8s.io/pod-group", "pod-group.scheduling.sigs.k8s.io", "scheduling.k8s.io/group-name",
    "scheduling.volcano.sh/group-name", "ray.io/gang-scheduling-enabled",
)  # fmt: skip


def controller_traits(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """What the controller says beside its pods; empty for what is none."""
    read = _READERS.get(group_kind(instance))
    traits = read(instance, templates) if read else {}
    if "strategy" in traits:
        traits["update.strategy"] = traits["strategy"]
    if templates:
        traits |= _queueing(instance, templates)
    return traits


def _default(value: Value, default: int | str | bool, where: Value) -> Value:
    return where.with_default(default, where.span) if value.is_absent else value


def _deployment(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    strategy = spec.get("strategy")
    kind = at(strategy, "type")
    rolling = kind.is_absent or kind.text() == "RollingUpdate"
    traits = {
        "replicas": _default(spec.get("replicas"), 1, spec),
        "strategy": strategy.with_default("rolling", spec.span) if kind.is_absent else _strategy(kind),
        "update.progress_deadline_s": _default(spec.get("progressDeadlineSeconds"), 600, spec),
    }
    if rolling:
        traits["update.max_unavailable"] = _default(at(strategy, "rollingUpdate.maxUnavailable"), "25%", spec)
        traits["update.max_surge"] = _default(at(strategy, "rollingUpdate.maxSurge"), "25%", spec)
    return traits


def _strategy(kind: Value) -> Value:
    """In the neutral words: `rolling`, `recreate`, `on_delete`."""
    words = {"RollingUpdate": "rolling", "Recreate": "recreate", "OnDelete": "on_delete"}
    text = kind.text()
    return Value.known(words.get(text, text), kind.span) if text else kind


def _stateful_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    kind = at(spec, "updateStrategy.type")
    return {
        "replicas": _default(spec.get("replicas"), 1, spec),
        "strategy": spec.with_default("rolling", spec.span) if kind.is_absent else _strategy(kind),
    }


def _daemon_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    kind = at(spec, "updateStrategy.type")
    return {"strategy": spec.with_default("rolling", spec.span) if kind.is_absent else _strategy(kind)}


def _replica_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {"replicas": _default(spec.get("replicas"), 1, spec)}


def _pod(instance: Instance, templates: list[PodTemplate]) -> Traits:
    return {"replicas": instance.get("spec").with_default(1, instance.span)}


def _rollout(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    traits = {"replicas": _default(spec.get("replicas"), 1, spec)}
    for member, word in (("canary", "canary"), ("blueGreen", "blue_green")):
        part = at(spec, f"strategy.{member}")
        if not part.is_absent:
            traits["strategy"] = Value.known(word, part.span)
            traits["update.analysis"] = Value.known(_analysed(part), part.span)
    return traits


def _analysed(part: Value) -> bool:
    named = ("analysis", "prePromotionAnalysis", "postPromotionAnalysis")
    stepped = any(not step.get("analysis").is_absent for step in part.get("steps").items())
    return stepped or any(not part.get(name).is_absent for name in named)


def _job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    return _job_spec(instance.get("spec"))


def _job_spec(spec: Value) -> Traits:
    return {
        "nodes": _default(spec.get("parallelism"), 1, spec),
        "retries": _default(spec.get("backoffLimit"), 6, spec),
        "max_runtime_s": spec.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
    }


def _cron_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {
        **_job_spec(at(spec, "jobTemplate.spec")),
        "schedule": spec.get("schedule"),
        "suspended": _default(spec.get("suspend"), False, spec),
        "concurrency_policy": _default(spec.get("concurrencyPolicy"), "Allow", spec),
    }


def _inference_service(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://kserve.github.io/website/latest/reference/api/ (ComponentExtensionSpec)"""
    predictor = field(instance, "spec.predictor")
    canary = predictor.get("canaryTrafficPercent")
    traits = {
        "min_count": _default(predictor.get("minReplicas"), 1, predictor),
        "max_count": predictor.get("maxReplicas"),
        "concurrency": predictor.get("containerConcurrency"),
        "timeout_s": predictor.get("timeout"),
        "deployment.canary_pct": canary,
        "deployment.type": canary if canary.is_absent else Value.known("canary", canary.span),
        "data_capture.enabled": Value.known(
            not predictor.get("logger").is_absent, predictor.get("logger").span
        ),
    }
    for name in ("model", "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "lightgbm",
                 "pmml", "paddle"):  # fmt: skip
        server = predictor.get(name)
        if not server.is_absent and not server.is_unknown:
            format_name = at(server, "modelFormat.name")
            traits["uri"] = server.get("storageUri")
            traits["format"] = format_name if name == "model" else Value.known(name, server.span)
            break
    return traits


def _llm_inference_service(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://kserve.github.io/website/docs/model-serving/generative-inference/llmisvc/llmisvc-overview"""
    spec = instance.get("spec")
    replicas = _default(spec.get("replicas"), 1, spec)
    low, high = at(spec, "scaling.minReplicas"), at(spec, "scaling.maxReplicas")
    return {
        "min_count": replicas if low.is_absent else low,
        "max_count": replicas if high.is_absent and low.is_absent else high,
        "uri": at(spec, "uri"),
    }


def _ray_service(instance: Instance, templates: list[PodTemplate]) -> Traits:
    cluster = _ray_cluster_of(instance)
    workers = cluster.get("workerGroupSpecs")
    low, high = _ray_counts(cluster)
    if workers.is_absent or workers.raw == ():
        low = high = cluster.with_default(1, cluster.span)  # the head serves alone
    return {"min_count": low, "max_count": high}


def _ray_cluster_of(instance: Instance) -> Value:
    spec = instance.get("spec")
    for name in ("rayClusterConfig", "rayClusterSpec"):
        if not spec.get(name).is_absent:
            return spec.get(name)
    return spec


def _ray_counts(cluster: Value) -> tuple[Value, Value]:
    """Fewest and most workers. Without the in-tree autoscaler the count is `replicas`.

    https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/configuring-autoscaling.html
    """
    groups = cluster.get("workerGroupSpecs").items()
    scaled = cluster.get("enableInTreeAutoscaling")
    if scaled.is_unknown:
        return scaled, scaled
    if scaled.raw is not True:
        fixed = _sum(
            [_times(_default(g.get("replicas"), 0, g), g.get("numOfHosts")) for g in groups], cluster
        )
        return fixed, fixed
    low = _sum([_times(_default(g.get("minReplicas"), 0, g), g.get("numOfHosts")) for g in groups], cluster)
    high = _sum([_times(g.get("maxReplicas"), g.get("numOfHosts")) for g in groups], cluster)
    return low, high


def _ray_cluster(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    low, high = _ray_counts(spec)
    return {
        "min_nodes": low,
        "max_nodes": high,
        "autoscale": _default(spec.get("enableInTreeAutoscaling"), False, spec),
        "idle_shutdown_s": at(spec, "autoscalerOptions.idleTimeoutSeconds"),
        "head_fault_tolerance": Value.known(
            not spec.get("gcsFaultToleranceOptions").is_absent, spec.get("gcsFaultToleranceOptions").span
        ),
    }


def _ray_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    cluster = _ray_cluster_of(instance)
    low, _ = _ray_counts(cluster)
    return {
        "nodes": low,
        "retries": _default(spec.get("backoffLimit"), 0, spec),
        "max_runtime_s": spec.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
        "shutdown_after_finish": _default(spec.get("shutdownAfterJobFinishes"), False, spec),
        "commands": spec.get("entrypoint"),
    }


def _kubeflow_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://www.kubeflow.org/docs/components/trainer/legacy-v1/reference/ (RunPolicy)"""
    spec = instance.get("spec")
    policy = spec.get("runPolicy")
    working = [t for t in templates if t.hint != "control"]
    restarts = [
        holder.get("restartPolicy")
        for name in ("pytorchReplicaSpecs", "tfReplicaSpecs", "mpiReplicaSpecs", "xgbReplicaSpecs",
                     "paddleReplicaSpecs", "mxReplicaSpecs", "jaxReplicaSpecs")
        for _, holder in each(spec, f"{name}{{}}")
        if not holder.get("restartPolicy").is_absent
    ]  # fmt: skip
    return {
        "nodes": _sum([_default(t.replicas, 1, t.spec) for t in working], spec),
        "retries": policy.get("backoffLimit"),
        "max_runtime_s": policy.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": policy.get("ttlSecondsAfterFinished"),
        "restart_policy": restarts[0] if restarts else Value.absent(spec.span),
    }


def _train_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {
        "nodes": at(spec, "trainer.numNodes"),
        "max_runtime_s": spec.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
    }


def _volcano_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://volcano.sh/en/docs/vcjob/"""
    spec = instance.get("spec")
    working = [t for t in templates if t.hint != "control"]
    return {
        "nodes": _sum([_default(t.replicas, 1, t.spec) for t in working], spec),
        "retries": _default(spec.get("maxRetry"), 3, spec),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
        "queue": _default(spec.get("queue"), "default", spec),
        "gang": Value.known(True, spec.get("minAvailable").span),
    }


def _job_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://jobset.sigs.k8s.io/docs/reference/jobset.v1alpha2/"""
    spec = instance.get("spec")
    counts, limits = [], []
    for _, job in each(spec, "replicatedJobs[]"):
        parallel = at(job, "template.spec.parallelism")
        counts.append(_times(_default(job.get("replicas"), 1, job), parallel))
        limits.append(at(job, "template.spec.activeDeadlineSeconds"))
    return {
        "nodes": _sum(counts, spec),
        "retries": _default(at(spec, "failurePolicy.maxRestarts"), 0, spec),
        "max_runtime_s": next((limit for limit in limits if not limit.is_absent), Value.absent(spec.span)),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
    }


def _leader_worker_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/"""
    spec = instance.get("spec")
    return {
        "replicas": _default(spec.get("replicas"), 1, spec),
        "group_size": _default(at(spec, "leaderWorkerTemplate.size"), 1, spec),
        "strategy": spec.with_default("rolling", spec.span),
    }


def _spark(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = spark_spec(instance)
    dynamic = spec.get("dynamicAllocation")
    scaled = dynamic.get("enabled")
    count = _default(at(spec, "executor.instances"), 1, spec)
    on = scaled.raw is True
    return {
        "engine": Value.known("spark", spec.span),
        "workers.min": _default(dynamic.get("minExecutors"), 0, dynamic) if on else count,
        "workers.max": dynamic.get("maxExecutors") if on else count,
        "autoscale": _default(scaled, False, spec),
        "retries": at(spec, "restartPolicy.onFailureRetries"),
        "ttl_after_finished_s": spec.get("timeToLiveSeconds"),
        "schedule": field(instance, "spec.schedule"),
        "suspended": field(instance, "spec.suspend"),
        "auto_termination": spec.with_default(True, spec.span),  # the pods end with the application
    }


def _argo(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = argo_spec(instance)
    retries = [
        found
        for holder in (*spec.get("templates").items(), spec.get("templateDefaults"), spec)
        if not (found := at(holder, "retryStrategy.limit")).is_absent
    ]
    schedules = field(instance, "spec.schedules").items()
    return {
        "retries": retries[0] if retries else Value.absent(spec.span),
        "max_runtime_s": spec.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": at(spec, "ttlStrategy.secondsAfterCompletion"),
        "schedule": schedules[0] if schedules else field(instance, "spec.schedule"),
        "failure_handling": Value.known(
            bool(retries) or not spec.get("onExit").is_absent, spec.get("onExit").span
        ),
    }


def _seldon(instance: Instance, templates: list[PodTemplate]) -> Traits:
    predictors = field(instance, "spec.predictors").items()
    if not predictors:
        return {}
    return {
        "min_count": _sum([_default(p.get("replicas"), 1, p) for p in predictors], predictors[0]),
        "deployment.canary_pct": predictors[1].get("traffic") if len(predictors) > 1 else Value.absent(),
    }


def _knative(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://knative.dev/docs/serving/autoscaling/scale-bounds/"""
    template = field(instance, "spec.template")
    notes = at(template, "metadata.annotations").mapping()
    low, high = (
        next(
            (
                notes[f"autoscaling.knative.dev/{name}"]
                for name in names
                if f"autoscaling.knative.dev/{name}" in notes
            ),
            None,
        )
        for names in (("min-scale", "minScale"), ("max-scale", "maxScale"))
    )
    spec = template.get("spec")
    return {
        "min_count": _whole(low) if low is not None else spec.with_default(0, template.span),
        "max_count": _whole(high) if high is not None else Value.absent(template.span),
        "concurrency": spec.get("containerConcurrency"),
        "timeout_s": _default(spec.get("timeoutSeconds"), 300, spec),
    }


def _whole(value: Value) -> Value:
    """Annotations are text, also where they are numbers."""
    number = value.number()
    return value if number is None else Value.known(whole_if_integral(number), value.span)


def _experiment(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """Katib: what one trial is, and how many run. https://www.kubeflow.org/docs/components/katib/"""
    nested = trial(instance)
    traits = controller_traits(nested, pod_template(nested)) if nested else {}
    spec = instance.get("spec")
    traits.pop("replicas", None)
    return traits | {
        "tuning": Value.known(True, spec.span),
        "parallel_jobs": _default(spec.get("parallelTrialCount"), 3, spec),
        "max_jobs": spec.get("maxTrialCount"),
    }


def _queueing(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """Who admits the pods, and whether all or none of them."""
    labels = field(instance, "metadata.labels").mapping()
    policy = field(instance, "spec.runPolicy.schedulingPolicy")
    traits: Traits = {}
    for label in _QUEUE_LABELS:
        if label in labels and label != "queue":
            traits["queue"] = traits["gang"] = labels[label]
    if not policy.get("queue").is_absent:
        traits["queue"] = policy.get("queue")
    if "queue" in traits:
        traits["gang"] = Value.known(True, traits["queue"].span)
    signs = [labels[name] for name in _POD_GROUP_LABELS if name in labels]
    signs += [policy] if not policy.is_absent else []
    for template in templates:
        pod_labels = template.metadata.get("labels").mapping()
        signs += [pod_labels[name] for name in _POD_GROUP_LABELS if name in pod_labels]
        scheduler = template.spec.get("schedulerName")
        if scheduler.text() in _GANG_SCHEDULERS:
            signs.append(scheduler)
    if signs:
        traits["gang"] = Value.known(True, signs[0].span)
    return traits


def _sum(values: list[Value], where: Value) -> Value:
    """The sum; unknown with the first part that is, absent if a part is."""
    total = Decimal(0)
    for value in values:
        number = value.number()
        if number is None:
            return value if not value.is_known else Value.unknown(f"{value.raw!r} is no number", value.span)
        total += number
    first = next((value for value in values if not value.default), values[0] if values else where)
    result = Value.known(whole_if_integral(total), first.span)
    return result.with_default(result.raw, first.span) if all(v.default for v in values) else result


def _times(value: Value, factor: Value) -> Value:
    left, right = value.number(), factor.number()
    if factor.is_absent or left is None:
        return value
    if right is None:
        return factor
    return Value.known(whole_if_integral(left * right), value.span)


_Reader = Callable[[Instance, list[PodTemplate]], Traits]
_READERS: dict[tuple[str, str], _Reader] = {
    ("apps", "Deployment"): _deployment,
    ("extensions", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "ReplicaSet"): _replica_set,
    ("", "ReplicationController"): _replica_set,
    ("", "Pod"): _pod,
    ("argoproj.io", "Rollout"): _rollout,
    ("batch", "Job"): _job,
    ("batch", "CronJob"): _cron_job,
    ("serving.kserve.io", "InferenceService"): _inference_service,
    ("serving.kubeflow.org", "InferenceService"): _inference_service,
    ("serving.kserve.io", "LLMInferenceService"): _llm_inference_service,
    ("ray.io", "RayService"): _ray_service,
    ("ray.io", "RayCluster"): _ray_cluster,
    ("ray.io", "RayJob"): _ray_job,
    **{
        ("kubeflow.org", kind): _kubeflow_job
        for kind in ("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "PaddleJob", "MXJob", "JAXJob")
    },
    ("kubeflow.org", "Experiment"): _experiment,
    ("trainer.kubeflow.org", "TrainJob"): _train_job,
    ("batch.volcano.sh", "Job"): _volcano_job,
    ("jobset.x-k8s.io", "JobSet"): _job_set,
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): _leader_worker_set,
    ("sparkoperator.k8s.io", "SparkApplication"): _spark,
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): _spark,
    **{
        ("argoproj.io", kind): _argo
        for kind in ("Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate")
    },
    ("machinelearning.seldon.io", "SeldonDeployment"): _seldon,
    ("serving.knative.dev", "Service"): _knative,
}
