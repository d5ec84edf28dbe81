"""What a design costs in a month: one account per resource, from the neutral graph and the catalog.

Pure: no files, no clock. Every item names its price row and what was assumed; what cannot be
priced is a gap and never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mlarchlint.analysis import (
    cost_balancers,
    cost_caches,
    cost_containers,
    cost_databases,
    cost_disks,
    cost_functions,
    cost_jobs,
    cost_machines,
    cost_models,
    cost_network,
    cost_operations,
    cost_serverless,
    cost_stores,
    cost_streams,
)
from mlarchlint.analysis.cost_flow import shares_of
from mlarchlint.analysis.cost_free import Allowance
from mlarchlint.analysis.cost_ledger import DEFAULT_REGIONS, Costing, Ledger
from mlarchlint.analysis.cost_parts import BY_TYPE
from mlarchlint.analysis.cost_usage import Needs
from mlarchlint.model.estimate import CostItem, Estimate, ResourceEstimate
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Format, Mode, Resource
from mlarchlint.model.workload import RoleOf
from mlarchlint.prices import Catalog
from mlarchlint.usage import NO_USAGE, Usage

PRICERS: Mapping[str, Callable[[Ledger], None]] = {
    "address": cost_network.address,
    "alarm": cost_operations.alarm,
    "api_gateway": cost_network.api_gateway,
    "batch_job": cost_jobs.job,
    "block_volume": cost_disks.block_volume,
    "cache": cost_caches.cache,
    "cdn": cost_network.cdn,
    "cluster": cost_containers.cluster,
    "compute_group": cost_machines.group,
    "compute_instance": cost_machines.instance,
    "container_service": cost_jobs.container_service,
    "dashboard": cost_operations.dashboard,
    "data_processor": cost_models.processor,
    "database": cost_databases.database,
    "database_instance": cost_databases.instance,
    "dns_zone": cost_network.dns_zone,
    "egress": cost_network.way_out,
    "experiment_tracker": cost_operations.unpriced,
    "feature_store": cost_operations.unpriced,
    "file_share": cost_stores.file_share,
    "foundation_model_api": cost_operations.unpriced,
    "image_registry": cost_stores.image_registry,
    "key": cost_operations.key,
    "load_balancer": cost_balancers.load_balancer,
    "log_sink": cost_operations.log_sink,
    "model_endpoint": cost_models.endpoint,
    "model_monitor": cost_models.managed_monitor,
    "notebook": cost_machines.notebook,
    "object_store": cost_stores.object_store,
    "orchestrator": cost_operations.orchestrator,
    "queue": cost_streams.queue,
    "secret": cost_operations.secret,
    "serverless_container": cost_serverless.serverless,
    "serverless_function": cost_functions.function,
    "service_namespace": cost_streams.namespace,
    "stream": cost_streams.stream,
    "training_cluster": cost_jobs.training_cluster,
    "vector_index": cost_caches.search,
    "waf": cost_network.waf,
}
# What grows a node group from inside the cluster.
NODE_SCALERS = ("cluster-autoscaler", "cluster_autoscaler", "karpenter")
# Kubernetes objects of these kinds are priced; the rest of a cluster comes with its nodes.
KUBERNETES_KINDS = frozenset(
    {"batch_job", "block_volume", "container_service", "load_balancer", "model_endpoint", "training_cluster"}
)


def estimate(
    graph: ResourceGraph,
    roles: Mapping[str, RoleOf],
    needs: Needs,
    catalog: Catalog,
    usage: Usage = NO_USAGE,
) -> Estimate:
    """The estimate of every resource that has a price or a gap, in graph order."""
    scaled = any(_scales_nodes(one) for one in graph.resources)
    costing = Costing(
        graph, roles, needs, catalog, usage, *_host_cloud(graph), shares_of(graph, roles), scaled
    )
    found: dict[str, ResourceEstimate] = {}
    has_roots = any(_is_deployed_root(one) for one in graph.resources)
    allowance = Allowance()
    for resource in graph.resources:
        own = BY_TYPE.get(resource.type)
        pricer = own or PRICERS.get(resource.kind)
        if pricer is None or resource.instance.mode is Mode.DATA:
            continue
        if own is None and resource.part_of is not None:
            continue
        if resource.provider == "kubernetes" and resource.kind not in KUBERNETES_KINDS:
            continue
        ledger = Ledger(costing, resource)
        if has_roots and _waits_for_a_caller(resource):
            ledger.note("nothing calls the module that it stands in: not counted")
        else:
            pricer(ledger)
        if usage.free_tier:
            _take_off_what_is_free(ledger, allowance)
        if ledger.items or ledger.gaps or ledger.notes:
            found[resource.key] = ledger.closed()
    dates = [item.row.as_of for one in found.values() for item in one.items if item.row.as_of]
    return Estimate(found, min(dates, default=""))


def _is_deployed_root(one: Resource) -> bool:
    return one.instance.format is Format.TERRAFORM and one.instance.whole


def _waits_for_a_caller(one: Resource) -> bool:
    """In a folder of modules, of which no root calls this one: it is offered, and not deployed."""
    instance = one.instance
    return (
        instance.format is Format.TERRAFORM
        and not instance.whole
        and "modules" in instance.span.file.split("/")
    )


def _scales_nodes(one: Resource) -> bool:
    """A cluster autoscaler or Karpenter, as a release, a deployment or a pool of its own."""
    named = f"{one.address} {one['name'].text() or ''}".lower()
    return any(word in named for word in NODE_SCALERS)


def _take_off_what_is_free(ledger: Ledger, allowance: Allowance) -> None:
    """An item that is free altogether stays as a note, so that the account says why it is missing."""
    paid: list[CostItem] = []
    for item in ledger.items:
        rest = allowance.taken_off(ledger.provider, item)
        if rest is None:
            ledger.note(f"{item.name}: within the free tier")
        else:
            paid.append(rest)
    ledger.items = paid


def _host_cloud(graph: ResourceGraph) -> tuple[str, str]:
    """The cloud and region that Kubernetes objects of this scan most likely run on."""
    first = ""
    for resource in graph.resources:
        if resource.provider in DEFAULT_REGIONS:
            region = resource["region"].text() or ""
            if resource.kind == "cluster":
                return resource.provider, region
            first = first or resource.provider
    return first or "aws", ""
