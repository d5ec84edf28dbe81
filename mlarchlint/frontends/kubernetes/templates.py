"""Where the pods of a workload are written: Deployments, operators' custom resources, workflows.

Field names from the projects' own CRDs: Kubernetes 1.33, KServe 0.15, Kubeflow training-operator 1.9 and
trainer 2.0, KubeRay 1.4, Volcano 1.11, JobSet 0.8, LeaderWorkerSet 0.6, Spark operator 2.2, Argo Workflows
3.6, Argo Rollouts 1.8, Seldon Core 1.18, Knative Serving 1.18.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlarchlint.frontends.kubernetes.framework_pods import (
    apache_spark_pods,
    argo_pods,
    spark_pods,
    trainer_pods,
)
from mlarchlint.frontends.kubernetes.paths import at, each, field, group_kind
from mlarchlint.frontends.kubernetes.server_pods import kubeai_pods, server_pods
from mlarchlint.model.record import record
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value


@record(frozen=True, slots=True)
class PodTemplate:
    """label: which part of the workload (`Worker`, `predictor`), "" if there is one part only.
    spec: the PodSpec. metadata: of the pods. replicas: as written, absent if not.
    hint: `serving`, `training`, `control` (heads, launchers, drivers: they do not do the work), or "".
    managed: the operator fills in what is missing (probes, resources, images).
    """

    label: str
    spec: Value
    metadata: Value
    replicas: Value
    hint: str = ""
    managed: bool = False


@record(frozen=True, slots=True)
class Place:
    """path: to what is replicated, from the manifest's top. template: from there to the pod template,
    or to the PodSpec itself if `bare`. metadata: where a bare template's labels are written."""

    path: str
    template: str = "template"
    replicas: str = "replicas"
    hint: str = ""
    bare: bool = False
    managed: bool = False
    metadata: str = ""


_LONG = (Place("spec"),)
_RAY_PARTS = (
    ("headGroupSpec", "", "control"),
    ("workerGroupSpecs[]", "replicas", ""),
)


def _kubeflow(name: str) -> tuple[Place, ...]:
    return (Place(f"spec.{name}{{}}", hint="training"),)


def _ray(prefix: str, hint: str) -> tuple[Place, ...]:
    return tuple(
        Place(f"{prefix}.{part}", replicas=replicas or "replicas", hint=control or hint)
        for part, replicas, control in _RAY_PARTS
    )


def _kserve(*parts: str) -> tuple[Place, ...]:
    served = tuple(
        Place(f"spec.{part}", "", "minReplicas", "serving", bare=True, managed=True) for part in parts
    )
    workers = Place("spec.predictor.workerSpec", "", "size", "serving", bare=True, managed=True)
    return (*served, workers)


