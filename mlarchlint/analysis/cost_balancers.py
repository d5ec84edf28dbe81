"""Load balancers, gateways of applications, and what leaves through them."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_traffic import request_gib, requests, response_gib
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation, ResourceGraph

# https://aws.amazon.com/elasticloadbalancing/pricing/: one LCU has 25 new connections a second or 1 GB an hour.
LCU_CONNECTIONS, LCU_GB = Decimal(25), ONE
SECONDS_A_MONTH = HOURS * 3600
# https://learn.microsoft.com/azure/application-gateway/understanding-pricing
GATEWAY_UNITS = Decimal(10)
FREE_RULES = 5


# What a controller makes of an entry of a cluster.
CLUSTER_ENTRY = {"aws": "alb", "google": "forwarding-rule", "azure": "rule"}


def load_balancer(ledger: Ledger) -> None:
    if ledger.resource.provider == "kubernetes":
        share = "a place on a load balancer that is there, to one of its own"
        ledger.add("load balancer of the cluster", "lb", CLUSTER_ENTRY[ledger.provider], ZERO, HOURS, share)
        return
    served = requests(ledger)
    answers, questions = response_gib(ledger, served), request_gib(ledger, served)
    data = Bounds(answers.low + questions.low, answers.high + questions.high)
    said = ledger.used("monthly_data_processed_gb")
    if said is not None:
        data = Bounds(said, said)
    if ledger.text("type") in ("global_accelerator", "gateway"):
        ledger.gap("load balancer", f"the catalog has no price of {ledger.text('type').replace('_', ' ')}s")
        return
    if ledger.provider == "aws":
        _elb(ledger, served, data)
    elif ledger.provider == "google":
        _forwarding_rule(ledger)
        taken = ledger.used("monthly_ingress_data_gb")
        data = data if taken is None else Bounds(taken, taken)
        ledger.add("data processed", "lb", "data", data.low, data.high)
    elif "application_gateway" in ledger.resource.type:
        _application_gateway(ledger)
    elif ledger.text("tier").lower() != "basic":
        # The rules are resources of their own.
        ledger.add("data processed", "lb", "data", data.low, data.high)
    if ledger.text("scheme") == "internet":
        internet(ledger, answers)


def _application_gateway(ledger: Ledger) -> None:
    """A version 2 gateway and its capacity units: as stated, as fixed, or as its scaling allows."""
    tier = ledger.text("tier").lower()
    sku = "waf-v2" if "waf" in tier else "standard-v2"
    ledger.add("application gateway", "app-gateway", sku, HOURS)
    block = ledger.resource.instance.get("sku").items()
    fixed = countable(block[0].get("capacity").number()) if block else None
    scaled = ledger.resource.instance.get("autoscale_configuration").items()
    used = ledger.used("capacity_units", "monthly_v2_capacity_units")
    least, most = fixed, fixed
    if scaled:
        least = countable(scaled[0].get("min_capacity").number())
        most = countable(scaled[0].get("max_capacity").number())
    if used is not None:
        least = most = used
    elif scaled or fixed is not None:
        # An instance of the gateway holds at least ten capacity units.
        least, most = (None if one is None else one * GATEWAY_UNITS for one in (least, fixed or least))
    low, high = least or ZERO, max(least or ZERO, most or ZERO, ONE)
    ledger.add("capacity units", "app-gateway", f"{sku}-cu", low * HOURS, high * HOURS)


def _forwarding_rule(ledger: Ledger) -> None:
    """The first five of a project have one price together, each further one its own."""
    places = ledger.costing.graph.once(_forwarding_rules)
    place = places[ledger.resource.key]
    if place == 0:
        ledger.add("forwarding rules, up to five", "lb", "forwarding-rule", HOURS)
    elif place >= FREE_RULES:
        ledger.add("further forwarding rule", "lb", "forwarding-rule-more", HOURS)
    else:
        ledger.note(
            f"covered by the price of the first five forwarding rules ({ledger.costing.graph[next(iter(places))].address})"
        )


def _forwarding_rules(graph: ResourceGraph) -> dict[str, int]:
    rules = (one for one in graph.of_kind("load_balancer") if one.provider == "google")
    return {one.key: place for place, one in enumerate(rules)}


def _elb(ledger: Ledger, served: Bounds, data: Bounds) -> None:
    if ledger.resource.type in ("aws_elb", "AWS::ElasticLoadBalancing::LoadBalancer"):
        ledger.add("classic load balancer", "lb", "clb", HOURS)
        ledger.add("data processed", "lb", "clb-data", data.low, data.high)
        return
    layer = ledger.number("layer")
    kind = "nlb" if layer == 4 else "alb"
    name = "network load balancer" if layer == 4 else "application load balancer"
    ledger.add(name, "lb", kind, HOURS)
    stated = _stated_units(ledger, layer == 4)
    if stated is not None:
        ledger.add("load balancer capacity units", "lb", f"{kind}-lcu", stated * HOURS)
        return
    volume = Bounds(data.low / HOURS / LCU_GB, data.high / HOURS / LCU_GB)
    connections = served.high / SECONDS_A_MONTH / LCU_CONNECTIONS
    most = max(volume.high, connections)
    why = f"{volume.low:.2f} capacity units by volume, {most:.2f} if every request is a new connection"
    ledger.add("load balancer capacity units", "lb", f"{kind}-lcu", volume.low * HOURS, most * HOURS, why)


# What one capacity unit of an application and of a network load balancer has.
LCU = {"new_connections": (25, 800), "active_connections": (3000, 100_000), "rule_evaluations": (1000, None)}


def _stated_units(ledger: Ledger, network: bool) -> Decimal | None:
    """Capacity units by the dimensions of a usage file: the largest counts."""
    found = []
    for name, limits in LCU.items():
        used, limit = ledger.used(name), limits[1 if network else 0]
        if used is not None and limit is not None:
            found.append(used / limit)
    volume = ledger.used("processed_bytes_gb")
    if volume is not None:
        found.append(volume / HOURS / LCU_GB)
    return max(found, default=None)


def internet(ledger: Ledger, answers: Bounds) -> None:
    """Answers to the internet; behind a CDN or another balancer they leave through it."""
    graph = ledger.costing.graph
    for source in graph.reach(ledger.resource, Relation.ROUTES_TO, Relation.RESOLVES_TO, backwards=True):
        if source.kind == "cdn" or (source.kind == "load_balancer" and source["scheme"].text() == "internet"):
            name = "the CDN" if source.kind == "cdn" else source.address
            ledger.note(f"answers leave through {name}, where they are priced")
            return
    egress(ledger, answers)


def egress(ledger: Ledger, answers: Bounds) -> None:
    ledger.tiered("data to the internet", "egress", "internet", answers.low, answers.high)
