"""What scales workloads: bounds, metrics, pauses."""

from __future__ import annotations

from mlarchlint.frontends.kubernetes.paths import at
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

Traits = dict[str, Value]


def autoscaler(instance: Instance) -> Traits:
    """https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/"""
    spec = instance.get("spec")
    low = spec.get("minReplicas")
    down, up = at(spec, "behavior.scaleDown"), at(spec, "behavior.scaleUp")
    traits = {
        "min": low.with_default(1, spec.span) if low.is_absent else low,
        "max": spec.get("maxReplicas"),
        "in_cooldown_s": _window(down, 300, spec),
        "out_cooldown_s": _window(up, 0, spec),
    }
    metrics = [metric for entry in spec.get("metrics").items() if (metric := _metric(entry)) is not None]
    classic = spec.get("targetCPUUtilizationPercentage")
    if not classic.is_absent:
        metrics.append(Value.known("cpu", classic.span))
        traits["target"] = classic
    for entry in spec.get("metrics").items():
        target = at(entry, "resource.target.averageUtilization")
        if not target.is_absent:
            traits.setdefault("target", target)
    if not metrics and spec.get("metrics").is_absent:
        metrics = [spec.with_default("cpu", spec.span)]
    if metrics:
        traits["metric"] = metrics[0]
        traits["metrics"] = Value.known(tuple(metrics), metrics[0].span)
    return traits


def _window(behaviour: Value, default: int, spec: Value) -> Value:
    written = behaviour.get("stabilizationWindowSeconds")
    return written.with_default(default, spec.span) if written.is_absent else written


def _metric(entry: Value) -> Value | None:
    kind = entry.get("type").text() or ""
    part = entry.get(kind[:1].lower() + kind[1:])
    for path in ("name", "metric.name", "metricName"):
        name = at(part, path)
        if not name.is_absent:
            return name
    return None


def scaled_object(instance: Instance) -> Traits:
    """https://keda.sh/docs/latest/reference/scaledobject-spec/"""
    spec = instance.get("spec")
    low, high = spec.get("minReplicaCount"), spec.get("maxReplicaCount")
    triggers = [t.get("type") for t in spec.get("triggers").items() if not t.get("type").is_absent]
    schedules = [
        at(t, "metadata.start") for t in spec.get("triggers").items() if t.get("type").text() == "cron"
    ]
    cooldown = spec.get("cooldownPeriod")
    traits = {
        "min": low.with_default(0, spec.span) if low.is_absent else low,
        "max": high.with_default(100, spec.span) if high.is_absent else high,
        "in_cooldown_s": cooldown.with_default(300, spec.span) if cooldown.is_absent else cooldown,
    }
    if triggers:
        traits["metric"] = triggers[0]
        traits["metrics"] = Value.known(tuple(triggers), triggers[0].span)
    if schedules:
        traits["schedules"] = Value.known(tuple(schedules), schedules[0].span)
    return traits
