"""PodSpecs of resources that describe pods in words of their own: Argo workflows, Spark, TrainJob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlarchlint.frontends.kubernetes.paths import field
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

_ARGO_SHARED = (
    "nodeSelector", "tolerations", "affinity", "serviceAccountName", "volumes", "schedulerName", "hostNetwork",
    "securityContext",
)  # fmt: skip
_SPARK_SHARED = (
    "nodeSelector", "tolerations", "affinity", "hostNetwork", "terminationGracePeriodSeconds", "schedulerName",
    "topologySpreadConstraints",
)  # fmt: skip


def argo_pods(instance: Instance) -> Iterator[tuple[str, Value, Value]]:
    """(template name, PodSpec, pod metadata) of every template that runs a container.

    https://argo-workflows.readthedocs.io/en/latest/fields/#template
    """
    spec = argo_spec(instance)
    workflow_volumes = (*spec.get("volumes").items(), *_claimed(spec.get("volumeClaimTemplates")))
    for template in spec.get("templates").items():
        containers = [
            template.get(name)
            for name in ("container", "script")
            if template.get(name).mapping() or template.get(name).is_unknown
        ]
        containers += template.get("containerSet").get("containers").items()
        if not containers:
            continue
        members = _first_of(_ARGO_SHARED, template, spec.get("templateDefaults"), spec)
        members["containers"] = Value.known(
            (*containers, *template.get("sidecars").items()), containers[0].span
        )
        volumes = (*template.get("volumes").items(), *workflow_volumes)
        if volumes:
            members["volumes"] = Value.known(volumes, volumes[0].span)
        members.setdefault("restartPolicy", Value.known("Never", template.span))
        metadata = template.get("metadata")
        if metadata.is_absent:
            metadata = spec.get("podMetadata")
        yield template.get("name").text() or "", Value.known(members, template.span), metadata


def argo_spec(instance: Instance) -> Value:
    """The workflow itself, which a CronWorkflow nests."""
    nested = field(instance, "spec.workflowSpec")
    return instance.get("spec") if nested.is_absent else nested


def _claimed(templates: Value) -> Iterator[Value]:
    """Volumes that a workflow's `volumeClaimTemplates` stand for."""
    for claim in templates.items():
        name = claim.get("metadata").get("name")
        yield Value.known(
            {"name": name, "persistentVolumeClaim": Value.known({"claimName": name}, claim.span)}, claim.span
        )


def spark_spec(instance: Instance) -> Value:
    """The application itself, which a ScheduledSparkApplication nests."""
    spec = instance.get("spec")
    nested = spec.get("template")
    return spec if nested.is_absent else nested


def spark_pods(instance: Instance) -> Iterator[tuple[str, Value, Value, Value]]:
    """(`driver` or `executor`, PodSpec, pod metadata, replicas).

    https://github.com/kubeflow/spark-operator/blob/master/docs/api-docs.md
    """
    spec = spark_spec(instance)
    if spec.is_unknown:
        return
    for label in ("driver", "executor"):
        part = spec.get(label)
        if part.is_unknown or part.is_absent:
            continue
        members = _first_of(_SPARK_SHARED, part, part.get("template").get("spec"), spec)
        members["containers"] = Value.known((_spark_container(label, part, spec),), part.span)
        members["serviceAccountName"] = part.get("serviceAccount")
        members["volumes"] = spec.get("volumes")
        members["restartPolicy"] = Value.known("Never", part.span)
        written = {name: value for name, value in members.items() if not value.is_absent}
        yield label, Value.known(written, part.span), part, part.get("instances")


def apache_spark_pods(instance: Instance) -> Iterator[tuple[str, Value, Value, Value]]:
    """(`driver` or `executor`, PodSpec, pod metadata, replicas) of Spark's own operator.

    https://github.com/apache/spark-kubernetes-operator/blob/main/docs/spark_custom_resources.md
    """
    spec = instance.get("spec")
    if spec.is_unknown:
        return
    conf = spec.get("sparkConf")
    for label in ("driver", "executor"):
        template = spec.get(f"{label}Spec").get("podTemplateSpec")
        written = template.get("spec").mapping()
        image = conf.get("spark.kubernetes.container.image")
        members = {"name": Value.known(label, spec.span), "image": image}
        if label == "driver":
            main = next(
                (found for name in ("pyFiles", "jars") if not (found := spec.get(name)).is_absent), image
            )
            members["command"] = _strings(Value.known("spark-submit", spec.span), main)
        container = _object(members, spec)
        pod = {"containers": Value.known((container,), spec.span), **written}
        pod.setdefault("restartPolicy", Value.known("Never", spec.span))
        yield (
            label,
            Value.known(pod, spec.span),
            template.get("metadata"),
            conf.get("spark.executor.instances"),
        )


def _spark_container(label: str, part: Value, spec: Value) -> Value:
    cores = part.get("coreRequest") if not part.get("coreRequest").is_absent else part.get("cores")
    requests = {"cpu": cores, "memory": _jvm_memory(part.get("memory"))}
    gpu = part.get("gpu")
    if name := gpu.get("name").text():
        requests[name] = gpu.get("quantity")
    members = {
        "name": Value.known(label, part.span),
        "image": spec.get("image") if part.get("image").is_absent else part.get("image"),
        "env": part.get("env"),
        "envFrom": part.get("envFrom"),
        "volumeMounts": part.get("volumeMounts"),
        "securityContext": part.get("securityContext"),
        "resources": _object({"requests": _object(requests, part)}, part),
    }
    if label == "driver":
        members["command"] = _strings(Value.known("spark-submit", spec.span), spec.get("mainApplicationFile"))
        members["args"] = spec.get("arguments")
    return _object(members, part)


def _jvm_memory(value: Value) -> Value:
    """`4g` and `512m` of the JVM are GiB and MiB."""
    text = (value.text() or "").strip().lower()
    if text[-1:] in ("k", "m", "g", "t"):
        return Value.known(f"{text[:-1]}{text[-1].upper()}i", value.span, origin=value.origin)
    return value


def trainer_pods(instance: Instance) -> Iterator[tuple[str, Value, Value, Value]]:
    """The trainer of a TrainJob, with what it overrides in the runtime's pods.

    https://www.kubeflow.org/docs/components/trainer/
    """
    spec = instance.get("spec")
    trainer = spec.get("trainer")
    if spec.is_unknown:
        return
    container = {name: trainer.get(name) for name in ("image", "command", "args", "env")}
    container["name"] = Value.known("node", trainer.span)
    container["resources"] = trainer.get("resourcesPerNode")
    members: dict[str, Value] = {}
    for name in ("podTemplateOverrides", "podSpecOverrides"):
        for override in spec.get(name).items():
            members.update(override.get("spec").mapping())
    members["containers"] = Value.known((_object(container, trainer),), trainer.span)
    yield "trainer", Value.known(members, trainer.span), instance.get("metadata"), trainer.get("numNodes")


def _first_of(names: tuple[str, ...], *places: Value) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in names:
        for place in places:
            value = place.get(name)
            if not value.is_absent:
                found[name] = value
                break
    return found


def _object(members: Mapping[str, Value], like: Value) -> Value:
    return Value.known({name: value for name, value in members.items() if not value.is_absent}, like.span)


def _strings(*values: Value) -> Value:
    written = tuple(value for value in values if not value.is_absent)
    return Value.known(written, written[0].span)
