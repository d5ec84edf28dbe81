"""Clusters and services of containers."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_cards import with_cards
from mlarchlint.analysis.cost_disks import disk
from mlarchlint.analysis.cost_gke import own_pools
from mlarchlint.analysis.cost_groups import group_count
from mlarchlint.analysis.cost_hours import ON_DEMAND, machines
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_serverless import serverless
from mlarchlint.analysis.cost_usage import HOURS, decimal_of
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

# A machine of each cloud for pods of a scan without nodes; `cost_cards` has those with accelerators.
NODES = {"aws": "m5.large", "google": "e2-standard-4", "azure": "Standard_D4s_v5"}
# https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html: the last version whose
# standard support had ended when the prices were gathered.
EKS_EXTENDED = Decimal("1.32")
FREE_EPHEMERAL_GIB = Decimal(20)
# Requests of a pod that names none: what schedulers commonly assume.
POD_CPU, POD_MEMORY_GIB = Decimal("0.25"), Decimal("0.5")


def cluster(ledger: Ledger) -> None:
    """The control plane; nodes are resources of their own."""
    kind = f"{ledger.resource.type} {ledger.text('platform')}".lower()
    if "eks" in kind:
        _eks(ledger)
    elif "google_container" in kind or "gke" in kind:
        ledger.add("cluster management", "gke", "cluster", HOURS)
        own_pools(ledger)
    elif "azurerm_kubernetes" in kind or "aks" in kind:
        tier = ledger.text("tier").lower()
        if tier in ("standard", "paid", "premium"):
            ledger.add("control plane", "aks", "premium" if tier == "premium" else "standard", HOURS)
        elif ledger.resource["tier"].is_unknown:
            ledger.gap("control plane", "its tier is not known", ledger.resource["tier"])
    machine, count = ledger.text("instance_type"), group_count(ledger)
    fixed = ledger.used("default_node_pool.nodes")
    count = count if fixed is None else Bounds(fixed, fixed)
    if machine and count is not None and count.high:
        hours = ledger.used("default_node_pool.monthly_hrs", "default_node_pool.monthly_hours") or HOURS
        machines(ledger, Bounds(hours, hours), ONE, "the pool that comes with the cluster", count=count)
        disk(ledger, count)


def _eks(ledger: Ledger) -> None:
    version = decimal_of(ledger.text("version") or ledger.resource.instance.get("version").text())
    policy = ledger.resource.instance.get("upgrade_policy").items()
    standard = bool(policy) and (policy[0].get("support_type").text() or "").upper() == "STANDARD"
    if version is None or version > EKS_EXTENDED or standard:
        ledger.add("control plane", "eks", "cluster", HOURS)
    else:
        said = f"version {version} is out of standard support"
        ledger.add("control plane, extended support", "eks", "cluster-extended", HOURS, None, said)


def replicas(ledger: Ledger) -> Bounds:
    """The replicas as written, or what the scalers allow."""
    found = ledger.bounds("replicas") or ledger.bounds("desired_count")
    count = found or group_count(ledger)
    if count is None:
        ledger.note("one replica is assumed: the number is not known")
        count = Bounds(ONE, ONE)
    for scaler in ledger.costing.graph.sources(ledger.resource, Relation.SCALES):
        lower, upper = countable(scaler["min"].number()), countable(scaler["max"].number())
        count = Bounds(count.low if lower is None else lower, count.high if upper is None else upper)
    count.high = max(count.low, count.high)
    return count


def service(ledger: Ledger) -> None:
    platform = f"{ledger.text('platform')} {ledger.text('type')}".lower()
    if ledger.resource.provider == "kubernetes":
        pods(ledger)
    elif ledger.provider == "aws" and "ec2" not in platform and "external" not in platform:
        fargate(ledger)
    elif ledger.provider == "aws":
        ledger.note("runs on the machines of its cluster, which are priced on their own")
    elif "web_app" in ledger.resource.type:
        ledger.note("runs on its service plan, which is priced on its own")
    else:
        serverless(ledger)


def fargate(ledger: Ledger) -> None:
    """Tasks by vCPU and memory."""
    cpu, memory = ledger.number("requests.cpu"), ledger.number("requests.memory_gib")
    cpu = cpu if cpu is not None else ledger.number("vcpu") or ledger.number("limits.cpu")
    memory = (
        memory if memory is not None else ledger.number("memory_gib") or ledger.number("limits.memory_gib")
    )
    if cpu is None or memory is None:
        cpu, memory = _worded(ledger, cpu, memory)
    if cpu is None or memory is None:
        ledger.gap("tasks", "the vCPU and memory of the task are not known")
        return
    count = replicas(ledger)
    low, high = HOURS * count.low, HOURS * count.high
    said = (
        ()
        if ledger.text("spot") in ("", "none")
        else ("the on-demand price: no Fargate Spot price is known",)
    )
    ledger.add("Fargate vCPU", "fargate", "vcpu", low * cpu, high * cpu, *said)
    ledger.add("Fargate memory", "fargate", "memory", low * memory, high * memory, *said)
    extra = max(ZERO, (ledger.number("ephemeral_gib") or ZERO) - FREE_EPHEMERAL_GIB)
    if extra:
        ledger.add("Fargate storage over 20 GiB", "fargate", "storage", low * extra, high * extra)


def _worded(
    ledger: Ledger, cpu: Decimal | None, memory: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """A task definition may say `1 vCPU` and `2 GB`."""
    for task in ledger.costing.graph.targets(ledger.resource):
        for name, unit in (("cpu", "vcpu"), ("memory", "gb")):
            text = (task.instance.get(name).text() or "").lower().replace(" ", "")
            if not text.endswith(unit):
                continue
            amount = decimal_of(text.removesuffix(unit))
            cpu, memory = (amount, memory) if name == "cpu" else (cpu, amount)
    return cpu, memory


# -- Kubernetes ------------------------------------------------------------------------------


def pods(ledger: Ledger) -> None:
    """Pods cost what their nodes cost: nothing of their own where the scan has nodes."""
    graph = ledger.costing.graph
    if nodes_are_priced(ledger):
        ledger.note("runs on the nodes of this scan, which are priced on their own")
        return
    if graph.once(_on_autopilot):
        autopilot(ledger)
        return
    count = _count_of_pods(ledger)
    hours = Bounds(HOURS * count.low, HOURS * count.high)
    gpus = cards_of(ledger)
    if gpus:
        with_cards(ledger, gpus, hours)
    else:
        on_assumed_nodes(ledger, hours)


def _count_of_pods(ledger: Ledger) -> Bounds:
    """A replica may be several pods, each on a machine of its own."""
    count, size = replicas(ledger), pods_of_replica(ledger.resource)
    return Bounds(count.low * size, count.high * size)


def pods_of_replica(resource: Resource) -> Decimal:
    return countable(resource["group_size"].number()) or ONE


def _on_autopilot(graph: ResourceGraph) -> bool:
    return any(
        one.provider == "google" and one["auto_mode"].is_true() is Truth.YES
        for one in graph.of_kind("cluster")
    )


def cards_of(ledger: Ledger) -> Decimal:
    return ledger.number("requests.gpu") or ledger.number("limits.gpu") or ZERO


def on_assumed_nodes(ledger: Ledger, hours: Bounds, *assumptions: str) -> None:
    """The share of a node that a pod takes, for hours of all pods together."""
    name = NODES[ledger.provider]
    spec = ledger.costing.catalog.spec(ledger.provider, name)
    if spec is None or not spec.vcpu or not spec.memory_gib:
        ledger.gap("pods", "no node is known that could host them")
        return
    share = _pod_share(ledger, spec.vcpu, spec.memory_gib)
    said = f"the scan has no nodes: {name} is assumed, of which a pod takes {share * 100:.1f} %"
    low, high = hours.low * share, hours.high * share
    ledger.add(f"share of {name} nodes", ON_DEMAND[ledger.provider], name, low, high, said, *assumptions)


def nodes_are_priced(ledger: Ledger) -> bool:
    return ledger.costing.graph.once(_has_nodes)


def _has_nodes(graph: ResourceGraph) -> bool:
    return any(is_node(one) for one in graph.of_kind("compute_group", "cluster"))


def autopilot(ledger: Ledger) -> None:
    """GKE Autopilot bills what pods request."""
    cpu, gib = ledger.number("requests.cpu"), ledger.number("requests.memory_gib")
    if cpu is None or gib is None:
        ledger.note(f"requests of {POD_CPU} CPU and {POD_MEMORY_GIB} GiB are assumed where none are written")
    cpu, gib = POD_CPU if cpu is None else cpu, POD_MEMORY_GIB if gib is None else gib
    count = _count_of_pods(ledger)
    ledger.add("Autopilot vCPU", "gke", "autopilot-vcpu", count.low * cpu, count.high * cpu)
    if cards_of(ledger):
        ledger.gap("accelerators", "the catalog has no prices of accelerators on Autopilot")
    ledger.add("Autopilot memory", "gke", "autopilot-memory", count.low * gib, count.high * gib)


def is_node(resource: Resource) -> bool:
    """A priced group of nodes, or a cluster that brings its own. Karpenter's pools have no price."""
    if resource.provider == "kubernetes" or resource.part_of is not None:
        return False
    if resource.kind == "cluster":
        return bool(resource["instance_type"].text())
    kind = f"{resource.type} {resource['platform'].text() or ''}".lower()
    return any(word in kind for word in ("node", "eks", "gke", "aks", "kubernetes"))


def _pod_share(ledger: Ledger, vcpu: Decimal, memory: Decimal) -> Decimal:
    """The larger of the shares of vCPU and memory."""
    cpu = ledger.number("requests.cpu") or ledger.number("limits.cpu")
    gib = ledger.number("requests.memory_gib") or ledger.number("limits.memory_gib")
    if cpu is None and gib is None:
        ledger.note(f"requests of {POD_CPU} CPU and {POD_MEMORY_GIB} GiB are assumed")
        cpu, gib = POD_CPU, POD_MEMORY_GIB
    return max((cpu or ZERO) / vcpu, (gib or ZERO) / memory)
