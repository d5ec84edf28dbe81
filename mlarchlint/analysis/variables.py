"""Environment variables and parameters, in whatever form they are written."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.value import Value


def variables(held: Value) -> Iterator[tuple[str, Value]]:
    """Names with what is given to them: of objects, and of lists of a name with a value."""
    for part in held.items():
        yield from variables(part)
    members = held.mapping()
    for first, second in (("name", "value"), ("Name", "Value")):
        if first in members and (name := members[first].text()):
            yield name, members.get(second, held)
            return
    for name, value in members.items():
        if value.mapping() or value.items():
            yield from variables(value)
        else:
            yield name, value
