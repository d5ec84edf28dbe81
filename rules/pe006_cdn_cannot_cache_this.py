"""Predictions that are asked for by POST do not come from the cache of a CDN.

## What it does
Where the requirements say that inputs repeat (`traffic.cacheable`) and that predictions are asked
for with a method other than GET or HEAD (`traffic.method`), it reports a CDN in front of the
service, unless a cache of its own stands behind it.

## Why is this bad
A CDN keeps the answers to GET, HEAD and OPTIONS only. Every POST goes through to the model, so the
share that was meant to be free is paid for, and the fleet has to be sized for all of it. The CDN
still shortens the way: connections end at its edge.

## Example
```yaml
requirements:
  traffic: {method: POST, cacheable: 0.4}
```
with a CDN in front and no cache behind it.

## Use instead
A cache in the service keyed by a hash of the input (Redis), or a GET request whose address holds
the input's hash.

## When it does not fire
Without a cacheable share or a method in the requirements, and where a cache stands behind it.

## References
- https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachedMethods.html
- https://cloud.google.com/cdn/docs/caching
- https://learn.microsoft.com/azure/frontdoor/front-door-caching
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Related, Resource, Severity, Value, rule

_CACHED = ("GET", "HEAD")


def _first_behind(design: Design) -> dict[str, Resource]:
    """By what requests pass, the first fleet behind it."""
    found: dict[str, Resource] = {}
    for path in design.serving_paths:
        for chain in path.chains:
            for node in chain.nodes if chain.fleets else ():
                found.setdefault(node.key, chain.fleets[0].node)
    return found


@rule(id="MLA-PE006", severity=Severity.LOW, on=Kind("cdn"), since="0.1")
def cdn_cannot_cache_this(node: Resource, design: Design) -> Hits:
    served = design.once(_first_behind).get(node.key)
    if served is not None:
        needs = design.needs(served)
        share, method = needs.number("traffic.cacheable"), needs.text("traffic.method")
        caches = [store for store in design.stores(served) if store.kind == "cache"]
        if not share or method is None or method in _CACHED or caches:
            return
        methods = node["cached_methods"]
        place = methods if methods.is_known and not methods.default else Value.known(method, node.span)
        claim = (
            f"{share:.0%} of the inputs repeat, but predictions by {method} are never answered from its cache; "
            "it only shortens the way"
        )
        related = (Related("the method is stated here", needs.span("traffic.method")),)
        yield Hit(
            place, claim, related=related, fix="cache predictions behind it, keyed by a hash of the input"
        )
