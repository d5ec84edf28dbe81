"""What the containers of a pod ask for: CPU, memory, accelerators."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from mlarchlint.frontends.kubernetes.containers import containers_of, unknown_containers
from mlarchlint.frontends.kubernetes.quantities import GIB, quantity, whole_if_integral
from mlarchlint.model.value import Value

# device plugins' extended resources
ACCELERATOR = re.compile(
    r"^(nvidia\.com/(gpu(\.shared)?|mig-.+)|amd\.com/gpu(_.+)?|google\.com/tpu|cloud-tpus\.google\.com/.+|"
    r"aws\.amazon\.com/neuron(core|device)?|habana\.ai/(gaudi|goya)|gpu\.intel\.com/.+|"
    r"k8s\.amazonaws\.com/vgpu)$"
)
# node labels that name the accelerator
ACCELERATOR_LABELS = (
    "cloud.google.com/gke-accelerator", "cloud.google.com/gke-tpu-accelerator", "nvidia.com/gpu.product",
    "karpenter.k8s.aws/instance-gpu-name", "karpenter.k8s.aws/instance-accelerator-name",
    "k8s.amazonaws.com/accelerator", "karpenter.azure.com/sku-gpu-name", "accelerator",
)  # fmt: skip


def request_traits(spec: Value, *, filled_in: bool) -> dict[str, Value]:
    """requests.* and accelerator.* of one pod. filled_in: an operator gives defaults to a container
    that asks for nothing."""
    hidden = unknown_containers(spec)
    if hidden is not None:
        unknown = Value.unknown(hidden.why, hidden.span, refs=hidden.refs)
        return dict.fromkeys(("requests.cpu", "requests.memory_gib", "requests.complete"), unknown)
    traits = {"requests.complete": _complete(spec, filled_in)}
    for name, resource, scale in (
        ("requests.cpu", "cpu", Decimal(1)),
        ("requests.memory_gib", "memory", GIB),
    ):
        total = _total(spec, re.compile(resource).fullmatch, scale)
        if not total.is_absent:
            traits[name] = total
    for name, resource, scale in (("limits.cpu", "cpu", Decimal(1)), ("limits.memory_gib", "memory", GIB)):
        total = _total(spec, re.compile(resource).fullmatch, scale, limits)
        if not total.is_absent:
            traits[name] = total
    gpus = _total(spec, ACCELERATOR.match, Decimal(1))
    if not gpus.is_absent:
        traits["requests.gpu"] = traits["accelerator.count"] = gpus
        kind = _accelerator_type(spec)
        if not kind.is_absent:
            traits["accelerator.type"] = kind
    return traits


def requested(container: Value) -> dict[str, Value]:
    """By resource name; a limit is also the request where none is written."""
    resources = container.get("resources")
    return {**resources.get("limits").mapping(), **resources.get("requests").mapping()}


def limits(container: Value) -> Mapping[str, Value]:
    return container.get("resources").get("limits").mapping()


def _total(
    spec: Value,
    wanted: Callable[[str], object],
    scale: Decimal,
    read: Callable[[Value], Mapping[str, Value]] = requested,
) -> Value:
    total, span, hidden = Decimal(0), None, None
    for container in containers_of(spec):
        resources = container.get("resources")
        if resources.is_unknown:
            hidden = resources
        for name, value in read(container).items():
            if not wanted(name):
                continue
            number = quantity(value)
            if number is None:
                hidden = value
            else:
                total, span = total + number, span or value.span
    if hidden is not None:
        return Value.unknown(hidden.why or f"{hidden.raw!r} is no quantity", hidden.span, refs=hidden.refs)
    return Value.absent(spec.span) if span is None else Value.known(whole_if_integral(total / scale), span)


def _complete(spec: Value, filled_in: bool) -> Value:
    """Whether every main container asks for CPU and memory."""
    hidden = None
    for container in spec.get("containers").items():
        resources = container.get("resources")
        if any(part.is_unknown for part in (resources, resources.get("requests"), resources.get("limits"))):
            hidden = resources
            continue
        given = requested(container)
        if "cpu" in given and "memory" in given:
            continue
        if filled_in:
            return Value.absent(container.span).with_default(True, container.span)
        return Value.known(False, container.span if resources.is_absent else resources.span)
    if hidden is not None:
        return Value.unknown(hidden.why, hidden.span, refs=hidden.refs)
    return Value.known(True, spec.get("containers").span)


def _accelerator_type(spec: Value) -> Value:
    chosen = spec.get("nodeSelector").mapping()
    for label in ACCELERATOR_LABELS:
        if label in chosen:
            return chosen[label]
    for container in containers_of(spec):
        for name, value in requested(container).items():
            # a plain `nvidia.com/gpu` names no type
            if ACCELERATOR.match(name) and not name.endswith((".com/gpu", "gpu.shared")):
                return Value.known(name, value.span)
    return Value.absent(spec.span)
