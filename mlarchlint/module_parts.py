"""What a registry module makes of its inputs, where its code is not read: node groups and capacity providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mlarchlint.model.resource import Instance, Mode
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.module_sources import registry_name

_EKS = "terraform-aws-modules/eks/aws"
_ECS = "terraform-aws-modules/ecs/aws"


def parts_of(instance: Instance) -> Iterator[Instance]:
    """Instances at the addresses that Terraform would give them."""
    maker = _MAKERS.get(registry_name(instance.type)) if instance.mode is Mode.MODULE else None
    if maker is not None:
        yield from maker(instance)


def _of_eks(cluster: Instance) -> Iterator[Instance]:
    yield from _node_groups(cluster, "eks_managed_node_group")
    yield from _node_groups(cluster, "self_managed_node_group")


def _node_groups(cluster: Instance, part: str) -> Iterator[Instance]:
    """One for each entry, completed by the defaults (until version 20) and by the cluster's subnets.

    https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/node_groups.tf
    """
    defaults = cluster.get(f"{part}_defaults").mapping()
    for name, group in _entries(cluster, f"{part}s"):
        own = _reference(cluster, "cluster_name", group)
        body = {
            "name": Value.known(name, group.span),
            "subnet_ids": cluster.get("subnet_ids"),
            **defaults,
            **_written(group),
            "cluster_name": own,
        }
        yield _part(cluster, part, name, group, f"{_EKS}//modules/{part.replace('_', '-')}", body)


def _of_ecs(cluster: Instance) -> Iterator[Instance]:
    """Capacity providers and services: a map of each, of which the names changed with version 7.

    https://github.com/terraform-aws-modules/terraform-aws-ecs/blob/master/modules/cluster/main.tf
    """
    inner = "" if "//modules/cluster" in cluster.type else ".module.cluster"
    for argument in ("capacity_providers", "autoscaling_capacity_providers"):
        for name, provider in _entries(cluster, argument):
            group = provider.get("auto_scaling_group_provider")
            # Up to version 6 the provider's arguments stand in the entry itself.
            group = provider if group.is_absent else group
            body = {
                "name": Value.known(provider.get("name").text() or name, provider.span),
                "auto_scaling_group_provider": Value.known((_grouped(group),), provider.span),
                "cluster": _reference(cluster, "cluster_name", provider),
            }
            yield replace(
                cluster,
                address=f'{cluster.address}{inner}.aws_ecs_capacity_provider.this["{name}"]',
                declaration=f"{cluster.declaration or cluster.address}{inner}.aws_ecs_capacity_provider.this",
                type="aws_ecs_capacity_provider",
                name="this",
                mode=Mode.MANAGED,
                body=body,
                span=provider.span,
            )
    for name, service in _entries(cluster, "services"):
        body = {
            "name": Value.known(name, service.span),
            **_written(service),
            "cluster_arn": _reference(cluster, "cluster_arn", service),
        }
        yield _part(cluster, "service", name, service, f"{_ECS}//modules/service", body)


def _grouped(group: Value) -> Value:
    """managed_scaling as the block that the resource has."""
    members = dict(group.mapping())
    scaling = members.get("managed_scaling")
    if scaling is not None and scaling.mapping():
        members["managed_scaling"] = Value.known((scaling,), scaling.span)
    return Value.known(members, group.span)


def _entries(caller: Instance, argument: str) -> Iterator[tuple[str, Value]]:
    for name, entry in caller.get(argument).mapping().items():
        if entry.mapping() and entry.get("create").equals(False) is not Truth.YES:
            yield name, entry


def _written(entry: Value) -> Mapping[str, Value]:
    return {key: value for key, value in entry.mapping().items() if not value.is_absent}


def _reference(caller: Instance, output: str, near: Value) -> Value:
    """To the module itself, which stands for the cluster that it makes."""
    place = f"{caller.address}.{output}"
    return Value.unknown(f"{place} is known after apply", near.span, refs=(place,))


def _part(
    caller: Instance, part: str, name: str, entry: Value, type_name: str, body: Mapping[str, Value]
) -> Instance:
    return replace(
        caller,
        address=f'{caller.address}.module.{part}["{name}"]',
        declaration=f"{caller.declaration or caller.address}.module.{part}",
        type=type_name,
        name=name,
        body=body,
        span=entry.span,
    )


_MAKERS: dict[str, Callable[[Instance], Iterator[Instance]]] = {
    _EKS: _of_eks,
    _ECS: _of_ecs,
    f"{_ECS}//modules/cluster": _of_ecs,
}
