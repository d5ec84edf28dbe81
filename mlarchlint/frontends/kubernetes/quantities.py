"""Kubernetes resource quantities: `500m`, `2Gi`, `1e3`.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.model.regex import regex
from mlarchlint.model.value import Value

_FORM = regex(r"^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d{1,3})|([numkKMGTPE]|[KMGTPE]i))?$")
_SUFFIX = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"),
    "k": Decimal(10) ** 3, "K": Decimal(10) ** 3, "M": Decimal(10) ** 6, "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12, "P": Decimal(10) ** 15, "E": Decimal(10) ** 18,
    "Ki": Decimal(2) ** 10, "Mi": Decimal(2) ** 20, "Gi": Decimal(2) ** 30,
    "Ti": Decimal(2) ** 40, "Pi": Decimal(2) ** 50, "Ei": Decimal(2) ** 60,
}  # fmt: skip
GIB = Decimal(2) ** 30


def quantity(value: Value) -> Decimal | None:
    """The number that a known value stands for, in units (cores, bytes); None if it is none."""
    if value.text() is None:
        return value.number()
    found = _FORM.match((value.text() or "").strip())
    if found is None:
        return None
    number, exponent, suffix = found.groups()
    if exponent:
        return Decimal(number + exponent)
    return Decimal(number) * (_SUFFIX[suffix] if suffix else 1)


def whole_if_integral(number: Decimal) -> int | Decimal:
    """Numbers in Values are int when integral."""
    return int(number) if number == number.to_integral_value() else number.normalize()
