"""The neutral traits of Kubernetes objects: what runs, what it asks for, where it may land."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from mlarchlint.frontends.kubernetes import containers as box
from mlarchlint.frontends.kubernetes.controllers import controller_traits
from mlarchlint.frontends.kubernetes.manifests import is_namespaced
from mlarchlint.frontends.kubernetes.objects import object_traits
from mlarchlint.frontends.kubernetes.paths import at, field
from mlarchlint.frontends.kubernetes.placement import HOST_KEYS, ZONE_KEYS, spot, spread, zones
from mlarchlint.frontends.kubernetes.ray_controllers import runtime_variables
from mlarchlint.frontends.kubernetes.requests import request_traits
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.frontends.kubernetes.stores import store_traits
from mlarchlint.frontends.kubernetes.templates import PodTemplate, pod_template
from mlarchlint.frontends.kubernetes.volumes import mounts, volumes
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

_PROBES = {"readiness": "readinessProbe", "liveness": "livenessProbe", "startup": "startupProbe"}
# operators that give their pods probes of their own where none is written
_PROBED = {
    # https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/config.html (ENABLE_PROBES_INJECTION)
    "ray.io": ("readiness", "liveness"),
    # https://knative.dev/docs/serving/services/configure-probing/ (TCP readiness on the port)
    "serving.knative.dev": ("readiness",),
    "serving.kserve.io": ("readiness",),
    "serving.kubeflow.org": ("readiness",),
    # https://docs.seldon.io/projects/seldon-core/en/latest/graph/service-orchestrator.html
    # https://docs.nvidia.com/nim-operator/latest/service.html (probes of the NIM containers)
    "apps.nvidia.com": ("readiness", "liveness", "startup"),
    # https://github.com/vllm-project/production-stack (operator, vllmruntime_controller.go)
    "production-stack.vllm.ai": ("readiness", "liveness", "startup"),
    # https://github.com/kubeai-project/kubeai (internal/modelcontroller, the engines' pods)
    "kubeai.org": ("readiness", "liveness", "startup"),
    "machinelearning.seldon.io": ("readiness", "liveness"),
}


def kubernetes_traits(instance: Instance) -> dict[str, Value]:
    """All traits of an object that take more than a path to read: of workloads those of their pods
    and controllers, of other kinds (Ingress, Karpenter, storage classes, ...) those of `objects.py`."""
    templates = pod_template(instance)
    traits = {"namespace": _namespace(instance), **object_traits(instance)}
    if templates:
        traits |= pod_traits(templates, instance) | store_traits(instance, templates)
    traits |= controller_traits(instance, templates)
    return {name: value for name, value in traits.items() if not value.is_absent}


def _namespace(instance: Instance) -> Value:
    """`default` where none is written; absent where none can be."""
    version, _, kind = instance.type.rpartition("/")
    written = field(instance, "metadata.namespace")
    if not is_namespaced(version, kind):
        return Value.absent(instance.span)
    return written.with_default("default", instance.span) if written.is_absent else written


def pod_traits(templates: list[PodTemplate], instance: Instance) -> dict[str, Value]:
    """The traits of the pods of one workload. Of several templates: lists are joined, requests are
    those of the largest pod, and what must hold must hold for all that do the work."""
    traits = _listed(templates, runtime_variables(instance))
    working = [t for t in templates if t.hint != "control"] or templates
    traits |= _requests(working)
    traits |= _placement(working)
    traits |= _probes(working, instance)
    traits |= _security(templates)
    first = working[0].spec
    # https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
    traits["termination_grace_s"] = _or_default(first, "terminationGracePeriodSeconds", 30)
    restart = first.get("restartPolicy")
    traits["restart_policy"] = restart if not restart.is_absent else _restart(instance, first)
    traits["scheduler"] = first.get("schedulerName")
    traits["priority_class"] = first.get("priorityClassName")
    return traits


def _listed(templates: list[PodTemplate], added: list[tuple[Value, Value]]) -> dict[str, Value]:
    """Lists over all containers of all templates, without repetition. added: variables from elsewhere."""
    every = [
        c for t in templates for c in (*box.containers_of(t.spec), *t.spec.get("initContainers").items())
    ]
    main = [c for t in templates for c in box.containers_of(t.spec)]
    hidden = next((h for t in templates if (h := box.unknown_containers(t.spec)) is not None), None)
    env = [*box.env_entries(main), *added]
    lists = {
        "images": box.images(every),
        "commands": box.commands(main),
        "ports": box.ports(main),
        "env_names": [name for name, _ in env],
        "secrets": box.secrets_as_environment(main),
        "volumes": [v for t in templates for v in volumes(t.spec)],
        "mounts": [m for t in templates for m in mounts(t.spec, box.containers_of(t.spec))],
    }
    traits = {name: _joined(values, hidden, templates[0].spec) for name, values in lists.items()}
    traits["tolerations"] = _texts(
        [e for t in templates for e in t.spec.get("tolerations").items()], _toleration
    )
    traits["node_selector"] = _texts(
        [t.spec.get("nodeSelector") for t in templates if t.spec.get("nodeSelector").mapping()], _pairs
    )
    if env:
        traits["env"] = Value.known({name.text() or "": value for name, value in env}, env[0][0].span)
    return traits


def _joined(values: list[Value], hidden: Value | None, where: Value) -> Value:
    if not values:
        return Value.absent(where.span) if hidden is None else hidden
    distinct: dict[object, Value] = {}
    for value in values:
        scalar = value.is_known and not isinstance(value.raw, (tuple, Mapping))
        distinct.setdefault((type(value.raw), value.raw) if scalar else value.span, value)
    return Value.known(tuple(distinct.values()), values[0].span)


def _texts(values: list[Value], told: Callable[[Value], list[str]]) -> Value:
    found = {text: value for value in values for text in told(value)}
    if not found:
        return Value.absent()
    spans = [value.span for value in found.values()]
    return Value.known(tuple(Value.known(t, v.span) for t, v in found.items()), spans[0])


def _toleration(value: Value) -> list[str]:
    """As `kubectl taint` writes it: `key=value:effect`."""
    key, own = label_text(value.get("key")) or "*", label_text(value.get("value"))
    effect = value.get("effect").text()
    return [key + (f"={own}" if own else "") + (f":{effect}" if effect else "")]


def _pairs(value: Value) -> list[str]:
    return [f"{key}={label_text(own) or '?'}" for key, own in value.mapping().items()]


def _requests(templates: list[PodTemplate]) -> dict[str, Value]:
    traits: dict[str, Value] = {}
    for template in templates:
        for name, value in request_traits(template.spec, filled_in=template.managed).items():
            known = traits.get(name)
            if name == "requests.complete":
                # the first that is not complete, or not known, decides
                if known is None or (known.raw is True and not known.is_unknown and value.raw is not True):
                    traits[name] = value
            elif known is None or _larger(value, known):
                traits[name] = value
    return traits


def _larger(one: Value, other: Value) -> bool:
    left, right = one.number(), other.number()
    if other.is_unknown:
        return False
    return left is None or left > (right if right is not None else Decimal(0))


def _placement(templates: list[PodTemplate]) -> dict[str, Value]:
    traits = {
        "spread_zones": _every([spread(t.spec, ZONE_KEYS) for t in templates]),
        "spread_hosts": _every([spread(t.spec, HOST_KEYS) for t in templates]),
    }
    pinned = [zones(t.spec) for t in templates]
    if not any(value.is_absent for value in pinned):
        hidden = next((value for value in pinned if value.is_unknown), None)
        merged = [zone for value in pinned for zone in value.items()]
        traits["zones"] = _joined(merged, None, pinned[0]) if hidden is None else hidden
    asked = [spot(t.spec) for t in templates]
    texts = {value.text() for value in asked}
    if len(texts) == 1:
        traits["spot"] = next((v for v in asked if not v.default), asked[0])
    else:
        hidden = next((value for value in asked if value.is_unknown), None)
        willing = next((value for value in asked if value.text() in ("all", "mixed")), asked[0])
        traits["spot"] = Value.known("mixed", willing.span) if hidden is None else hidden
    return traits


def _probes(templates: list[PodTemplate], instance: Instance) -> dict[str, Value]:
    group = instance.type.partition("/")[0]
    given = _PROBED.get(group, ())
    if instance.type.endswith("/LLMInferenceService"):
        given = tuple(_PROBES)  # its LLMInferenceServiceConfig has all three
    # where a leader answers for a group, its workers have no ports
    answering = [t for t in templates if box.has_ports(t.spec)] or templates
    traits: dict[str, Value] = {}
    for name, member in _PROBES.items():
        found = _every([box.probe(t.spec, member) for t in answering])
        if found.raw is False and name in given:
            found = found.with_default(True, found.span)
        elif found.raw is False and templates[0].managed and _runtime_serves(templates[0].spec):
            continue  # the serving runtime declares it, elsewhere
        traits[f"probes.{name}"] = found
    return traits | box.readiness_detail(answering[0].spec) | box.patience(answering[0].spec)


def _runtime_serves(spec: Value) -> bool:
    """A KServe model server whose container the runtime describes: it has no image of its own."""
    first = next(iter(spec.get("containers").items()), None)
    return first is not None and first.get("image").is_absent


def _every(verdicts: list[Value]) -> Value:
    """The first that is false, else the first unknown, else the first."""
    for verdict in verdicts:
        if verdict.is_known and verdict.raw is False:
            return verdict
    return next((v for v in verdicts if v.is_unknown), verdicts[0])


def _security(templates: list[PodTemplate]) -> dict[str, Value]:
    first = templates[0].spec
    traits = {"host_network": _any_flag([at(t.spec, "hostNetwork") for t in templates], first)}
    containers = [
        c for t in templates for c in (*box.containers_of(t.spec), *t.spec.get("initContainers").items())
    ]
    traits["privileged"] = _any_flag([at(c, "securityContext.privileged") for c in containers], first)
    accounts = [
        written
        for t in templates
        for name in ("serviceAccountName", "serviceAccount")
        if not (written := t.spec.get(name)).is_absent
    ]
    traits["service_account"] = accounts[0] if accounts else first.with_default("default", first.span)
    traits["root_user"] = _root_user(templates)
    roots = [at(c, "securityContext.readOnlyRootFilesystem") for c in containers]
    traits["read_only_root"] = (
        next((r for r in roots if r.raw is not True), roots[0]) if roots else Value.absent()
    )
    scraped = [
        t.metadata.get("annotations").mapping().get("prometheus.io/scrape", Value.absent()) for t in templates
    ]
    traits["metrics_scraped"] = next((v for v in scraped if not v.is_absent), Value.absent(first.span))
    return traits


def _root_user(templates: list[PodTemplate]) -> Value:
    """True or false where the manifest says so; else the image decides, and the trait is absent."""
    for template in templates:
        contexts = [c.get("securityContext") for c in box.containers_of(template.spec)]
        for context in (*contexts, template.spec.get("securityContext")):
            user, barred = context.get("runAsUser"), context.get("runAsNonRoot")
            if user.number() == 0:
                return Value.known(True, user.span)
            if user.number() is not None or barred.raw is True:
                return Value.known(False, (barred if user.is_absent else user).span)
    return Value.absent()


def _any_flag(flags: list[Value], where: Value) -> Value:
    for flag in flags:
        if flag.is_known and label_text(flag) == "true":
            return Value.known(True, flag.span)
    hidden = next((flag for flag in flags if flag.is_unknown), None)
    if hidden is not None:
        return hidden
    return next((f for f in flags if f.is_known), where.with_default(False, where.span))


def _or_default(spec: Value, name: str, default: int) -> Value:
    written = spec.get(name)
    return written.with_default(default, spec.span) if written.is_absent else written


def _restart(instance: Instance, spec: Value) -> Value:
    """A Job must say which; all others restart always."""
    if instance.type.endswith(("/Job", "/CronJob")):
        return Value.absent(spec.span)
    return spec.with_default("Always", spec.span)
