"""A candidate as Terraform: the files of its cloud, and one with the figures that were chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from math import ceil

from mlarchlint.advise.candidate import Candidate
from mlarchlint.advise.commitments import YEARS
from mlarchlint.advise.machines import disk_of, memory_of, on_arm, size_of
from mlarchlint.analysis.load import load_of
from mlarchlint.analysis.needs import Needs
from mlarchlint.prices import embedded
from mlarchlint.requirements import Requirements

CHOSEN = "design.tf"
# (Arm, x86) as images are called.
_ARCHITECTURES = {"aws": ("arm64", "x86_64"), "google": ("arm64", "x86-64"), "azure": ("Arm64", "x64")}
_ALERT_MS = 500.0  # where no latency is required
_SYSTEM_GIB = 30
_RATE = 100  # requests a second that an API lets through, where no load is stated
_LONGEST_NAME = 20  # what the shortest limit (24, storage accounts and target groups) leaves


def terraform(candidate: Candidate, needs: Requirements, zones: tuple[str, ...]) -> dict[str, str]:
    """File name -> text. zones: the names of the zones that the region has."""
    found = dict(_templates(candidate.cloud))
    for part in candidate.parts:
        found |= _part(candidate.cloud, part)
    if needs.number("budget.monthly_usd") is not None:
        found |= _part(candidate.cloud, "budget")
    found[CHOSEN] = _chosen(candidate, needs, zones)
    return dict(sorted(found.items()))


@lru_cache(maxsize=8)
def _templates(cloud: str) -> Mapping[str, str]:
    folder = files("mlarchlint.data").joinpath(f"designs/{cloud}")
    return {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".tf")}


@lru_cache(maxsize=32)
def _part(cloud: str, part: str) -> Mapping[str, str]:
    file = files("mlarchlint.data").joinpath(f"designs/{cloud}/with/{part}.tf")
    return {file.name: file.read_text("utf-8")}


def _chosen(candidate: Candidate, needs: Requirements, zones: tuple[str, ...]) -> str:
    target = needs.number("slo.latency_p95_ms")
    size = needs.number("model.size_gib")
    rows: list[tuple[str, object]] = [
        ("name", service_name(needs)),
        ("environment", needs.text("environment") or "prod"),
        ("region", candidate.region),
        ("zones", zones[: candidate.zones]),
        ("least", candidate.least),
        ("most", candidate.most),
        ("latency_p95_s", float(target if target else _ALERT_MS) / 1000),
    ]
    budget = needs.number("budget.monthly_usd")
    if budget is not None:
        rows.append(("monthly_usd", max(1, int(budget))))
    if candidate.cloud == "aws" and candidate.form == "machines":
        rows.append(("edge_zones", zones[: max(2, candidate.zones)]))
    if candidate.form == "containers":
        cpu, memory = size_of(candidate.machine)
        rows += [("cpu", str(cpu)), ("memory", f"{memory}Gi")]
        rows.append(("concurrency", int(needs.number("model.concurrency") or cpu)))
    elif candidate.form == "functions":
        rows += [("memory_mib", memory_of(candidate.machine)), ("requests_a_second", _rate(needs))]
    else:
        rows += [("instance_type", candidate.machine), ("disk_gib", _SYSTEM_GIB + int(2 * (size or 0)))]
    if candidate.form == "machines":
        arm, x86 = _ARCHITECTURES[candidate.cloud]
        rows.append(("architecture", arm if on_arm(candidate.cloud, candidate.machine) else x86))
    if candidate.cloud == "google" and candidate.form == "machines":
        rows.append(("disk_type", disk_of(candidate.machine)))
        spec = embedded().spec("google", candidate.machine)
        # Machines with accelerators cannot move to another host.
        rows.append(("host_maintenance", "TERMINATE" if spec and spec.accelerator else "MIGRATE"))
    if not candidate.cache and candidate.form != "functions":
        rows.append(("cache", ""))
    return (
        "\n".join(
            (
                "# What was chosen for the requirements.",
                *_promise(candidate),
                "locals {",
                *_aligned(rows),
                "}",
            )
        )
        + "\n"
    )


def _promise(candidate: Candidate) -> Iterator[str]:
    if candidate.committed:
        yield f"# {candidate.least} x {candidate.machine} are committed to for {YEARS[candidate.committed]}. That is bought apart"
        yield "# from this code; .mlarchlint.yaml tells it to the estimate (usage)."


def _rate(needs: Requirements) -> int:
    """Requests a second that an API lets through: twice the peak."""
    load = load_of(Needs(needs))
    return max(1, ceil(2 * load.peak)) if load else _RATE


def service_name(needs: Requirements) -> str:
    """A name that every provider takes: lower case, letters first."""
    plain = re.sub(r"[^a-z0-9]+", "-", (needs.text("service") or "model-service").lower()).strip("-")
    if not plain[:1].isalpha():
        plain = f"model-{plain}".strip("-")
    return plain[:_LONGEST_NAME].rstrip("-")


def _aligned(rows: list[tuple[str, object]]) -> Iterator[str]:
    """As `terraform fmt` writes assignments."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"  {name:{width}} = {_literal(value)}"


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_literal(part) for part in value) + "]"
    return (
        f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    )
