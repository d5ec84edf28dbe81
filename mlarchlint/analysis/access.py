"""Who reads and writes what, also by way of identities and their permissions."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource

STORES = (
    "object_store",
    "block_volume",
    "file_share",
    "cache",
    "database",
    "stream",
    "queue",
    "feature_store",
    "vector_index",
)
COMPUTE = (
    "compute_instance", "compute_group", "container_service", "serverless_container", "serverless_function",
    "batch_job", "training_cluster", "model_endpoint", "notebook", "data_processor", "orchestrator", "experiment_tracker",
)  # fmt: skip
# Where a feature store keeps what it answers from.
_ONLINE = ("cache", "database")
_ENTRIES = ("load_balancer", "api_gateway", "cdn", "dns_record")
_DIRECT = (
    Relation.READS,
    Relation.WRITES,
    Relation.USES,
    Relation.DEPENDS_ON,
    Relation.PRODUCES,
    Relation.GRANTS,
)


def stores_of(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    """The stores that a workload names in its own code, or that its identity may reach."""
    found = dict.fromkeys(_stores_named(graph, node))
    for template in graph.targets(node, Relation.USES):
        found.update(dict.fromkeys(_stores_named(graph, template)))
    for identity in graph.targets(node, Relation.ASSUMES):
        found.update(dict.fromkeys(_granted(graph, identity)))
    return tuple(found)


def _stores_named(graph: ResourceGraph, node: Resource) -> Iterator[Resource]:
    for target in graph.targets(node, *_DIRECT):
        if target.kind in STORES:
            yield target


def _granted(graph: ResourceGraph, identity: Resource) -> Iterator[Resource]:
    """What an identity is granted: its own policies, those attached to it, and the documents in them."""
    relations = (
        Relation.GRANTS,
        Relation.DEPENDS_ON,
        Relation.ASSUMES,
        Relation.USES,
        Relation.READS,
        Relation.WRITES,
    )
    seen = {identity.key: identity}
    frontier = [identity]
    for _ in range(4):
        following = []
        for node in frontier:
            near = [*graph.targets(node, *relations)]
            # Policies and attachments point at the role; do not climb from a shared bucket or key.
            near += [source for source in graph.sources(node, *relations) if _is_permission(source)]
            for neighbour in near:
                if neighbour.key in seen:
                    continue
                seen[neighbour.key] = neighbour
                if neighbour.kind in STORES:
                    yield neighbour
                elif _is_permission(neighbour):
                    following.append(neighbour)
        frontier = following


def _is_permission(node: Resource) -> bool:
    return (
        node.kind == "identity"
        or node.type.startswith(
            (
                "aws_iam_",
                "data.aws_iam",
                "AWS::IAM",
                "google_storage_bucket_iam",
                "google_project_iam",
                "azurerm_role",
            )
        )
        or (node.instance.mode is Mode.DATA and "policy" in node.type)
    )


def entries_to(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    """The load balancers, gateways, CDNs and records from which requests reach a node, nearest first."""
    upstream = graph.reach(node, Relation.ROUTES_TO, Relation.RESOLVES_TO, backwards=True)
    return tuple(source for source in upstream if source.kind in _ENTRIES)


def consumers_of(graph: ResourceGraph, store: Resource) -> tuple[Resource, ...]:
    """Workloads that name a store, or whose security group the store's admits."""
    found: dict[Resource, None] = {}
    for source in graph.sources(store, *_DIRECT):
        if source.kind in COMPUTE or (source.kind == "feature_store" and store.kind in _ONLINE):
            found[source] = None
        elif source.kind in ("compute_template", "container_template", "secret"):
            found.update(
                dict.fromkeys(
                    u for u in graph.sources(source, Relation.USES, Relation.READS) if u.kind in COMPUTE
                )
            )
    for guard in graph.sources(store, Relation.PROTECTS):
        for admitted in graph.targets(guard, Relation.DEPENDS_ON):
            if admitted.kind == "security_group":
                protected = graph.targets(admitted, Relation.PROTECTS)
                found.update(dict.fromkeys(p for p in protected if p.kind in COMPUTE))
    return tuple(found)
