"""Kubernetes: manifests, and the objects that Terraform declares.

`read_manifests` and `from_terraform` give instances, `kubernetes_traits` and `kubernetes_kind` what
entries of data/kinds cannot say, `kubernetes_links` the edges, also to the node groups of other formats.
"""

from mlarchlint.frontends.kubernetes.link_identities import identity_links
from mlarchlint.frontends.kubernetes.links import kubernetes_links
from mlarchlint.frontends.kubernetes.manifests import (
    ManifestOptions,
    Rendered,
    evaluate_manifests,
    read_manifests,
)
from mlarchlint.frontends.kubernetes.node_groups import NodeGroup
from mlarchlint.frontends.kubernetes.node_pools import node_group
from mlarchlint.frontends.kubernetes.objects import kubernetes_kind
from mlarchlint.frontends.kubernetes.open_selectors import open_selectors
from mlarchlint.frontends.kubernetes.pods import kubernetes_traits
from mlarchlint.frontends.kubernetes.terraform_objects import from_terraform

__all__ = [
    "ManifestOptions",
    "NodeGroup",
    "Rendered",
    "evaluate_manifests",
    "from_terraform",
    "identity_links",
    "kubernetes_kind",
    "kubernetes_links",
    "kubernetes_traits",
    "node_group",
    "open_selectors",
    "read_manifests",
]
