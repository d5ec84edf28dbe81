"""What a registry module makes of its inputs, where its code is not read: the node groups of an EKS cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlarchlint.model.resource import Instance, Mode
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.module_sources import registry_name

_EKS = "terraform-aws-modules/eks/aws"


def parts_of(instance: Instance) -> Iterator[Instance]:
    """Instances at the addresses that Terraform would give them."""
    if instance.mode is Mode.MODULE and registry_name(instance.type) == _EKS:
        yield from _node_groups(instance)


def _node_groups(cluster: Instance) -> Iterator[Instance]:
    """One for each entry of `eks_managed_node_groups`, completed by the defaults and by the cluster's subnets.

    https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/node_groups.tf
    """
    defaults = cluster.get("eks_managed_node_group_defaults").mapping()
    for name, group in cluster.get("eks_managed_node_groups").mapping().items():
        if group.get("create").equals(False) is Truth.YES or not group.mapping():
            continue
        place = f"{cluster.address}.cluster_name"
        body = {
            "name": Value.known(name, group.span),
            "subnet_ids": cluster.get("subnet_ids"),
            **defaults,
            **{key: value for key, value in group.mapping().items() if not value.is_absent},
            "cluster_name": Value.unknown(f"{place} is known after apply", group.span, refs=(place,)),
        }
        yield replace(
            cluster,
            address=f'{cluster.address}.module.eks_managed_node_group["{name}"]',
            declaration=f"{cluster.declaration or cluster.address}.module.eks_managed_node_group",
            type=f"{_EKS}//modules/eks-managed-node-group",
            name=name,
            body=body,
            span=group.span,
        )
