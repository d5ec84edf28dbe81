"""What protects an entry to inference: who asks for the caller, who limits requests, who checks them."""

from __future__ import annotations

import re

from mlarchlint.analysis.exposure import ENTRIES, own_exposure
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_FORWARDS = (Relation.ROUTES_TO, Relation.RESOLVES_TO)
_PROGRAMS = (
    "compute_group",
    "compute_instance",
    "container_service",
    "serverless_container",
    "serverless_function",
)
_TAGS = ("mlarchlint/auth", "mlarchlint.dev/auth")
# Objects of the cluster that ask for the caller, and do not say so in terms this graph has.
_POLICIES = regex(
    r"/(SecurityPolicy|GCPBackendPolicy|GCPGatewayPolicy|KongPlugin|Middleware|AuthConfig|AuthPolicy)$"
)
_MESH = regex(r"security\.istio\.io/.*/(AuthorizationPolicy|RequestAuthentication)$")
# https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
_OWN_KEY = regex(r"--api-key\b|\bVLLM_API_KEY\b")
_DEFINED = regex(r"security(Definitions|Schemes)?\W|x-amazon-apigateway-auth", re.IGNORECASE)


@record(frozen=True, slots=True)
class Protection:
    """auth: whether callers must say who they are. deciding: the value that says so. strong: they sign
    with an identity of the cloud, which knows them. limited: a WAF or a rate limit. checked: requests are
    checked before they reach the model; MAYBE where the entry knows no such thing. aware: the entry could
    ask for the caller itself.
    """

    auth: Truth
    deciding: Value
    strong: bool
    limited: Truth
    checked: Truth
    unchecked: Value
    aware: bool


def first_entry(graph: ResourceGraph, node: Resource) -> bool:
    """Whether requests from the internet meet it first."""
    upstream = graph.reach(node, *_FORWARDS, backwards=True)
    fronts = [other for other in upstream if other.kind in ENTRIES and other.kind != "listener"]
    return all(own_exposure(graph, other).reachable is Truth.NO for other in fronts)


def behind(graph: ResourceGraph, entry: Resource) -> tuple[Resource, ...]:
    """Itself and all that it leads to."""
    return (entry, *graph.reach(entry, *_FORWARDS))


def protection_of(graph: ResourceGraph, entry: Resource, targets: tuple[Resource, ...]) -> Protection:
    """What stands on the ways from an entry to the targets, taken together."""
    way = tuple(
        node
        for node in behind(graph, entry)
        if node in targets or any(target in targets for target in graph.reach(node, *_FORWARDS))
    )
    # What cannot be followed further, a listener without a target, still is part of the entry.
    # So do the routes of an API behind a CDN.
    open_to = (entry, *(node for node in way if node.kind == "api_gateway"))
    way = tuple(dict.fromkeys((entry, *way, *(route for node in open_to for route in _routes(graph, node)))))
    met = _met_by_callers(graph, entry)
    auth, deciding, strong, aware = _auth(graph, tuple(node for node in way if node in met))
    limited = Truth.any(_limited(graph, node) for node in way)
    checks = [node["request_validation"] for node in way if not node["request_validation"].is_absent]
    missing = next((check for check in checks if check.is_true() is Truth.NO), None)
    checked = Truth.MAYBE if not checks else Truth.YES if missing is None else Truth.NO
    return Protection(
        auth,
        deciding,
        strong,
        limited,
        checked,
        missing if missing is not None else Value.absent(entry.span),
        aware,
    )


def _met_by_callers(graph: ResourceGraph, entry: Resource) -> frozenset[Resource]:
    """What lies before the first program, and the program: behind it, requests carry its identity and not theirs."""
    met: dict[Resource, None] = {entry: None}
    waiting = [entry]
    while waiting:
        node = waiting.pop()
        ahead = () if node.kind in _PROGRAMS else graph.targets(node, *_FORWARDS)
        new = [one for one in ahead if one not in met]
        met.update(dict.fromkeys(new))
        waiting += new
    return frozenset((*met, *(route for node in met for route in _routes(graph, node))))


