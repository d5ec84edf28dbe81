"""Frozen dataclasses that cost little to define and to make.

They are frozen to the type checker alone. At run time a frozen dataclass sets every field through
`object.__setattr__`, which makes a value of many fields six times as dear as it need be, and a scan
makes tens of thousands. `dataclasses` also compiles six methods for each class, which is most of the
time that loading this package takes: what few instances need is not compiled here but shared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, slots: bool, eq: bool = True, order: bool = False) -> Callable[[type], type]:
        """`dataclasses.dataclass` without the guard. An order brings its own comparison, compiled: it sorts many."""

        def make(cls: type) -> type:
            if order:
                return dataclasses.dataclass(slots=slots, order=True, unsafe_hash=frozen)(cls)
            made = dataclasses.dataclass(slots=slots, eq=False, repr=False)(cls)
            made.__repr__ = _represented
            return _comparable(made) if eq else made

        return make


def _represented(instance: Any) -> str:
    parts = [f"{field.name}={getattr(instance, field.name)!r}" for field in dataclasses.fields(instance)]
    return f"{type(instance).__qualname__}({', '.join(parts)})"


def _comparable(cls: Any) -> Any:
    """Equal by all fields, and hashed by them."""
    content = attrgetter(*(field.name for field in dataclasses.fields(cls)))

    def equal(one: Any, other: Any) -> Any:
        return content(one) == content(other) if type(other) is type(one) else NotImplemented

    def hashed(instance: Any) -> int:
        return hash(content(instance))

    cls.__eq__, cls.__hash__ = equal, hashed
    return cls


__all__ = ["record"]