_PLACES: dict[tuple[str, str], tuple[Place, ...]] = {
    ("", "Pod"): (Place("", "", ""),),
    ("", "PodTemplate"): (Place("", replicas=""),),
    ("", "ReplicationController"): _LONG,
    ("apps", "Deployment"): _LONG,
    ("apps", "StatefulSet"): _LONG,
    ("apps", "DaemonSet"): _LONG,
    ("apps", "ReplicaSet"): _LONG,
    ("extensions", "Deployment"): _LONG,
    ("extensions", "DaemonSet"): _LONG,
    ("extensions", "ReplicaSet"): _LONG,
    ("argoproj.io", "Rollout"): _LONG,
    ("batch", "Job"): (Place("spec", replicas="parallelism"),),
    ("keda.sh", "ScaledJob"): (Place("spec.jobTargetRef", replicas="parallelism"),),
    ("batch", "CronJob"): (Place("spec.jobTemplate.spec", replicas="parallelism"),),
    ("serving.kserve.io", "InferenceService"): _kserve("predictor", "transformer", "explainer"),
    ("serving.kubeflow.org", "InferenceService"): _kserve("predictor", "transformer", "explainer"),
    ("serving.kserve.io", "ServingRuntime"): (
        Place("spec", "", "", "serving", bare=True, managed=True),
        Place("spec.workerSpec", "", "size", "serving", bare=True, managed=True),
    ),
    ("serving.kserve.io", "LLMInferenceService"): (
        Place("spec", "template", "replicas", "serving", bare=True, managed=True),
        Place("spec", "worker", "replicas", "serving", bare=True, managed=True),
        Place("spec.prefill", "template", "replicas", "serving", bare=True, managed=True),
        Place("spec.prefill", "worker", "replicas", "serving", bare=True, managed=True),
        Place("spec.router.scheduler", "template", "replicas", "control", bare=True, managed=True),
    ),
    ("kubeflow.org", "PyTorchJob"): _kubeflow("pytorchReplicaSpecs"),
    ("kubeflow.org", "TFJob"): _kubeflow("tfReplicaSpecs"),
    ("kubeflow.org", "MPIJob"): _kubeflow("mpiReplicaSpecs"),
    ("kubeflow.org", "XGBoostJob"): _kubeflow("xgbReplicaSpecs"),
    ("kubeflow.org", "PaddleJob"): _kubeflow("paddleReplicaSpecs"),
    ("kubeflow.org", "MXJob"): _kubeflow("mxReplicaSpecs"),
    ("kubeflow.org", "JAXJob"): _kubeflow("jaxReplicaSpecs"),
    ("kubeflow.org", "Notebook"): (Place("spec"),),
    ("ray.io", "RayCluster"): _ray("spec", ""),
    ("ray.io", "RayJob"): _ray("spec.rayClusterSpec", "training"),
    ("ray.io", "RayCronJob"): _ray("spec.jobTemplate.rayClusterSpec", "training"),
    ("ray.io", "RayService"): (
        *_ray("spec.rayClusterConfig", "serving"),
        *_ray("spec.rayClusterSpec", "serving"),
    ),
    ("batch.volcano.sh", "Job"): (Place("spec.tasks[]", hint="training"),),
    ("batch.volcano.sh", "CronJob"): (Place("spec.jobTemplate.spec.tasks[]", hint="training"),),
    ("flow.volcano.sh", "JobTemplate"): (Place("spec.tasks[]", hint="training"),),
    ("jobset.x-k8s.io", "JobSet"): (Place("spec.replicatedJobs[]", "template.spec.template"),),
    ("trainer.kubeflow.org", "TrainingRuntime"): (
        Place("spec.template.spec.replicatedJobs[]", "template.spec.template", hint="training"),
    ),
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): (
        Place("spec", "leaderWorkerTemplate.leaderTemplate"),
        Place("spec", "leaderWorkerTemplate.workerTemplate"),
    ),
    ("serving.knative.dev", "Service"): (Place("spec", replicas=""),),
    ("machinelearning.seldon.io", "SeldonDeployment"): (
        Place("spec.predictors[].componentSpecs[]", "", "replicas", "serving", managed=True),
    ),
}  # fmt: skip
_PLACES["serving.kserve.io", "LLMInferenceServiceConfig"] = _PLACES[
    "serving.kserve.io", "LLMInferenceService"
]
_PLACES["serving.kserve.io", "ClusterServingRuntime"] = _PLACES["serving.kserve.io", "ServingRuntime"]
_PLACES["trainer.kubeflow.org", "ClusterTrainingRuntime"] = _PLACES["trainer.kubeflow.org", "TrainingRuntime"]
_SERVERS = {
    ("apps.nvidia.com", "NIMService"),
    ("production-stack.vllm.ai", "VLLMRuntime"),
    ("kubeai.org", "Model"),
}
# launchers and schedulers that only start or watch the workers
_CONTROL_PARTS = {"launcher", "scheduler", "controller"}
# members of a KServe predictor that are a container of a known model server
_KSERVE_SERVERS = (
    "model", "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "pmml",
    "lightgbm", "paddle", "alibi", "art",
)  # fmt: skip


def pod_template(instance: Instance) -> list[PodTemplate]:
    """The pod templates of a workload, in the order written; empty for anything else."""
    if group_kind(instance) not in _WORKLOADS:
        return []
    return list(_unpacked(instance))


