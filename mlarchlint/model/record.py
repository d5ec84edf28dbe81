"""Frozen dataclasses of which a scan makes tens of thousands.

They are frozen to the type checker alone. At run time a frozen dataclass sets every field through
`object.__setattr__`, which makes a value of many fields six times as dear as it need be.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, slots: bool, eq: bool = True, order: bool = False) -> Callable[[Any], Any]:
        """`dataclasses.dataclass` without the guard; equal instances still have the same hash."""
        return dataclasses.dataclass(slots=slots, eq=eq, order=order, unsafe_hash=eq and frozen)


__all__ = ["record"]
