"""PodSpecs of model servers that operators describe in words of their own: NIM, vLLM's stack."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.frontends.kubernetes.paths import at
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

_PLACED = ("nodeSelector", "tolerations", "affinity", "topologySpreadConstraints", "serviceAccountName")


def server_pods(instance: Instance) -> Iterator[tuple[str, Value, Value, Value]]:
    """(label, PodSpec, pod metadata, replicas) of a NIMService or a VLLMRuntime.

    https://docs.nvidia.com/nim-operator/latest/service.html
    https://github.com/vllm-project/production-stack/tree/main/operator
    """
    spec = instance.get("spec")
    if spec.is_unknown or spec.is_absent:
        return
    members = {name: spec.get(name) for name in _PLACED}
    members["containers"] = Value.known((_container(spec),), spec.span)
    written = {name: value for name, value in members.items() if not value.is_absent}
    replicas = at(spec, "deploymentConfig.replicas")
    yield (
        "",
        Value.known(written, spec.span),
        instance.get("metadata"),
        (spec.get("replicas") if replicas.is_absent else replicas),
    )


# what a profile of KubeAI is called after -> the resource that its pods ask for
_PROFILES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "google": "google.com/tpu"}


def kubeai_pods(instance: Instance) -> Iterator[tuple[str, Value, Value, Value]]:
    """(label, PodSpec, pod metadata, replicas) of a Model of KubeAI.

    https://github.com/kubeai-project/kubeai/blob/main/docs/reference/kubernetes-api.md
    """
    spec = instance.get("spec")
    if spec.is_unknown or spec.is_absent:
        return
    variables = tuple(
        Value.known({"name": Value.known(name, value.span), "value": value}, value.span)
        for name, value in spec.get("env").mapping().items()
    )
    members = {
        "name": Value.known("server", spec.span),
        "image": spec.get("image"),
        "args": spec.get("args"),
        "env": Value.known(variables, spec.get("env").span) if variables else Value.absent(spec.span),
        "resources": _of_profile(spec.get("resourceProfile")),
    }
    written = {name: value for name, value in members.items() if not value.is_absent}
    containers = Value.known((Value.known(written, spec.span),), spec.span)
    yield (
        "",
        Value.known({"containers": containers}, spec.span),
        instance.get("metadata"),
        spec.get("replicas"),
    )


def _of_profile(profile: Value) -> Value:
    """`nvidia-gpu-l4:2` is twice what the profile asks for, which its name tells in part."""
    name, _, count = (profile.text() or "").partition(":")
    resource = _PROFILES.get(name.partition("-")[0])
    if resource is None:
        return Value.absent(profile.span)
    limits = {resource: Value.known(count or "1", profile.span)}
    return Value.known({"limits": Value.known(limits, profile.span)}, profile.span)


def _container(spec: Value) -> Value:
    members = {
        "name": Value.known("server", spec.span),
        "image": _image(spec.get("image")),
        "args": spec.get("extraArgs"),
        "env": spec.get("env"),
        "resources": _resources(spec.get("resources")),
        "readinessProbe": at(spec, "readinessProbe.probe"),
        "livenessProbe": at(spec, "livenessProbe.probe"),
    }
    port = at(spec, "expose.service.port")
    if not port.is_absent:
        members["ports"] = Value.known((Value.known({"containerPort": port}, port.span),), port.span)
    return Value.known({name: value for name, value in members.items() if not value.is_absent}, spec.span)


def _image(image: Value) -> Value:
    """The parts of an image's name put together."""
    if image.is_unknown or image.is_absent:
        return image
    registry, name = (
        image.get("registry").text(),
        (image.get("repository").text() or image.get("name").text()),
    )
    if not name:
        return Value.absent(image.span)
    tag = image.get("tag").text()
    return Value.known((f"{registry}/" if registry else "") + name + (f":{tag}" if tag else ""), image.span)


def _resources(resources: Value) -> Value:
    """vLLM's stack writes `cpu`, `memory` and `gpu` without requests and limits."""
    flat = resources.mapping()
    if not flat.keys() & {"cpu", "memory", "gpu"}:
        return resources
    named = {"nvidia.com/gpu" if name == "gpu" else name: value for name, value in flat.items()}
    return Value.known({"requests": Value.known(named, resources.span)}, resources.span)
