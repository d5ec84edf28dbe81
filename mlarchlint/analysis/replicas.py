"""How many instances a workload keeps: its own bounds, those of what scales it, and its fleet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_OWN = ("autoscale", "node_autoscaling", "auto_mode")


@dataclass(frozen=True, slots=True)
class Replicas:
    """least, most: the number of instances between which it moves; absent where nothing says.

    scalers: what changes the number. scales_itself: the service does, without a scaler of its own.
    """

    least: Value
    most: Value
    scalers: tuple[Resource, ...]
    scales_itself: Truth

    @property
    def fixed(self) -> Truth:
        """Nothing in the scanned code changes the number."""
        return Truth.NO if self.scalers else ~self.scales_itself


def replicas_of(graph: ResourceGraph, node: Resource) -> Replicas:
    scalers = tuple(
        source
        for source in graph.sources(node, Relation.SCALES)
        if source.kind in ("autoscaler", "capacity_provider")
    )
    own = Truth.any(node[trait].is_true() for trait in _OWN)
    lows = [value for scaler in _bounding(scalers) if not (value := scaler["min"]).is_absent]
    highs = [value for scaler in _bounding(scalers) if not (value := scaler["max"]).is_absent]
    least = _outermost(lows, lowest=True) if lows else _stated(node, scalers, own)
    most = (
        _outermost(highs, lowest=False) if highs else _first(node, "max_count", "replicas", "desired_count")
    )
    return Replicas(least, most, scalers, own)


def _bounding(scalers: Iterable[Resource]) -> Iterable[Resource]:
    """A schedule changes the bounds for a time only."""
    return (scaler for scaler in scalers if scaler["policy_type"].equals("scheduled") is not Truth.YES)


def _stated(node: Resource, scalers: tuple[Resource, ...], own: Truth) -> Value:
    """The lower bound; where nothing moves the number, it stays where it starts."""
    least = _first(node, "min_count", "replicas", "desired_count")
    wanted = node["desired_count"].number()
    low = least.number()
    if wanted is not None and low is not None and wanted > low and not scalers and own is Truth.NO:
        return node["desired_count"]
    return least


def _first(node: Resource, *traits: str) -> Value:
    return next((node[trait] for trait in traits if not node[trait].is_absent), Value.absent(node.span))


def _outermost(values: list[Value], *, lowest: bool) -> Value:
    """The bound that counts; one that is not known may be any number."""
    unknown = next((value for value in values if value.number() is None), None)
    if unknown is not None:
        return unknown
    return sorted(values, key=lambda value: value.number() or 0, reverse=not lowest)[0]


def machines_with(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    """The machines that serve together with a single one: of its pool or its declaration, by key."""
    pools = graph.sources(node, Relation.ROUTES_TO)
    members = {other for pool in pools for other in graph.targets(pool, Relation.ROUTES_TO)}
    fleet = {other for other in members if other.kind == node.kind} | {node}
    fleet |= {other for other in graph.of_kind(node.kind) if _siblings(node, other)}
    return tuple(sorted(fleet, key=lambda other: other.key))


def _siblings(node: Resource, other: Resource) -> bool:
    ours, theirs = node.instance, other.instance
    return bool(ours.declaration) and (ours.scope, ours.declaration) == (theirs.scope, theirs.declaration)
