"""How many machines a group has: its bounds, what scales it, and what its workloads need."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource

# A ceiling of more than so many times the usual size is a limit, not a plan.
CEILING = Decimal(10)
# Nodes in each zone of a GKE pool that is made without a number.
GKE_NODES = Decimal(3)
# Groups that stay at their desired size unless something besides them scales them.
STEADY_TYPES = frozenset(
    {
        "aws_autoscaling_group",
        "AWS::AutoScaling::AutoScalingGroup",
        "aws_eks_node_group",
        "AWS::EKS::Nodegroup",
    }
)


def group_count(ledger: Ledger) -> Bounds | None:
    """min..max; the desired count stands in for a bound that is not given. Scalers may widen it."""
    desired = ledger.bounds("desired_count")
    least, most = ledger.bounds("min_count") or desired, ledger.bounds("max_count") or desired
    scalers = ledger.costing.graph.sources(ledger.resource, Relation.SCALES)
    for scaler in scalers:
        lower, upper = countable(scaler["min"].number()), countable(scaler["max"].number())
        if lower is not None:
            least = Bounds(lower, lower)
        if upper is not None:
            most = Bounds(upper, upper)
    if least is None and most is None:
        return _usual_pool(ledger)
    weight = _weight(ledger)
    low = (least.low if least else ZERO) / weight
    high = max(low, (most.high if most else low) / weight)
    if desired is not None:
        desired = Bounds(desired.low / weight, desired.high / weight)
    if not high and _one_by_default(ledger):
        return Bounds(ONE, ONE)
    if not scalers and _stays(ledger) and (low < high or desired is not None):
        first = desired or _started(ledger, low)
        if low < high:
            bounds = f"{low:f} to {high:f} allowed"
            ledger.note(f"nothing in the scan scales it: {_machines(first.high)} priced, {bounds}")
        return first
    if desired and low < desired.low < high:
        ledger.note(f"between {low:f} and {high:f} machines; {desired.low:f} at first")
    return _below_the_ceiling(ledger, Bounds(low, high), desired.high if desired else ZERO)


def _usual_pool(ledger: Ledger) -> Bounds | None:
    """A GKE pool without a number: https://cloud.google.com/sdk/gcloud/reference/container/node-pools/create."""
    body = ledger.resource.instance
    names = ("node_count", "initial_node_count", "autoscaling")
    if ledger.resource.type != "google_container_node_pool" or not all(body.get(n).is_absent for n in names):
        return None
    ledger.note(f"no number of nodes is given: {GKE_NODES:f} a zone are assumed")
    return Bounds(GKE_NODES, GKE_NODES)


def _one_by_default(ledger: Ledger) -> bool:
    """A node pool of AKS without a number: https://learn.microsoft.com/rest/api/aks/agent-pools (count)."""
    body = ledger.resource.instance
    names = ("node_count", "min_count", "max_count")
    return ledger.resource.type.endswith("cluster_node_pool") and all(
        body.get(one).is_absent for one in names
    )


def _weight(ledger: Ledger) -> Decimal:
    """Capacity units that one machine of the first type counts for, where a mixed group has weights."""
    for policy in ledger.resource.instance.get("mixed_instances_policy").items():
        for template in policy.get("launch_template").items():
            for override in template.get("override").items():
                found = override.get("weighted_capacity")
                text = found.text() or ""
                number = countable(found.number()) or (Decimal(text) if text.isdigit() else None)
                return number or ONE
    return ONE


def _stays(ledger: Ledger) -> bool:
    if ledger.resource.type not in STEADY_TYPES:
        return False
    if "autoscaling" in ledger.resource.type.lower():
        return True
    return not ledger.costing.nodes_scale


def _started(ledger: Ledger, low: Decimal) -> Bounds:
    """A group without a desired size starts with its least; a group of none is priced with one machine."""
    return Bounds(low, low) if low else Bounds(ZERO, ONE)


def _below_the_ceiling(ledger: Ledger, count: Bounds, desired: Decimal) -> Bounds:
    """Bounds like 1 to 1000 guard against a runaway; what is planned is nearer to the usual size."""
    usual = max(count.low, desired, ONE)
    if count.high <= usual * CEILING or ledger.resource.kind not in ("compute_group", "cluster"):
        return count
    need = _needed(ledger)
    high = min(count.high, max(usual, need))
    why = "what the pods of the scan request" if need > usual else "its usual size"
    ledger.note(f"may grow to {count.high:f} machines: {_machines(high)} priced at most, {why}")
    return Bounds(min(count.low, high), high)