def _routes(graph: ResourceGraph, entry: Resource) -> tuple[Resource, ...]:
    near = graph.targets(entry, Relation.ROUTES_TO)
    return tuple(node for node in near if node.kind in ("api_route", "listener") and not _aside(node))


def _aside(node: Resource) -> bool:
    """Preflight requests carry no credentials, and a redirect answers nothing."""
    return (
        node["http_method"].equals("OPTIONS") is Truth.YES
        or node["action"].one_of("redirect", "fixed") is Truth.YES
    )


def _auth(graph: ResourceGraph, way: tuple[Resource, ...]) -> tuple[Truth, Value, bool, bool]:
    """One hop that asks is enough, of alternative routes each has to."""
    unknown: Value | None = None
    none: Value | None = None
    aware = False
    routes = [node for node in way if node.kind in ("api_route", "listener") and not _aside(node)]
    for node in way:
        if _by_application(graph, node):
            return Truth.YES, Value.absent(node.span), False, aware
        value = node["auth"]
        aware = aware or not value.is_absent or node.kind in _AWARE
        if node["key_required"].is_true() is Truth.YES and len(routes) == 1:
            return Truth.YES, node["key_required"], False, aware
        if node in routes or value.is_absent:
            continue
        asks = ~value.equals("none")
        if asks is Truth.YES:
            return Truth.YES, value, value.text() == "iam", aware
        unknown, none = (value, none) if asks is Truth.MAYBE else (unknown, value)
    verdicts = [(_asks(route), route) for route in routes if not route["auth"].is_absent]
    refused = next((route["auth"] for asks, route in verdicts if asks is Truth.NO), None)
    if verdicts and refused is None:
        asks = Truth.all(asks for asks, _ in verdicts)
        strong = all(route["auth"].text() == "iam" for _, route in verdicts)
        deciding = next(route["auth"] for truth, route in verdicts if truth is asks)
        return asks, deciding, strong, aware
    defined = next((node["definition"] for node in way if not node["definition"].is_absent), None)
    if defined is not None and not verdicts:
        text = defined.clue() or str(defined.plain())
        return (Truth.YES if _DEFINED.search(text) else Truth.MAYBE), defined, False, True
    if unknown is not None:
        return Truth.MAYBE, unknown, False, aware
    if way[0].provider == "kubernetes" and graph.once(_has_policies):
        return Truth.MAYBE, Value.absent(way[0].span), False, aware
    said = [value for value in (none, refused) if value is not None]
    return Truth.NO, said[0] if said else Value.absent(way[0].span), False, aware


_AWARE = ("api_gateway", "serverless_function", "serverless_container")


def _has_policies(graph: ResourceGraph) -> bool:
    return any(_POLICIES.search(other.type) for other in graph if other.provider == "kubernetes")


def _asks(route: Resource) -> Truth:
    return ~route["auth"].equals("none") | route["key_required"].is_true()


def _by_application(graph: ResourceGraph, node: Resource) -> bool:
    """The code says that the application asks, or the server is started with a key."""
    if any(tag in node.tags for tag in _TAGS):
        return True
    if any(_MESH.search(policy.type) for policy in graph.sources(node, Relation.PROTECTS)):
        return True
    texts = (part.clue() or "" for trait in ("commands", "env_names") for part in node[trait].walk())
    return any(_OWN_KEY.search(text) for text in texts)


def _limited(graph: ResourceGraph, node: Resource) -> Truth:
    if any(guard.kind == "waf" for guard in graph.sources(node, Relation.PROTECTS)):
        return Truth.YES
    rate = node["rate_limit"]
    bounded = Truth.NO if rate.is_absent else Truth.MAYBE if rate.is_unknown else Truth.YES
    return node["waf"].is_true() | bounded
