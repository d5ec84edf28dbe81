"""Machine types that can hold the model, cheapest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mlarchlint.advise.candidate import CLOUDS
from mlarchlint.data import text_of
from mlarchlint.prices import Catalog, InstanceSpec, embedded
from mlarchlint.requirements import Requirements

# The model twice, while a new version is loaded beside the old one, and the system (assumed).
COPIES, SYSTEM_GIB = 2, 1
# (virtual CPUs, GiB) of containers, and the largest of a cloud:
# https://learn.microsoft.com/azure/container-apps/workload-profiles-overview
SIZES = ((1, 2), (2, 4), (4, 8), (8, 16))
_LARGEST = {"azure": 4}
# MiB of functions, which get one virtual CPU for each 1,769 of them:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEMORIES, MIB_A_CPU = (2048, 3072, 4096, 6144, 8192, 10240), 1769
_ARM = "arm64"
_SERVICE = {"aws": "ec2", "google": "gce", "azure": "vm"}


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Sequence[Sequence[str]]]:
    import yaml

    text = text_of("designs/machines.yaml")
    data: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return data


def machines_for(cloud: str, region: str, needs: Requirements) -> tuple[tuple[str, Decimal], ...]:
    """(type, dollars an hour), cheapest first: what holds the model and is no weaker than where it was measured."""
    catalog = embedded()
    measured = measured_on(needs, catalog)
    found = []
    for name in (name for family in _table()[cloud] for name in family):
        spec = catalog.spec(cloud, name)
        row = catalog.price(cloud, region, _SERVICE[cloud], name)
        if spec is not None and row is not None and _holds(spec, needs, measured):
            found.append((name, row.price))
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def endpoints_for(cloud: str, region: str, needs: Requirements) -> tuple[tuple[str, Decimal], ...]:
    """(type, dollars an hour) of managed endpoints, as of machines."""
    catalog = embedded()
    measured = measured_on(needs, catalog)
    found = []
    for name in (name for family in _table()["sagemaker"] for name in family) if cloud == "aws" else ():
        spec, row = (
            catalog.spec(cloud, name.removeprefix("ml.")),
            catalog.price(cloud, region, "sagemaker", name),
        )
        if spec is not None and row is not None and _holds(spec, needs, measured):
            found.append((name, row.price))
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def processors_of(machine: str) -> int:
    """Of `ml.c7i.xlarge`."""
    spec = embedded().spec("aws", machine.removeprefix("ml."))
    return int(spec.vcpu or 1) if spec is not None else 1


def containers_for(cloud: str, needs: Requirements) -> tuple[str, ...]:
    """Sizes of containers that hold the model, smallest first; none for what was measured on an accelerator."""
    measured = measured_on(needs, embedded())
    return tuple(
        f"{cpu} vCPU, {memory} GiB"
        for cpu, memory in SIZES
        if cpu <= _LARGEST.get(cloud, cpu)
        and _holds(_container(Decimal(cpu), Decimal(memory)), needs, measured)
    )


def functions_for(needs: Requirements) -> tuple[str, ...]:
    """Memories of functions that hold the model, smallest first; none for what was measured on an accelerator."""
    measured = measured_on(needs, embedded())
    return tuple(
        f"{mib} MiB"
        for mib in MEMORIES
        if _holds(_container(Decimal(mib) / MIB_A_CPU, Decimal(mib) / 1024), needs, measured)
    )


def memory_of(function: str) -> int:
    """Of `2048 MiB`."""
    return int(function.split()[0])


def size_of(container: str) -> tuple[int, int]:
    """Of `2 vCPU, 4 GiB`."""
    cpu, _, memory, _ = container.split()
    return int(cpu), int(memory)


def _container(cpu: Decimal, memory: Decimal) -> InstanceSpec:
    none = Decimal(0)
    return InstanceSpec("", cpu, memory, "", none, none, False, True, False, "x86_64")


def measured_on(needs: Requirements, catalog: Catalog) -> InstanceSpec | None:
    """The machine that `model.instance` names, of whatever cloud."""
    name = needs.text("model.instance")
    specs = (catalog.spec(cloud, name) for cloud in CLOUDS) if name else iter(())
    return next((spec for spec in specs if spec is not None), None)


def _holds(spec: InstanceSpec, needs: Requirements, measured: InstanceSpec | None) -> bool:
    size = needs.number("model.size_gib") or Decimal(0)
    wanted = COPIES * size + SYSTEM_GIB
    if (spec.memory_gib or Decimal(0)) < wanted:
        return False
    if measured is None:
        return not spec.accelerator
    if bool(spec.accelerator) != bool(measured.accelerator) or (spec.arch == _ARM) != (measured.arch == _ARM):
        return False
    if spec.accelerator_memory_gib < measured.accelerator_memory_gib:
        return False
    return (spec.vcpu or 0) >= (measured.vcpu or 0) and (spec.memory_gib or 0) >= (measured.memory_gib or 0)


def on_arm(cloud: str, machine: str) -> bool:
    """Whether a model server has to be built for Arm."""
    spec = embedded().spec(cloud, machine)
    return spec is not None and spec.arch == _ARM


def disk_of(machine: str) -> str:
    """What machines of Google start from; the newer ones take no other disks:
    https://docs.cloud.google.com/compute/docs/disks/hyperdisks"""
    return "hyperdisk-balanced" if machine.startswith("c4a-") else "pd-balanced"


def may_lack_credits(cloud: str, machine: str) -> bool:
    """Whether what it serves without end may be less than what its processors are said to."""
    spec = embedded().spec(cloud, machine)
    return spec is not None and spec.burstable
