"""Entries and ways out: load balancers, CDNs, API gateways, NAT, endpoints, addresses, DNS."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_traffic import requests, response_gib
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource

NAT_MACHINES = Decimal(32)
NAT_GIB = Decimal(100)
ENDPOINT_GIB = Decimal(100)
CDN_PLACE = "united-states"
EDGES_NEAR = "edges in North America and Europe are assumed"
MILLION = Decimal(1_000_000)
# https://aws.amazon.com/api-gateway/pricing/: messages are counted in parts of 32 KB.
MESSAGE_KB = Decimal(32)


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
        _front_door(ledger, served, answers)
    elif "frontdoor" in ledger.resource.type:
        ledger.add("routing rules", "front-door", "rules", HOURS)
        ledger.add("data to the internet", "front-door", "data", answers.low, answers.high)
    else:
        ledger.add("data to the internet", "cdn", "data", answers.low, answers.high)


def _front_door(ledger: Ledger, served: Bounds, answers: Bounds) -> None:
    """A profile of the Standard or Premium tier; its endpoints, routes and origins cost nothing of their own."""
    tier = "premium" if "premium" in ledger.text("tier").lower() else "standard"
    ledger.add("Front Door base fee", "front-door", f"{tier}-base", ONE)
    ledger.add(
        "requests", "front-door", f"{tier}-requests", served.low / 10_000, served.high / 10_000, EDGES_NEAR
    )
    ledger.tiered("data to callers", "front-door", "edge-data", answers.low, answers.high, EDGES_NEAR)


def api_gateway(ledger: Ledger) -> None:
    if ledger.provider == "aws":
        served = requests(ledger)
        if ledger.text("protocol").lower() == "websocket":
            _messages(ledger)
            return
        http = ledger.text("protocol").lower() == "http" or "apigatewayv2" in ledger.resource.type.lower()
        sku = "http" if http else "rest"
        _per_million(ledger, "apigateway", sku, served)
    elif ledger.provider == "azure" and ledger.text("tier"):
        tier, _, units = ledger.text("tier").lower().partition("_")
        count = Decimal(units) if units.isdigit() else ONE
        if tier == "consumption":
            ledger.use("calls", "api-management", tier, "monthly_api_calls", per=int(MILLION))
            return
        ledger.add("API management", "api-management", tier, count)
        if tier == "premium":
            ledger.use("own gateways", "api-management", "self-hosted-gateway", "self_hosted_gateway_count")
    elif ledger.provider == "google":
        ledger.gap("API gateway", "the catalog has no prices of API Gateway")


def _messages(ledger: Ledger) -> None:
    """WebSocket messages, in parts of 32 KB, and the minutes that connections are open."""
    sent = ledger.used("monthly_messages", "monthly_requests")
    if sent is None:
        ledger.note("no messages are stated: none are assumed")
        return
    size = ledger.used("message_size_kb") or MESSAGE_KB
    parts = sent * (size / MESSAGE_KB).to_integral_value(rounding="ROUND_CEILING")
    ledger.tiered("messages", "apigateway", "websocket", parts, parts, per=int(MILLION))
    ledger.use("connections", "apigateway", "websocket-minutes", "monthly_connection_mins", per=int(MILLION))


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
        elif (body.get("sku").text() or "").lower() == "basic" and ledger.row("ip", "basic-static"):
            sku = "basic-static"
    spot = sku == "in-use" and all((one["spot"].text() or "") == "all" for one in _users(ledger))
    if ledger.provider == "google" and spot and ledger.row("ip", "in-use-spot") is not None:
        sku = "in-use-spot"
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
    """AWS WAF and Google Cloud Armor; Azure bills the gateway or the tier of Front Door."""
    if ledger.provider not in ("aws", "google"):
        return
    rules = ledger.number("rules") or ZERO
    rules += (ledger.used("rule_group_rules") or ZERO) + (ledger.used("managed_rule_group_rules") or ZERO)
    ledger.add("web ACL", "waf", "acl", ONE)
    ledger.add("rules", "waf", "rule", rules)
    served = requests(ledger)
    ledger.add("requests", "waf", "requests", served.low / MILLION, served.high / MILLION)
