"""How much of a thing is used in a month, where the code cannot say it.

A figure comes from the usage of the configuration, from the requirements, or from a default
that is printed as an assumption. A default reaches from zero to the stated amount.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Protocol

HOURS = Decimal(730)
DAYS = HOURS / 24
MONTHLY_REQUESTS = Decimal(1_000_000)
RESPONSE_KB = Decimal(10)
# Sizes of stores by what lies in them; unknown contents are like a small dataset.
STORE_GIB = {
    "dataset": Decimal(1000),
    "features": Decimal(100),
    "model": Decimal(10),
    "checkpoints": Decimal(100),
    "artifacts": Decimal(50),
    "captured": Decimal(100),
    "logs": Decimal(50),
    "state": Decimal(1),
}
OTHER_STORE_GIB = Decimal(100)
TRAINING_HOURS = Decimal(24)
TRAINING_RUNS = Decimal(4)


class Needs(Protocol):
    """The requirements: a mapping of dotted names is enough."""

    def get(self, path: str, /) -> Any: ...


def decimal_of(found: Any) -> Decimal | None:
    """A finite number, or None."""
    if found is None or isinstance(found, bool):
        return None
    if isinstance(found, Decimal):
        return found if found.is_finite() else None
    if isinstance(found, (int, float, str)):
        try:
            number = Decimal(str(found))
        except ArithmeticError:
            return None
        return number if number.is_finite() else None
    return None
