"""Small instances and graphs for tests of the stages behind the front ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlarchlint.kinds import Kinds
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Format, Instance, Mode
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value, from_plain
from mlarchlint.normalise import normalise


def ref(address: str) -> Value:
    """What only the provider computes: unknown, with the address as its reason."""
    return Value.unknown(f"{address} is known after apply", SourceSpan("main.tf", 2), refs=(address,))


def instance(address: str, line: int = 1, **body: Any) -> Instance:
    parts = address.removeprefix("data.").split(".")
    type_name, name = parts[-2], parts[-1].partition("[")[0]
    span = SourceSpan("main.tf", line, 1, line + 8, 2)
    values = {key: _value(part, SourceSpan("main.tf", line + 1)) for key, part in body.items()}
    return Instance(
        address,
        type_name,
        name,
        Format.TERRAFORM,
        values,
        span,
        scope=".",
        declaration=address.partition("[")[0],
        mode=Mode.DATA if address.startswith("data.") else Mode.MANAGED,
    )


def _value(part: Any, span: SourceSpan) -> Value:
    if isinstance(part, Value):
        return part
    if isinstance(part, Mapping):
        return Value.known({key: _value(one, span) for key, one in part.items()}, span)
    if isinstance(part, list):
        return Value.known(tuple(_value(one, span) for one in part), span)
    return from_plain(part, span)


def graph(kinds: str, *instances: Instance) -> ResourceGraph:
    return normalise(instances, Kinds({"aws-test.yaml": kinds}))
