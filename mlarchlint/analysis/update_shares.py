"""Versions side by side, each with its share of the traffic."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.model.value import Value


def given_to(shares: Value) -> list[Decimal | None]:
    """The shares that are not nothing; None for one that an input decides."""
    numbers = [share.number() for share in shares.items()]
    return [number for number in numbers if number is None or number > 0]


def split(shares: Value) -> str:
    """`90/10`, in percent; parts that an input decides are left open."""
    numbers = given_to(shares)
    known = [number for number in numbers if number is not None]
    total = sum(known)
    if len(known) < len(numbers) or not total:
        return f"between {len(numbers)} versions"
    return "/".join(f"{float(number * 100 / total):.3g}" for number in known)
