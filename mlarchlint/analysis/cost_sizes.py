"""The next smaller size of a machine type: same family, same accelerators, at least half the processors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from mlarchlint.model.regex import regex
from mlarchlint.prices import Catalog, InstanceSpec

_AWS = ("nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge",
        "24xlarge", "32xlarge", "48xlarge")  # fmt: skip
_GOOGLE_SHARED = ("e2-micro", "e2-small", "e2-medium", "e2-standard-2")
_NUMBER = {
    "google": regex(r"(?<=-)\d+$"),
    "azure": regex(r"(?<=^Standard_)([A-Z]+)(\d+)", re.IGNORECASE),
}


def smaller(catalog: Catalog, provider: str, name: str) -> InstanceSpec | None:
    """None where the family ends or the next size has other accelerators."""
    spec = catalog.spec(provider, name.removeprefix("ml."))
    if spec is None or spec.vcpu is None:
        return None
    for candidate in _candidates(provider, spec.name):
        found = catalog.spec(provider, candidate)
        if found is None or found.retired or not found.vcpu or not found.memory_gib:
            continue
        same = (found.accelerator, found.accelerator_count) == (spec.accelerator, spec.accelerator_count)
        return found if same and found.vcpu >= spec.vcpu / 2 else None
    return None


def _candidates(provider: str, name: str) -> Iterator[str]:
    """Names that a smaller size may have, the largest first."""
    if provider == "aws":
        family, _, size = name.partition(".")
        below = _AWS[: _AWS.index(size)] if size in _AWS else ()
        yield from (f"{family}.{one}" for one in reversed(below))
        return
    if name in _GOOGLE_SHARED[1:]:
        yield _GOOGLE_SHARED[_GOOGLE_SHARED.index(name) - 1]
        return
    found = _NUMBER[provider].search(name)
    if found is None:
        return
    start, end = found.span(found.lastindex or 0)
    for number in range(int(name[start:end]) - 1, 0, -1):
        yield f"{name[:start]}{number}{name[end:]}"


def fits(spec: InstanceSpec, model_gib: Decimal | None) -> bool:
    """Whether the model goes into memory (or that of the accelerators) with as much again to work in."""
    if model_gib is None:
        return True
    memory = spec.accelerator_memory_gib or spec.memory_gib or Decimal(0)
    return memory >= 2 * model_gib