def _needed(ledger: Ledger) -> Decimal:
    """Machines of this type that all pods of the scan with known requests would fill."""
    spec = ledger.costing.catalog.spec(ledger.provider, ledger.text("instance_type"))
    if spec is None or not spec.vcpu or not spec.memory_gib:
        return ZERO
    cpu = memory = gpus = ZERO
    for one in ledger.costing.graph.of_kind("container_service", "model_endpoint", "batch_job"):
        if one.provider != "kubernetes":
            continue
        count = _most_pods(ledger, one)
        cpu += count * (countable(one["requests.cpu"].number()) or ZERO)
        memory += count * (countable(one["requests.memory_gib"].number()) or ZERO)
        gpus += count * (countable(one["requests.gpu"].number()) or ZERO)
    shares = [cpu / spec.vcpu, memory / spec.memory_gib]
    if spec.accelerator_count:
        shares = [gpus / spec.accelerator_count]
    # Each pod runs once, on one of the pools that could grow for it.
    alike = sum(1 for one in ledger.costing.graph.of_kind("compute_group") if _grows_alike(ledger, one))
    return (max(shares) / max(1, alike)).to_integral_value(rounding="ROUND_CEILING")


def _grows_alike(ledger: Ledger, one: Resource) -> bool:
    """A pool with a ceiling as high, and cards as this one has or has not."""
    usual = max(
        countable(one["min_count"].number()) or ZERO, countable(one["desired_count"].number()) or ZERO, ONE
    )
    most = countable(one["max_count"].number())
    if most is None or most <= usual * CEILING or one.provider != ledger.resource.provider:
        return False
    name, mine = one["instance_type"].text() or "", ledger.text("instance_type")
    specs = [ledger.costing.catalog.spec(ledger.provider, each) for each in (name, mine)]
    return len({bool(spec and spec.accelerator_count) for spec in specs}) == 1


def _most_pods(ledger: Ledger, one: Resource) -> Decimal:
    found = [countable(one["replicas"].number()) or countable(one["desired_count"].number()) or ONE]
    for scaler in ledger.costing.graph.sources(one, Relation.SCALES):
        found.append(countable(scaler["max"].number()) or ZERO)
    return max(found) * (countable(one["group_size"].number()) or ONE)


def zones_of_pool(ledger: Ledger) -> Decimal:
    """Node counts of a regional GKE pool are per zone, unless the code says `total`."""
    body = ledger.resource.instance
    scaling = body.get("autoscaling").items()
    if scaling and not all(
        scaling[0].get(name).is_absent for name in ("total_min_node_count", "total_max_node_count")
    ):
        return ONE
    if ledger.resource.type == "google_container_node_pool":
        named = len(body.get("node_locations").items())
        graph = ledger.costing.graph
        cluster = next(
            (one for one in graph.targets(ledger.resource) if one.type == "google_container_cluster"), None
        )
        if named:
            return _in_each_zone(ledger, Decimal(named))
        if cluster is not None and cluster.instance.get("location").text():
            return _in_each_zone(ledger, zones_of_cluster(cluster))
    if ledger.text("platform") != "gke" or ledger.text("zone_redundancy") != "multi":
        return ONE
    zones = Decimal(len(ledger.resource["zones"].items()) or 3)
    return _in_each_zone(ledger, zones)


def _in_each_zone(ledger: Ledger, zones: Decimal) -> Decimal:
    if zones > ONE:
        ledger.note(f"a pool in several zones: its count holds for each of {zones:f} zones")
    return zones


def zones_of_cluster(cluster: Resource) -> Decimal:
    """Zones that a GKE cluster has nodes in: three of a region unless it names them, and its own zone."""
    named = {zone.text() or "" for zone in cluster.instance.get("node_locations").items()}
    place = cluster.instance.get("location").text() or ""
    if place.count("-") == 2:
        return Decimal(len(named | {place}))
    return Decimal(len(named) or 3)


def _machines(count: Decimal) -> str:
    return "1 machine is" if count == 1 else f"{count:f} machines are"
