"""Resources made by hand, so that the arithmetic is tested without any front end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mlarchlint.analysis.cost import estimate
from mlarchlint.model.estimate import Estimate, Money
from mlarchlint.model.graph import Edge, Relation, ResourceGraph
from mlarchlint.model.resource import Format, Instance, Mode, Resource
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value, from_plain
from mlarchlint.model.workload import RoleOf
from mlarchlint.prices import embedded
from mlarchlint.usage import NO_USAGE, Usage


def made(
    kind: str,
    provider: str = "aws",
    traits: dict[str, Any] | None = None,
    *,
    type: str = "",
    name: str = "a",
    line: int = 1,
    exists: Truth = Truth.YES,
    symbolic: bool = False,
    mode: Mode = Mode.MANAGED,
    body: dict[str, Any] | None = None,
) -> Resource:
    """A trait is plain data or a Value; the body is what the code says besides."""
    address = f"{type or kind}.{name}"
    span = SourceSpan("main.tf", line, 1, line, 10)
    written = {key: from_plain(value, span) for key, value in (body or {}).items()}
    instance = Instance(
        address,
        type or kind,
        name,
        Format.TERRAFORM,
        written,
        span,
        exists=exists,
        symbolic=symbolic,
        mode=mode,
    )
    values = {
        trait: value if isinstance(value, Value) else from_plain(value, span)
        for trait, value in (traits or {}).items()
    }
    return Resource(address, address, kind, provider, values, {}, instance)


def priced(
    *resources: Resource,
    edges: tuple[tuple[Resource, Relation, Resource], ...] = (),
    needs: dict[str, Any] | None = None,
    usage: Usage = NO_USAGE,
    roles: dict[str, RoleOf] | None = None,
) -> Estimate:
    graph = ResourceGraph(resources, [Edge(one.key, other.key, relation) for one, relation, other in edges])
    return estimate(graph, roles or {}, needs or {}, embedded(), usage)


def money(low: str, high: str = "") -> Money:
    return Money(Decimal(low), Decimal(high or low))


def cents(found: Money) -> tuple[str, str]:
    return f"{found.low:.2f}", f"{found.high:.2f}"
