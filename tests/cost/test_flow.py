"""The requests of a design are counted once at each step of a chain, and shared side by side."""

from __future__ import annotations

from decimal import Decimal

from cost_designs import made, priced

from mlarchlint.analysis.cost_flow import shares_of
from mlarchlint.model.graph import Edge, Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import RoleOf

US = {"region": "us-east-1"}
OPEN = {**US, "layer": 7, "scheme": "internet"}
NEEDS = {"traffic": {"predictions_per_day": 24_000, "payload_kb": {"response": 1024}}}
MONTHLY = Decimal(730_000)
Chain = tuple[tuple[Resource, Resource], ...]


def balancer(name: str = "a", scheme: str = "internet", provider: str = "aws") -> Resource:
    kinds = {"aws": "aws_lb", "google": "google_compute_global_forwarding_rule"}
    return made("load_balancer", provider, {**OPEN, "scheme": scheme}, type=kinds[provider], name=name)


def function(name: str) -> Resource:
    return made(
        "serverless_function", traits={**US, "memory_mib": 1024}, type="aws_lambda_function", name=name
    )


def shares(
    *pairs: tuple[Resource, Resource], alone: tuple[Resource, ...] = (), **roles: str
) -> dict[str, Decimal]:
    nodes = tuple(dict.fromkeys([*alone, *(one for pair in pairs for one in pair)]))
    graph = ResourceGraph(nodes, [Edge(a.key, b.key, Relation.ROUTES_TO) for a, b in pairs])
    given = {one.key: RoleOf(roles[one.name], 1.0, ()) for one in nodes if one.name in roles}
    return {graph[key].name: share.high for key, share in shares_of(graph, given).items()}


def test_a_chain_carries_each_request_once_at_each_step() -> None:
    cdn, front, listener, work = (
        made("cdn", name="cdn"),
        balancer("lb"),
        made("listener", name="l"),
        function("f"),
    )
    found = shares((cdn, front), (front, listener), (listener, work))
    assert found == {"cdn": 1, "lb": 1, "f": 1}


def test_two_services_share_the_requests() -> None:
    assert shares(alone=(balancer("a"), balancer("b"))) == {"a": Decimal("0.5"), "b": Decimal("0.5")}


def test_what_serves_predictions_gets_them_before_other_entries() -> None:
    found = shares(
        alone=(balancer("api"), balancer("mlflow"), balancer("web")), api="inference", mlflow="tracking"
    )
    assert found == {"api": 1}


def test_routes_split_what_the_gateway_carries() -> None:
    gateway = made("api_gateway", name="gw")
    found = shares(*((gateway, function(name)) for name in "abcd"))
    assert found == {"gw": 1, **{name: Decimal("0.25") for name in "abcd"}}


def test_ways_that_meet_again_carry_all_of_it() -> None:
    cdn, left, right, work = made("cdn", name="cdn"), balancer("l"), balancer("r"), function("f")
    found = shares((cdn, left), (cdn, right), (left, work), (right, work))
    assert found == {"cdn": 1, "l": Decimal("0.5"), "r": Decimal("0.5"), "f": 1}


def test_a_loop_ends() -> None:
    front, back = balancer("a"), balancer("b")
    assert set(shares((front, back), (back, front))) <= {"a", "b"}


def redirecting(provider: str) -> tuple[Resource, Resource]:
    entry = balancer("redirect", provider=provider)
    return entry, made("listener", provider, {"action": "redirect", "redirects_to_tls": True}, name="http")


def test_a_balancer_that_only_redirects_carries_no_answers() -> None:
    for provider in ("aws", "google"):
        entry, listener = redirecting(provider)
        found = priced(entry, listener, edges=((entry, Relation.ROUTES_TO, listener),), needs=NEEDS)
        names = {item.name for one in found.resources.values() for item in one.items}
        assert not names & {"data to the internet", "data processed", "load balancer capacity units"}
        assert any("only redirects" in text for text in found.resources[entry.key].assumptions)


def test_a_redirect_beside_a_port_that_answers_changes_nothing() -> None:
    entry, listener = redirecting("aws")
    https, pool = (
        made("listener", traits={"action": "forward"}, name="https"),
        made("backend_pool", name="pool"),
    )
    found = shares((entry, listener), (entry, https), (https, pool))
    assert found == {"redirect": 1}


def test_answers_leave_once() -> None:
    cdn, outer, inner = made("cdn", traits=US, name="cdn"), balancer("outer"), balancer("inner")
    links = ((cdn, Relation.ROUTES_TO, outer), (outer, Relation.ROUTES_TO, inner))
    found = priced(cdn, outer, inner, edges=links, needs=NEEDS)
    sent = [
        (key, item) for key, one in found.resources.items() for item in one.items if "internet" in item.name
    ]
    assert {key for key, _ in sent} == {cdn.key}
    assert round(sum(item.quantity_high for _, item in sent), 6) == round(MONTHLY / 1024, 6)


def test_a_workload_has_the_traffic_that_is_stated_for_it() -> None:
    a, b = balancer("a"), balancer("b")
    own = {"name": "a", "match": {"address": a.address}, "traffic": {"predictions_per_day": 48_000}}
    found = priced(a, b, needs={**NEEDS, "workloads": (own,)})
    sent = {
        key: sum(item.quantity_high for item in one.items if "internet" in item.name)
        for key, one in found.resources.items()
    }
    assert sent[a.key] == 4 * sent[b.key]
