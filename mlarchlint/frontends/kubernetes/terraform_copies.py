"""Manifests that Terraform reads and deploys itself: the file and the resource are one object.

`kubectl_manifest` with `file("manifests/api.yaml")` declares what the scan finds in that file as well. The
resource is kept, since its values are evaluated; comments that suppress findings count from both.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from mlarchlint.frontends.kubernetes.terraform_objects import from_terraform
from mlarchlint.model.resource import Format, Instance, Mode

_DEPLOYERS = ("kubernetes_manifest", "kubectl_manifest", "k8s_manifest")
_Object = tuple[str, str, str]  # type, namespace, name


def without_copies(instances: Sequence[Instance]) -> list[Instance]:
    """Without the manifests below the folder of a configuration that declares the same object."""
    folders: dict[_Object, list[tuple[str, str]]] = {}
    for instance in instances:
        if instance.type in _DEPLOYERS and instance.mode is Mode.MANAGED:
            for made in from_terraform(instance):
                if made.format is Format.KUBERNETES:
                    own = posixpath.dirname(made.span.file)
                    folders.setdefault(_identity(made), []).append((own, instance.address))
    if not folders:
        return list(instances)
    kept: list[Instance] = []
    remarks: dict[str, list[Instance]] = {}
    for instance in instances:
        deployer = _deployer(instance, folders)
        if deployer:
            remarks.setdefault(deployer, []).append(instance)
        else:
            kept.append(instance)
    return [_with_remarks(instance, remarks.get(instance.address, ())) for instance in kept]


def _deployer(instance: Instance, folders: dict[_Object, list[tuple[str, str]]]) -> str:
    """The address of the resource that deploys what a file declares; empty if there is none."""
    if instance.format is not Format.KUBERNETES or instance.scope:
        return ""
    for folder, address in folders.get(_identity(instance), ()):
        if not folder or instance.span.file.startswith(f"{folder}/"):
            return address
    return ""


def _identity(instance: Instance) -> _Object:
    namespace = instance.get("metadata").get("namespace")
    return instance.type, namespace.text() or "", instance.name


def _with_remarks(instance: Instance, copies: Sequence[Instance]) -> Instance:
    if not copies or instance.type not in _DEPLOYERS:
        return instance
    found = dict.fromkeys([*instance.ignores, *(remark for copy in copies for remark in copy.ignores)])
    return replace(instance, ignores=tuple(found))
