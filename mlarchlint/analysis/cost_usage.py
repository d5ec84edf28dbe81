"""How much of a thing is used in a month, where the code cannot say it.

A figure comes from the usage of the configuration, from the requirements, or from a default
that is printed as an assumption. A default reaches from zero to the stated amount.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from mlarchlint.model.resource import Resource

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


@dataclass(frozen=True, slots=True)
class Usage:
    """What a usage file says: entries by address, by type (`aws_lambda_function`) and by kind or role."""

    by_address: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by_type: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, resource: Resource, role: str | None) -> Mapping[str, Any]:
        """The exact address first, then globs and `[*]`, then the type, kind and role."""
        if not self.by_address and not self.by_type:
            return {}
        found: dict[str, Any] = {}
        for name in (role or "", resource.kind, resource.type):
            found.update(self.by_type.get(name, {}))
        for pattern, values in self.by_address.items():
            if pattern != resource.address and matches(pattern, resource.address):
                found.update(values)
        found.update(self.by_address.get(resource.address, {}))
        return found


def matches(pattern: str, address: str) -> bool:
    """A glob in which `[*]` stands for any index, and other brackets for themselves."""
    plain = pattern.replace("[*]", "\0").replace("[", "[[]").replace("\0", "[[]*]")
    return fnmatch.fnmatchcase(address, plain)


NO_USAGE = Usage()


def read_usage(data: Any) -> Usage:
    """The form of `infracost-usage.yml`: `resource_usage` and `resource_type_default_usage`."""
    if not isinstance(data, Mapping):
        return NO_USAGE
    addresses = data.get("resource_usage") or {}
    types = data.get("resource_type_default_usage") or {}
    return Usage(_entries(addresses), _entries(types))


def _entries(data: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(data, Mapping):
        return {}
    return {str(name): values for name, values in data.items() if isinstance(values, Mapping)}


def decimal_of(found: Any) -> Decimal | None:
    """A finite number, or None."""
    if isinstance(found, bool) or found is None:
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
