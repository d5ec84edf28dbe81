"""Arguments whose changes Terraform is told to ignore: what the code writes there is how they begin, not how they are.

A controller or a person sets them later: the listeners of a gateway that an ingress controller runs, the number of
tasks that an autoscaler outside of the code moves.
https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#ignore_changes
"""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.resource import Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

_ALL = "all"


def ignored_change(instance: Instance, span: SourceSpan) -> str:
    """The argument of `ignore_changes` that a place in the code belongs to; empty for every other."""
    if "$lifecycle" not in instance.body:
        return ""
    (block, *_) = instance.body["$lifecycle"].items() or (instance.body["$lifecycle"],)
    for name in (one.text() or "" for one in block.get("ignore_changes").items()):
        if any(span.within(value.span) for value in _named(instance, name)):
            return name
    return ""


def _named(instance: Instance, name: str) -> Iterator[Value]:
    """What is written under `scaling_config.desired_size`: in every block of that name."""
    if name == _ALL:
        for written, value in instance.body.items():
            if not written.startswith("$"):
                yield from _each(value)
        return
    first, *rest = name.split(".")
    found = list(_each(instance.body[first])) if first in instance.body else []
    for step in rest:
        found = [part for value in found for part in _each(value.get(step))]
    yield from (value for value in found if not value.is_absent)


def _each(value: Value) -> tuple[Value, ...]:
    return value.items() or (value,)
