"""One design in five formats gives one abstract graph; what really differs is listed here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from mlarchlint.analysis.access import stores_of
from mlarchlint.analysis.roles import infer_roles
from mlarchlint.analysis.zones import zones_of
from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.workload import RoleOf
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate

DESIGN = Path(__file__).parent.parent.parent / "fixtures/designs/image-classifier"
CLOUDS = ("terraform-aws", "cloudformation", "terraform-google", "terraform-azure")
EVERYWHERE = (*CLOUDS, "kubernetes")
# Resources that only some providers put between two ends; the ends are what counts.
_BETWEEN = ("address", "url_map")

TAIL = {"backend_pool -> compute"}
FRONT = {"load_balancer -> listener", "listener -> backend_pool"}
# What the hops of the serving path are. Differences that are real:
# - Google: CDN is a switch of the backend service, no resource (see `cached_at_the_edge`).
# - Azure: Front Door has listeners and an origin group of its own, whose origin is the load balancer;
#   that balances on layer 4, where rules are parts of the pool and listeners do not exist.
# - Kubernetes: an Ingress is load balancer and listener in one, and the design has no CDN.
PATHS = {
    "terraform-aws": {"cdn -> load_balancer", *FRONT, *TAIL},
    "cloudformation": {"cdn -> load_balancer", *FRONT, *TAIL},
    "terraform-google": {*FRONT, *TAIL},
    "terraform-azure": {
        "cdn -> listener",
        "listener -> backend_pool",
        "backend_pool -> load_balancer",
        "load_balancer -> backend_pool",
        *TAIL,
    },
    "kubernetes": {"load_balancer -> backend_pool", *TAIL},
}


@dataclass(frozen=True)
class Found:
    graph: ResourceGraph
    roles: dict[str, RoleOf]


@cache
def result(form: str) -> Found:
    config = Config()
    instances = evaluate(discover([DESIGN / form], config), config).instances
    graph = normalise(instances, built_in_kinds())
    return Found(graph, infer_roles(graph))


def serving(form: str) -> Resource:
    found = result(form)
    [node] = [
        node
        for node in found.graph.of_kind("compute_group", "container_service")
        if found.roles[node.key].role == "inference"
    ]
    return node


def upstream(form: str) -> list[Resource]:
    return list(result(form).graph.reach(serving(form), Relation.ROUTES_TO, backwards=True))


def hops(form: str) -> set[str]:
    graph = result(form).graph
    nodes = [*upstream(form), serving(form)]
    return {
        f"{name(node)} -> {name(target)}"
        for node in nodes
        if node.kind not in _BETWEEN
        for target in _next(graph, node)
        if target in nodes
    }


def _next(graph: ResourceGraph, node: Resource) -> set[Resource]:
    found: set[Resource] = set()
    for target in graph.targets(node, Relation.ROUTES_TO):
        found |= _next(graph, target) if target.kind in _BETWEEN else {target}
    return found


def name(node: Resource) -> str:
    return "compute" if node.kind in ("compute_group", "container_service") else node.kind


@pytest.mark.parametrize("form", EVERYWHERE)
def test_requests_take_the_same_way(form: str) -> None:
    assert hops(form) == PATHS[form]


@pytest.mark.parametrize("form", EVERYWHERE)
def test_everything_on_the_way_serves(form: str) -> None:
    found = result(form)
    roles = {
        found.roles[n.key].role if n.key in found.roles else None
        for n in upstream(form)
        if n.kind not in _BETWEEN
    }
    assert roles - {None} == {"inference"}
    silent = {
        node.address for node in upstream(form) if node.key not in found.roles and node.kind not in _BETWEEN
    }
    assert silent == set()


@pytest.mark.parametrize("form", EVERYWHERE)
def test_one_autoscaler_scales_it_and_it_has_an_identity_of_its_own(form: str) -> None:
    graph = result(form).graph
    assert [node.kind for node in graph.sources(serving(form), Relation.SCALES)] == ["autoscaler"]
    assert [node.kind for node in graph.targets(serving(form), Relation.ASSUMES)] == ["identity"]


@pytest.mark.parametrize("form", EVERYWHERE)
def test_it_is_checked(form: str) -> None:
    pools = [node for node in upstream(form) if node.kind == "backend_pool"]
    assert pools
    assert {pool["health_check.enabled"].is_true() for pool in pools} == {Truth.YES}


@pytest.mark.parametrize("form", CLOUDS)
def test_it_spans_two_zones(form: str) -> None:
    span = zones_of(result(form).graph, serving(form))
    assert (span.multi, span.least) == (Truth.YES, 2)


@pytest.mark.parametrize("form", EVERYWHERE)
def test_copies_are_spread(form: str) -> None:
    assert serving(form)["spread_zones"].is_true() is Truth.YES


@pytest.mark.parametrize("form", EVERYWHERE)
def test_no_request_is_answered_in_the_clear(form: str) -> None:
    """A listener of HTTP may stand there, if all it does is to redirect."""
    graph = result(form).graph
    fronts = graph.of_kind("listener") or graph.of_kind("load_balancer")
    assert fronts
    for front in fronts:
        assert (front["tls"].is_true() | front["redirects_to_tls"].is_true()) is Truth.YES, front.address


@pytest.mark.parametrize("form", CLOUDS)
def test_the_models_are_read_from_an_encrypted_versioned_store(form: str) -> None:
    """In the Kubernetes design the model is in the image."""
    graph = result(form).graph
    [store] = [store for store in stores_of(graph, serving(form)) if store.kind == "object_store"]
    assert store["encrypted_at_rest"].is_true() is Truth.YES
    assert store["versioning"].is_true() is Truth.YES
    assert store["public"].is_true() is not Truth.YES
    assert serving(form)["encrypted_at_rest"].is_true() is Truth.YES


@pytest.mark.parametrize("form", CLOUDS)
def test_a_cdn_stands_before_it(form: str) -> None:
    nodes = upstream(form)
    switched_on = [
        node for node in nodes if node.kind == "backend_pool" and node["cache"].is_true() is Truth.YES
    ]
    assert any(node.kind == "cdn" for node in nodes) is (form != "terraform-google")
    assert bool(switched_on) is (form == "terraform-google")


@pytest.mark.parametrize("form", CLOUDS)
def test_the_group_has_the_same_bounds(form: str) -> None:
    node = serving(form)
    [scaler] = result(form).graph.sources(node, Relation.SCALES)
    least, most = (
        scaler[name] if scaler[name].is_known else node[f"{name}_count"] for name in ("min", "max")
    )
    assert (least.equals(4), most.equals(10)) == (Truth.YES, Truth.YES)
