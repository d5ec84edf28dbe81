"""Global or repetitive prediction traffic needs an edge (CDN/global LB) and a prediction cache.

## What it does
With users on two or more continents in the requirements it reports a serving fleet in one region that they reach
without a CDN, an accelerator or a global load balancer. With a share of inputs that repeat (`traffic.cacheable`) of
at least a tenth it reports a fleet that has no cache for predictions, neither in memory nor at the edge.

## Why is this bad
A new connection needs three round trips: from another continent that is most of a second, which an edge near
the user takes over even if nothing is cacheable. And a prediction that was made before costs a whole inference
again, on the dearest machines of the design, where a lookup would answer in a millisecond.

## Example
```yaml
requirements:
  users: [{region: us-east}, {region: europe}]
  traffic: {cacheable: 0.4}
```
with a regional load balancer before the fleet, and no cache.

## Use instead
A CDN or a global accelerator in front, and a cache (Redis, Valkey) that the service asks first, keyed by a hash
of the input and the version of the model.

## When it does not fire
Without users or a cacheable share in the requirements; users of one continent; fleets on several continents;
a cache at the edge (where requests by POST pass through it, MLA-PE006 says so).

## Parameters
`least_share` (0.1): the share of repeated inputs from which on a cache is expected.

## References
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Introduction.html
- https://docs.aws.amazon.com/global-accelerator/latest/dg/what-is-global-accelerator.html
- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Strategies.html
- https://cloud.google.com/load-balancing/docs/https
- https://learn.microsoft.com/azure/frontdoor/front-door-overview
"""

import re
from collections.abc import Mapping
from typing import Any

from mlarchlint.api import (
    SERVING,
    SERVING_KINDS,
    Design,
    Hit,
    Hits,
    Kind,
    Mode,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    regex,
    rule,
)

_CACHE = regex(r"redis|valkey|memcache|(^|_)CACHE_?(URL|HOST|ENDPOINT|ADDR)", re.IGNORECASE)
# A cache in these keeps answers before they reach the service.
_KEEPING = ("api_gateway", "load_balancer", "backend_pool", "listener")


@rule(
    id="MLA-PE002",
    severity=Severity.MEDIUM,
    on=Kind(*SERVING_KINDS),
    roles=SERVING,
    since="0.1",
    params={"least_share": 0.1},
)
def caching_layer_missing(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    if node.key not in design.once(_fleets):
        return
    yield from _far_users(node, design)
    share = design.needs(node).number("traffic.cacheable") or 0
    if share >= float(params["least_share"]):
        yield from _repeated(node, design, share)


def _fleets(design: Design) -> frozenset[str]:
    return frozenset(fleet.node.key for fleet in design.fleets)


def _far_users(node: Resource, design: Design) -> Hits:
    """One region, users on several continents, and every connection goes all the way."""
    if len(design.continents) < 2 or node is not design.fleets[0].node:
        return
    if len({fleet.node["region"].text() for fleet in design.fleets}) > 1:
        return
    ways = [chain for path in design.serving_paths for chain in path.chains if node in chain.fleets[0].nodes]
    entries = [chain.nodes for chain in ways if chain.nodes]
    if not entries or any(_is_edge(entry) for nodes in entries for entry in nodes):
        return
    places = " and ".join(sorted(name.replace("_", " ") for name in design.continents))
    claim = f"is reached from {places} without an edge: every new connection goes all the way three times"
    first = entries[0][0]
    related = (
        Related("the users are stated here", design.needs(node).span("users")),
        Related(f"requests come in at {first.address}", first.span),
    )
    fix = "put a CDN, a global accelerator or a global load balancer in front"
    yield Hit(Value.absent(node.span), claim, missing=("cdn",), attribute="edge", related=related, fix=fix)


def _is_edge(entry: Resource) -> bool:
    """Connections end near the user."""
    name = entry.type.lower()
    spread = "globalaccelerator" in name or name == "google_compute_global_forwarding_rule"
    return entry.kind == "cdn" or spread


def _repeated(node: Resource, design: Design, share: float) -> Hits:
    fix = "ask a cache first (Redis, Valkey), keyed by a hash of the input and the version of the model"
    related = (Related("the share is stated here", design.needs(node).span("traffic.cacheable")),)
    idle = _idle_cache(node, design)
    match _cached(node, design):
        case Truth.NO if idle is not None:
            claim = f"{share:.0%} of its inputs repeat, and nothing shows that it asks {idle.address}, which nobody uses"
            yield Hit(
                Value.absent(node.span), claim, certain=False, attribute="cache", related=related, fix=fix
            )
        case Truth.NO:
            claim = (
                f"computes every prediction anew, though {share:.0%} of its inputs repeat: it has no cache"
            )
            yield Hit(
                Value.absent(node.span),
                claim,
                missing=("cache",),
                attribute="cache",
                related=related,
                fix=fix,
            )
        case Truth.MAYBE:
            claim = f"{share:.0%} of its inputs repeat, and whether it has a cache is not known: an input decides what it asks"
            yield Hit(
                Value.absent(node.span), claim, certain=False, attribute="cache", related=related, fix=fix
            )


def _cached(node: Resource, design: Design) -> Truth:
    """By a cache that it names, or one on the way to it."""
    before = (*design.entries(node), *design.sources(node, Relation.ROUTES_TO))
    if any(store.kind == "cache" for store in design.stores(node)) or any(b.kind == "cdn" for b in before):
        return Truth.YES
    asked = (other for other in design.targets(node, Relation.USES, Relation.ROUTES_TO))
    if any(_CACHE.search(f"{other.name} {other['name'].clue() or ''}") for other in asked):
        return Truth.YES
    keeps = Truth.any(entry["cache"].is_true() for entry in before if entry.kind in _KEEPING)
    return keeps | _named(node)


def _named(node: Resource) -> Truth:
    """A variable, an argument or a start-up script that names one."""
    found = Truth.NO
    for trait in ("env_names", "env", "commands", "user_data"):
        for value in node[trait].walk():
            if _CACHE.search(value.clue() or ""):
                return Truth.YES
        if node[trait].is_unknown:
            found = Truth.MAYBE
    return found


def _idle_cache(node: Resource, design: Design) -> Resource | None:
    """A cache of the same code that nothing is known to use."""
    caches = (other for other in design.graph.of_kind("cache") if other.instance.scope == node.instance.scope)
    return next((c for c in caches if c.instance.mode is Mode.MANAGED and not design.consumers(c)), None)
