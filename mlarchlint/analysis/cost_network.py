"""Entries and ways out: load balancers, CDNs, API gateways, NAT, endpoints, addresses, DNS."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_traffic import request_gib, requests, response_gib
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource

# https://aws.amazon.com/elasticloadbalancing/pricing/: one LCU has 25 new connections a second or 1 GB an hour.
LCU_CONNECTIONS, LCU_GB = Decimal(25), ONE
SECONDS_A_MONTH = HOURS * 3600
# https://learn.microsoft.com/azure/application-gateway/understanding-pricing
GATEWAY_UNITS = Decimal(10)
NAT_MACHINES = Decimal(32)
NAT_GIB = Decimal(100)
ENDPOINT_GIB = Decimal(100)
FREE_RULES = 5
CDN_PLACE = "united-states"
MILLION = Decimal(1_000_000)


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
    rules = [one for one in ledger.costing.graph.of_kind("load_balancer") if one.provider == "google"]
    place = rules.index(ledger.resource)
    if place == 0:
        ledger.add("forwarding rules, up to five", "lb", "forwarding-rule", HOURS)
    elif place >= FREE_RULES:
        ledger.add("further forwarding rule", "lb", "forwarding-rule-more", HOURS)
    else:
        ledger.note(f"covered by the price of the first five forwarding rules ({rules[0].address})")


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


def cdn(ledger: Ledger) -> None:
    served = requests(ledger)
    answers = response_gib(ledger, served)
    said = ledger.used("monthly_data_transfer_to_internet_gb.us", "monthly_outbound_gb", "monthly_egress_gb")
    if said is not None:
        answers = Bounds(said, said)
    if ledger.provider == "aws":
        if answers.high or served.high:
            ledger.note("edges in the United States are assumed")
        ledger.tiered("data to the internet", "cloudfront", f"{CDN_PLACE}-data", answers.low, answers.high)
        ledger.add(
            "HTTPS requests", "cloudfront", f"{CDN_PLACE}-https", served.low / 10_000, served.high / 10_000
        )
    elif ledger.provider == "google":
        ledger.tiered("data to the internet", "cdn", "data", answers.low, answers.high)
        ledger.add("lookups", "cdn", "requests", served.low / 10_000, served.high / 10_000)
    elif "cdn_frontdoor" in ledger.resource.type:
        ledger.gap("Front Door", "the catalog has no prices of Front Door Standard and Premium")
    elif "frontdoor" in ledger.resource.type:
        ledger.add("routing rules", "front-door", "rules", HOURS)
        ledger.add("data to the internet", "front-door", "data", answers.low, answers.high)
    else:
        ledger.add("data to the internet", "cdn", "data", answers.low, answers.high)


def api_gateway(ledger: Ledger) -> None:
    if ledger.provider == "aws":
        served = requests(ledger)
        if ledger.text("protocol").lower() == "websocket":
            ledger.gap("messages", "the catalog has no price of WebSocket messages")
            return
        http = ledger.text("protocol").lower() == "http" or "apigatewayv2" in ledger.resource.type.lower()
        sku = "http" if http else "rest"
        _per_million(ledger, "apigateway", sku, served)
    elif ledger.provider == "azure" and ledger.text("tier"):
        tier, _, units = ledger.text("tier").lower().partition("_")
        count = Decimal(units) if units.isdigit() else ONE
        ledger.add("API management", "api-management", tier, count)
    elif ledger.provider == "google":
        ledger.gap("API gateway", "the catalog has no prices of API Gateway")


def _per_million(ledger: Ledger, service: str, sku: str, served: Bounds) -> None:
    """Tiers count requests, prices stand for a million of them."""
    tiers = ledger.costing.catalog.tiers(ledger.provider, ledger.region, service, sku)
    if not tiers:
        ledger.missing("requests", f"{service} {sku}")
    for place, (start, row) in enumerate(tiers):
        end = tiers[place + 1][0] if place + 1 < len(tiers) else max(served.high, start)
        low, high = (max(ZERO, min(count, end) - start) / MILLION for count in (served.low, served.high))
        ledger.charge(
            "requests" if not start else f"requests over {start / MILLION:f} million", row, low, high
        )


def way_out(ledger: Ledger) -> None:
    """NAT gateways and private endpoints."""
    kind = ledger.text("kind")
    if ledger.resource.type == "azurerm_firewall":
        _firewall(ledger)
        return
    if "egressonly" in ledger.resource.type.lower().replace("_", ""):
        return  # free, as what an IPv6 gateway does costs nothing
    if kind == "nat" and ledger.provider == "google":
        _cloud_nat(ledger)
    elif kind == "nat":
        ledger.add("NAT gateway", "nat", "gateway", HOURS)
        _data(ledger, "data through NAT", "nat", NAT_GIB)
    elif kind == "private_endpoint":
        zones = Decimal(max(1, len(ledger.costing.graph.targets(ledger.resource, Relation.PLACED_IN))))
        if ledger.provider == "google":
            if "forwarding_rule" in ledger.resource.type or "attachment" in ledger.resource.type:
                ledger.gap("private endpoint", "the catalog has no prices of Private Service Connect")
            return
        if ledger.provider == "azure":
            zones = ONE
        named = len(ledger.resource.instance.get("subnet_ids").items())
        if ledger.provider == "aws" and named:
            zones = Decimal(named)
        ledger.add(
            "private endpoint", "private-endpoint", "interface", HOURS * zones, None, f"in {zones:f} subnets"
        )
        ways = [f"monthly_{way}_data_processed_gb" for way in ("inbound", "outbound")]
        if any(ledger.used(way) is not None for way in ways):
            for way in ways:
                ledger.use("data through the endpoint", "private-endpoint", "data", way)
            return
        _data(ledger, "data through the endpoint", "private-endpoint", ENDPOINT_GIB)


def _firewall(ledger: Ledger) -> None:
    tier = (ledger.resource.instance.get("sku_tier").text() or ledger.text("tier") or "standard").lower()
    hub = ledger.resource.instance.get("virtual_hub").items()
    sku = (
        "secured-virtual-hub" if hub and tier == "standard" and _row(ledger, "secured-virtual-hub") else tier
    )
    ledger.add("firewall", "firewall", sku, HOURS)
    if _row(ledger, f"{sku}-data"):
        ledger.use("data through the firewall", "firewall", f"{sku}-data", "monthly_data_processed_gb")


def _row(ledger: Ledger, sku: str) -> bool:
    return ledger.row("firewall", sku) is not None


def _cloud_nat(ledger: Ledger) -> None:
    """By the machines behind it, up to 32, which is the price of the gateway."""
    used = ledger.used("assigned_vms")
    row = ledger.row("nat", "vm")
    if used is not None and row is not None:
        ledger.charge("machines behind NAT", row, min(used, NAT_MACHINES) * HOURS)
    elif row is not None:
        low, high = HOURS, NAT_MACHINES * HOURS
        ledger.charge("machines behind NAT", row, low, high, ("one to 32 machines",))
    else:
        ledger.add("NAT gateway, at most", "nat", "gateway", ZERO, HOURS, "the price of 32 machines and more")
    _data(ledger, "data through NAT", "nat", NAT_GIB)


def _data(ledger: Ledger, name: str, service: str, default: Decimal) -> None:
    said = ledger.used("monthly_data_processed_gb", "data_processed_gb")
    if said is not None:
        ledger.tiered(name, service, "data", said, said)
    else:
        ledger.tiered(name, service, "data", ZERO, default, f"none to {default:f} GiB are assumed")


def address(ledger: Ledger) -> None:
    if ledger.text("scheme") == "internal" or ledger.text("address_type").lower() == "internal":
        return
    body = ledger.resource.instance
    sku = "in-use" if _users(ledger) or ledger.provider == "azure" else "unused"
    if ledger.provider == "azure":
        if (body.get("sku_tier").text() or "").lower() == "global":
            sku = "global"
        elif (body.get("allocation_method").text() or "").lower() == "dynamic":
            sku = "dynamic"
    ledger.add("public address", "ip", sku, HOURS)


def _users(ledger: Ledger) -> tuple[Resource, ...]:
    graph = ledger.costing.graph
    return (*graph.sources(ledger.resource), *graph.targets(ledger.resource))


def dns_zone(ledger: Ledger) -> None:
    if ledger.provider == "aws":
        ledger.add("hosted zone", "route53", "zone", ONE)
    elif ledger.provider == "google":
        ledger.add("managed zone", "dns", "zone", ONE)
    elif ledger.provider == "azure":
        ledger.add("hosted zone", "dns", "zone", ONE)


def waf(ledger: Ledger) -> None:
    if ledger.provider == "google" and ledger.row("waf", "acl") is None:
        ledger.gap("Cloud Armor", "the catalog has no prices of Cloud Armor")
    if ledger.provider != "aws":
        return
    rules = ledger.number("rules") or ZERO
    rules += (ledger.used("rule_group_rules") or ZERO) + (ledger.used("managed_rule_group_rules") or ZERO)
    ledger.add("web ACL", "waf", "acl", ONE)
    ledger.add("rules", "waf", "rule", rules)
    served = requests(ledger)
    ledger.add("requests", "waf", "requests", served.low / MILLION, served.high / MILLION)
