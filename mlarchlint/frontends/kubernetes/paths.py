"""Finding one's way in a manifest's Values."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value


def at(value: Value, path: str) -> Value:
    """The member at a dotted path; absent (with the span of what lacks it) or unknown on the way."""
    for name in path.split(".") if path else ():
        value = value.get(name)
    return value


def field(instance: Instance, path: str) -> Value:
    """The same from the top of a manifest: `spec.template.spec`."""
    head, _, rest = path.partition(".")
    return at(instance.get(head), rest)


def each(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    """Everything at a path whose steps may end in `[]` (every element) or `{}` (every member),
    with a label: the member's key, or the element's `name` or position."""
    yield from _each(value, tuple(path.split(".")) if path else (), "")


def _each(value: Value, steps: tuple[str, ...], label: str) -> Iterator[tuple[str, Value]]:
    if not steps:
        if not value.is_absent:
            yield label, value
        return
    step, rest = steps[0], steps[1:]
    inner = value.get(step[:-2] if step[-2:] in ("[]", "{}") else step)
    if step.endswith("[]"):
        for place, element in enumerate(inner.items()):
            yield from _each(element, rest, element_label(element, place))
    elif step.endswith("{}"):
        for name, member in inner.mapping().items():
            yield from _each(member, rest, name)
    else:
        yield from _each(inner, rest, label)


def element_label(element: Value, place: int) -> str:
    for name in ("name", "groupName"):
        text = element.get(name).text()
        if text:
            return text
    return str(place)


def group_kind(instance: Instance) -> tuple[str, str]:
    """(API group, Kind) of `group/version/Kind`; the core group is empty."""
    parts = instance.type.split("/")
    return (parts[0] if len(parts) == 3 else "", parts[-1])


def annotations_of(instance: Instance) -> Value:
    return field(instance, "metadata.annotations")
