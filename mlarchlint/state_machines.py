"""What the states of a Step Functions state machine create or start, as the services' own requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from mlarchlint.model.regex import regex
from mlarchlint.model.value import OTHERS, Value

DEEPEST = 10  # states within states; Step Functions allows no such depth
_CALL = regex(
    r":states:::(?:aws-sdk:)?([\w-]+):(\w+?)(?:\.sync(?::2)?|\.waitForTaskToken)?$",
)
_NAME = regex(r"^(?:arn:.*/)?([^/:]+)(?::\d+|:\$LATEST)?$")

Body = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Described:
    """What one state or step describes. starts: the name or reference of what it starts, if it must exist already."""

    name: str
    type: str
    body: Body
    request: Value
    starts: Value | None = None

    @property
    def started_name(self) -> str | None:
        """The plain name, without the ARN and the revision around it."""
        text = self.starts.text() if self.starts is not None else None
        found = _NAME.match(text) if text else None
        return found[1] if found else None


def tasks(machine: Value, depth: int = DEEPEST) -> Iterator[Described]:
    """Every state that creates or starts something, also within branches and maps."""
    if depth == 0:
        return
    for name, state in machine.get("States").mapping().items():
        found = _CALL.search(state.get("Resource").text() or "")
        make = _CALLS.get((found[1], found[2])) if found else None
        if make is not None:
            request = state.get("Arguments") if state.get("Parameters").is_absent else state.get("Parameters")
            described = make(_at_run_time(request))
            if described is not None:
                yield replace(described, name=name)
        inner = [*state.get("Branches").items(), state.get("Iterator"), state.get("ItemProcessor")]
        for machine_within in inner:
            yield from tasks(machine_within, depth - 1)


def _at_run_time(value: Value) -> Value:
    """`"Name.$": "$.path"` and `{% expression %}` are only known when the machine runs."""
    text = value.text()
    if text is not None and text.startswith("{%") and text.endswith("%}"):
        return Value.unknown("it is computed when the state machine runs", value.span)
    if value.is_known and isinstance(value.raw, tuple):
        return replace(value, raw=tuple(_at_run_time(item) for item in value.raw))
    if value.is_known and isinstance(value.raw, Mapping):
        members = {}
        for name, member in value.raw.items():
            if name.endswith(".$"):
                why = "it is given when the state machine runs"
                members[name.removesuffix(".$")] = Value.unknown(why, member.span)
            else:
                members[name] = _at_run_time(member)
        return replace(value, raw=members)
    return value


# -- one function for each service ---------------------------------------------------------


def sagemaker(kind: str, request: Value) -> Described:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html"""
    if kind == "HyperParameterTuningJob":
        # What is tuned is what its trials run.
        kind, request = "TrainingJob", request.get("TrainingJobDefinition")
    return Described("", f"AWS::SageMaker::{kind}", request.mapping(), request)


def _batch(request: Value) -> Described:
    """https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html"""
    definition = request.get("JobDefinition")
    overrides = request.get("ContainerOverrides")
    body = {
        "JobDefinitionName": definition,
        "ContainerProperties": replace(
            Value.known({}, request.span), raw=_open(overrides.mapping(), definition, request)
        ),
        **_given(request, "RetryStrategy", "Timeout"),
    }
    return _started("AWS::Batch::JobDefinition", body, request, definition)


def _glue(request: Value) -> Described:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html"""
    job = request.get("JobName")
    body = {
        "Name": job,
        **_given(request, "WorkerType", "NumberOfWorkers", "Timeout", "SecurityConfiguration"),
    }
    return _started("AWS::Glue::Job", body, request, job)


def _ecs(request: Value) -> Described:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"""
    definition = request.get("TaskDefinition")
    return _started("AWS::ECS::TaskDefinition", {"Family": definition}, request, definition)


def _emr_serverless(request: Value) -> Described:
    """https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html"""
    application = request.get("ApplicationId")
    return _started("AWS::EMRServerless::Application", {}, request, application)


def _emr_containers(request: Value) -> Described:
    """https://docs.aws.amazon.com/emr-on-eks/latest/APIReference/API_StartJobRun.html"""
    cluster = request.get("VirtualClusterId")
    return _started("AWS::EMRContainers::VirtualCluster", {}, request, cluster)


def _emr(request: Value) -> Described:
    """A cluster for the run. RunJobFlow lists its groups and fleets, the template type names them:
    https://docs.aws.amazon.com/emr/latest/APIReference/API_JobFlowInstancesConfig.html
    """
    instances = request.get("Instances")
    groups = dict(instances.mapping())
    for role in ("Master", "Core"):
        for listed, role_key in (("InstanceGroups", "InstanceRole"), ("InstanceFleets", "InstanceFleetType")):
            for group in instances.get(listed).items():
                if (group.get(role_key).text() or "").upper() == role.upper():
                    groups[f"{role}{listed.removesuffix('s')}"] = group
    body = dict(request.mapping())
    if groups:
        body["Instances"] = replace(Value.known({}, instances.span), raw=groups)
    return Described("", "AWS::EMR::Cluster", body, request)


def _job_on_eks(request: Value) -> Described | None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html: a manifest, sent to the cluster."""
    manifest = request.get("Job") if not request.get("Job").is_absent else request.get("RequestBody")
    version, kind = manifest.get("apiVersion").text(), manifest.get("kind").text()
    if not version or not kind:
        return None
    body = dict(manifest.mapping())
    namespace = request.get("Namespace")
    metadata = dict(body["metadata"].mapping()) if "metadata" in body else {}
    if not namespace.is_absent:
        metadata.setdefault("namespace", namespace)
    body["metadata"] = Value.known(metadata, request.span)
    return Described("", f"{version}/{kind}", body, manifest)


_SAGEMAKER = (
    "TrainingJob", "HyperParameterTuningJob", "ProcessingJob", "TransformJob", "Model", "EndpointConfig",
)  # fmt: skip


def _sagemaker_call(kind: str) -> Callable[[Value], Described | None]:
    return lambda request: sagemaker(kind, request)


_CALLS: dict[tuple[str, str], Callable[[Value], Described | None]] = {
    **{("sagemaker", f"create{kind}"): _sagemaker_call(kind) for kind in _SAGEMAKER},
    ("batch", "submitJob"): _batch,
    ("glue", "startJobRun"): _glue,
    ("ecs", "runTask"): _ecs,
    ("elasticmapreduce", "createCluster"): _emr,
    ("emr", "runJobFlow"): _emr,
    ("emr-serverless", "startJobRun"): _emr_serverless,
    ("emrserverless", "startJobRun"): _emr_serverless,
    ("emr-containers", "startJobRun"): _emr_containers,
    ("emrcontainers", "startJobRun"): _emr_containers,
    ("eks", "runJob"): _job_on_eks,
    ("eks", "call"): _job_on_eks,
}


def _started(type_name: str, body: dict[str, Value], request: Value, named: Value) -> Described:
    return Described("", type_name, _open(body, named, request), request, named)


def _open(body: Body, named: Value, request: Value) -> dict[str, Value]:
    """What a run does not say stands in the definition it names, which the code does not hold."""
    what = named.text() or (named.why if named.is_unknown else "") or "what it starts"
    why = f"{what} is not in the scanned code" if named.text() else what
    return {**body, OTHERS: Value.unknown(why, request.span)}


def _given(request: Value, *names: str) -> dict[str, Value]:
    return {name: request.get(name) for name in names if not request.get(name).is_absent}
