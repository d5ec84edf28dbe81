"""What machine types are, from the tables that ship with the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mlarchlint.data import table
from mlarchlint.prices import embedded


@lru_cache(maxsize=256)
def cores(provider: str, machine: str) -> float | None:
    """Virtual CPUs, or None where the type is in no table. `ml.m5.large` is an m5.large."""
    spec = embedded().spec(provider, machine.removeprefix("ml."))
    return float(spec.vcpu) if spec is not None and spec.vcpu is not None else None


@lru_cache(maxsize=256)
def accelerators(provider: str, machine: str) -> int | None:
    """Cards of a machine type, or None where the type is in no table."""
    spec = embedded().spec(provider, machine.removeprefix("ml."))
    return int(spec.accelerator_count) if spec is not None else None


@lru_cache(maxsize=1)
def baselines() -> Mapping[str, float]:
    """The share of a CPU, in percent, that a burstable size can use without end."""
    data = table("burstable.yaml")
    return {str(size): float(percent) for size, percent in data.items()}