def _unpacked(instance: Instance) -> Iterator[PodTemplate]:
    group, kind = group_kind(instance)
    if (group, kind) == ("kubeflow.org", "Experiment"):
        nested = trial(instance)
        yield from pod_template(nested) if nested else ()
    elif group == "argoproj.io" and kind in (
        "Workflow",
        "CronWorkflow",
        "WorkflowTemplate",
        "ClusterWorkflowTemplate",
    ):
        for label, spec, metadata in argo_pods(instance):
            yield PodTemplate(label, spec, metadata, Value.absent(spec.span))
    elif kind == "SparkApplication" or kind == "ScheduledSparkApplication":
        read = apache_spark_pods if group == "spark.apache.org" else spark_pods
        for label, spec, metadata, replicas in read(instance):
            yield PodTemplate(label, spec, metadata, replicas, "control" if label == "driver" else "", True)
    elif (group, kind) == ("trainer.kubeflow.org", "TrainJob"):
        for label, spec, metadata, replicas in trainer_pods(instance):
            yield PodTemplate(label, spec, metadata, replicas, "training", True)
    elif (group, kind) in _SERVERS:
        describe = kubeai_pods if group == "kubeai.org" else server_pods
        for label, spec, metadata, replicas in describe(instance):
            yield PodTemplate(label, spec, metadata, replicas, "serving", True)
    else:
        for place in _PLACES[group, kind]:
            yield from _placed(instance, place)


def _placed(instance: Instance, place: Place) -> Iterator[PodTemplate]:
    top = Value.known(instance.body, instance.span)
    for label, holder in each(top, place.path):
        template = at(holder, place.template)
        if template.is_absent:
            continue
        spec = template if place.bare else template.get("spec")
        if spec.is_absent:
            continue
        metadata = _bare_metadata(instance, holder) if place.bare else template.get("metadata")
        hint = "control" if label.lower() in _CONTROL_PARTS else place.hint
        replicas = at(holder, place.replicas) if place.replicas else Value.absent(holder.span)
        name = label or (place.path.rpartition(".")[2].rstrip("[]{}") if place.bare else "")
        yield PodTemplate(
            name, with_servers(spec) if place.bare else spec, metadata, replicas, hint, place.managed
        )


def _bare_metadata(instance: Instance, holder: Value) -> Value:
    """KServe hands the service's own labels (and the component's) on to the pods."""
    own = instance.get("metadata")
    if own.is_unknown:
        return own
    labels = {**own.get("labels").mapping(), **holder.get("labels").mapping()}
    return Value.known({**own.mapping(), "labels": Value.known(labels, own.span)}, own.span)


def with_servers(spec: Value) -> Value:
    """A KServe component as a PodSpec: its model server becomes one of the containers."""
    if not spec.is_known:
        return spec
    members = spec.mapping()
    servers = [members[name] for name in _KSERVE_SERVERS if name in members and members[name].mapping()]
    if not servers:
        return spec
    containers = spec.get("containers")
    return Value.known(
        {**members, "containers": Value.known((*servers, *containers.items()), servers[0].span)}, spec.span
    )


def trial(experiment: Instance) -> Instance | None:
    """The job that a Katib experiment runs per trial, as an instance of its own."""
    body = field(experiment, "spec.trialTemplate.trialSpec")
    version, kind = body.get("apiVersion").text(), body.get("kind").text()
    if not version or not kind or (version, kind) == ("kubeflow.org/v1beta1", "Experiment"):
        return None
    return replace(experiment, type=f"{version}/{kind}", body=body.mapping(), span=body.span)


_WORKLOADS = (
    frozenset(_PLACES)
    | _SERVERS
    | {
        ("kubeflow.org", "Experiment"),
        ("argoproj.io", "Workflow"),
        ("argoproj.io", "CronWorkflow"),
        ("argoproj.io", "WorkflowTemplate"),
        ("argoproj.io", "ClusterWorkflowTemplate"),
        ("spark.apache.org", "SparkApplication"),
        ("sparkoperator.k8s.io", "SparkApplication"),
        ("sparkoperator.k8s.io", "ScheduledSparkApplication"),
        ("trainer.kubeflow.org", "TrainJob"),
    }
)
