"""What the controllers of pods say: how many, how they are replaced, when they stop.

Defaults are those of the API servers: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
and of the operators' CRDs, named beside each.
"""

from __future__ import annotations

from collections.abc import Callable

from mlarchlint.frontends.kubernetes import job_controllers as jobs
from mlarchlint.frontends.kubernetes import ray_controllers as ray
from mlarchlint.frontends.kubernetes import serving_controllers as serving
from mlarchlint.frontends.kubernetes.counts import or_default
from mlarchlint.frontends.kubernetes.paths import at, field, group_kind
from mlarchlint.frontends.kubernetes.strategies import deployment_strategy, first_weight, one_by_one
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


def _deployment(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {
        "replicas": or_default(spec.get("replicas"), 1, spec),
        "update.progress_deadline_s": or_default(spec.get("progressDeadlineSeconds"), 600, spec),
        **deployment_strategy(spec.get("strategy"), spec),
    }


def _stateful_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {"replicas": or_default(spec.get("replicas"), 1, spec), **one_by_one(spec)}


def _daemon_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return one_by_one(spec)


def _replica_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {"replicas": or_default(spec.get("replicas"), 1, spec)}


def _pod(instance: Instance, templates: list[PodTemplate]) -> Traits:
    return {"replicas": instance.get("spec").with_default(1, instance.span)}


def _rollout(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    traits = {"replicas": or_default(spec.get("replicas"), 1, spec)}
    for member, word in (("canary", "canary"), ("blueGreen", "blue_green")):
        part = at(spec, f"strategy.{member}")
        if not part.is_absent:
            traits["strategy"] = Value.known(word, part.span)
            traits["update.analysis"] = Value.known(_analysed(part), part.span)
            traits["update.manual"] = Value.known(_promoted_by_hand(part), part.span)
            traits["deployment.canary_pct"] = first_weight(part)
    return traits


def _analysed(part: Value) -> bool:
    named = ("analysis", "prePromotionAnalysis", "postPromotionAnalysis")
    stepped = any(not step.get("analysis").is_absent for step in part.get("steps").items())
    return stepped or any(not part.get(name).is_absent for name in named)


def _promoted_by_hand(part: Value) -> bool:
    """A pause without an end waits for a person: https://argo-rollouts.readthedocs.io/en/stable/features/canary/"""
    paused = [step.get("pause") for step in part.get("steps").items() if "pause" in step.mapping()]
    unending = any(not pause.is_unknown and pause.get("duration").is_absent for pause in paused)
    return unending or part.get("autoPromotionEnabled").raw is False


def _experiment(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """Katib: what one trial is, and how many run. https://www.kubeflow.org/docs/components/katib/"""
    nested = trial(instance)
    traits = controller_traits(nested, pod_template(nested)) if nested else {}
    spec = instance.get("spec")
    traits.pop("replicas", None)
    return traits | {
        "tuning": Value.known(True, spec.span),
        "parallel_jobs": or_default(spec.get("parallelTrialCount"), 3, spec),
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


_Reader = Callable[[Instance, list[PodTemplate]], Traits]
_READERS: dict[tuple[str, str], _Reader] = {
    ("apps", "Deployment"): _deployment,
    ("extensions", "Deployment"): _deployment,
    ("extensions", "DaemonSet"): _daemon_set,
    ("extensions", "ReplicaSet"): _replica_set,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "ReplicaSet"): _replica_set,
    ("", "ReplicationController"): _replica_set,
    ("", "Pod"): _pod,
    ("argoproj.io", "Rollout"): _rollout,
    ("batch", "Job"): jobs.job,
    ("batch", "CronJob"): jobs.cron_job,
    ("keda.sh", "ScaledJob"): jobs.scaled_job,
    ("serving.kserve.io", "InferenceService"): serving.inference_service,
    ("serving.kubeflow.org", "InferenceService"): serving.inference_service,
    ("serving.kserve.io", "LLMInferenceService"): serving.llm_inference_service,
    ("ray.io", "RayService"): ray.ray_service,
    ("ray.io", "RayCluster"): ray.ray_cluster,
    ("ray.io", "RayJob"): ray.ray_job,
    ("ray.io", "RayCronJob"): ray.ray_cron_job,
    **{
        ("kubeflow.org", kind): jobs.kubeflow_job
        for kind in ("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "PaddleJob", "MXJob", "JAXJob")
    },
    ("kubeflow.org", "Experiment"): _experiment,
    ("trainer.kubeflow.org", "TrainJob"): jobs.train_job,
    ("batch.volcano.sh", "Job"): jobs.volcano_job,
    ("batch.volcano.sh", "CronJob"): jobs.volcano_cron_job,
    ("jobset.x-k8s.io", "JobSet"): jobs.job_set,
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): serving.leader_worker_set,
    ("spark.apache.org", "SparkApplication"): jobs.apache_spark,
    ("sparkoperator.k8s.io", "SparkApplication"): jobs.spark,
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): jobs.spark,
    **{
        ("argoproj.io", kind): jobs.argo
        for kind in ("Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate")
    },
    ("kubeai.org", "Model"): serving.kubeai_model,
    ("apps.nvidia.com", "NIMService"): serving.described_server,
    ("production-stack.vllm.ai", "VLLMRuntime"): serving.described_server,
    ("machinelearning.seldon.io", "SeldonDeployment"): serving.seldon,
    ("serving.knative.dev", "Service"): serving.knative,
}
