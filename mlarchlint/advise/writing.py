"""A candidate as Terraform: the files of its cloud, and one with the figures that were chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from math import ceil

from mlarchlint.advise.candidate import ONCE, Candidate
from mlarchlint.advise.commitments import YEARS
from mlarchlint.advise.machines import disk_of, memory_of, on_arm, processors_of, size_of
from mlarchlint.advise.places import zones_in
from mlarchlint.advise.two_regions import CALLS, REGION, as_module
from mlarchlint.analysis.load import load_of
from mlarchlint.analysis.needs import Needs
from mlarchlint.prices import embedded
from mlarchlint.requirements import Requirements

CHOSEN = "design.tf"
# (Arm, x86) as images are called.
_ARCHITECTURES = {"aws": ("arm64", "x86_64"), "google": ("arm64", "x86-64"), "azure": ("Arm64", "x64")}
Rows = list[tuple[str, object]]
_ALERT_MS = 500.0  # where no latency is required
_SYSTEM_GIB = 30
_RATE = 100  # requests a second that an API lets through, where no load is stated
_KEPT_AT = 0.7
_LONGEST_NAME = 20  # what the shortest limit (24, storage accounts and target groups) leaves


def terraform(candidate: Candidate, needs: Requirements, zones: tuple[str, ...]) -> dict[str, str]:
    """File name -> text. zones: the names of the zones that the region has."""
    found = dict(_templates(candidate.cloud, ""))
    for part in candidate.parts:
        found |= _part(candidate.cloud, part)
    budget = _part(candidate.cloud, "budget") if needs.number("budget.monthly_usd") is not None else {}
    if candidate.second is None:
        return dict(sorted({**found, **budget, CHOSEN: _chosen(candidate, needs, zones)}.items()))
    once = {f"{name}.tf" for name in ONCE.get(candidate.cloud, ())}
    around = {name: text for name, text in found.items() if name in once}
    around |= {**_templates(candidate.cloud, "two"), **budget}
    for part in candidate.beside:
        around |= _part(candidate.cloud, part, "two/with")
    regional = {name: text for name, text in found.items() if name not in around}
    regional |= _templates(candidate.cloud, f"two/{REGION}")
    rows = _rows_of_both(candidate, needs, zones)
    own, shared = frozenset(dict(rows[0])), frozenset(dict(rows[2]))
    files = as_module(candidate.cloud, regional, around, own, shared)
    return dict(sorted({**files, CHOSEN: _chosen_for_both(files, *rows)}.items()))


@lru_cache(maxsize=16)
def _templates(cloud: str, folder: str) -> Mapping[str, str]:
    place = files("mlarchlint.data").joinpath(f"designs/{cloud}/{folder}")
    return {file.name: file.read_text("utf-8") for file in place.iterdir() if file.name.endswith(".tf")}


@lru_cache(maxsize=64)
def _part(cloud: str, part: str, folder: str = "with") -> Mapping[str, str]:
    """Some of what each of two regions has is for two regions only."""
    home = files("mlarchlint.data").joinpath(f"designs/{cloud}")
    places = (home.joinpath(f"{folder}/{part}.tf"), home.joinpath(f"two/{REGION}/with/{part}.tf"))
    file = next(place for place in places if place.is_file())
    return {file.name: file.read_text("utf-8")}


def _chosen(candidate: Candidate, needs: Requirements, zones: tuple[str, ...]) -> str:
    name, environment, *shared = _shared(candidate, needs)
    rows = (name, environment, *_own(candidate, zones), *shared)
    lines = [
        "# What was chosen for the requirements.",
        *_promise(candidate),
        "locals {",
        *_aligned(rows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _rows_of_both(
    candidate: Candidate, needs: Requirements, zones: tuple[str, ...]
) -> tuple[Rows, Rows, Rows]:
    """Of the first region, of the second, and what is the same in both."""
    assert candidate.second is not None
    there = candidate.second
    second = replace(candidate, region=there.region, least=there.least, most=there.most)
    other = zones_in(candidate.cloud, there.region)
    return _own(candidate, zones), _own(second, other, 1), _shared(candidate, needs)


def _chosen_for_both(files: Mapping[str, str], first: Rows, second: Rows, shared: Rows) -> str:
    """As far as it is used."""
    names = set(re.findall(r"\blocal\.((?:\w+\.)?\w+)", "\n".join(files.values())))
    used = [row for row in shared if row[0] in names]
    lines = [
        "# What was chosen for the requirements, and for each of the regions.",
        "locals {",
        *_aligned(used),
    ]
    for call, rows in zip(CALLS, (first, second), strict=True):
        own = [row for row in rows if f"{call}.{row[0]}" in names]
        lines += ["", f"  {call} = {{", *(f"  {line}" for line in _aligned(own)), "  }"]
    return "\n".join((*lines, "}")) + "\n"


def _own(candidate: Candidate, zones: tuple[str, ...], place: int = 0) -> Rows:
    """What is chosen for a region. place: the second one has addresses of its own in a network of the world."""
    rows: Rows = [
        ("region", candidate.region),
        ("zones", zones[: candidate.zones]),
        ("least", candidate.least),
        ("most", candidate.most),
    ]
    if candidate.cloud == "aws" and candidate.form == "machines":
        rows.append(("edge_zones", zones[: max(2, candidate.zones)]))
    if candidate.cloud == "google":
        rows.append(("address_range", f"10.20.{16 * place}.0/20"))
    return rows


def _shared(candidate: Candidate, needs: Requirements) -> Rows:
    """What is the same in all regions."""
    target = needs.number("slo.latency_p95_ms")
    size = needs.number("model.size_gib")
    rows: Rows = [
        ("name", service_name(needs)),
        ("environment", needs.text("environment") or "prod"),
        ("latency_p95_s", float(target if target else _ALERT_MS) / 1000),
    ]
    budget = needs.number("budget.monthly_usd")
    if budget is not None:
        rows.append(("monthly_usd", max(1, int(budget))))
    if candidate.cloud == "azure":
        rows.append(("copied", candidate.second is not None))
    if candidate.form == "containers":
        cpu, memory = size_of(candidate.machine)
        rows += [("cpu", cpu if candidate.cloud == "azure" else str(cpu)), ("memory", f"{memory}Gi")]
        rows.append(("concurrency", int(needs.number("model.concurrency") or cpu)))
    elif candidate.form == "functions":
        rows += [("memory_mib", memory_of(candidate.machine)), ("requests_a_second", _rate(needs))]
    elif candidate.form == "endpoints":
        processors = processors_of(candidate.machine)
        # Requests at once that an instance is kept at: room for the next while another one starts.
        at_once = float(needs.number("model.concurrency") or processors) * _KEPT_AT
        rows += [("instance_type", candidate.machine), ("processors", processors)]
        rows += [("requests_at_once", at_once), ("requests_a_second", _rate(needs))]
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
    if not candidate.cache and candidate.form not in ("functions", "endpoints"):
        rows.append(("cache", ""))
    return rows


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


def _aligned(rows: Sequence[tuple[str, object]]) -> Iterator[str]:
    """As `terraform fmt` writes assignments."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"  {name:{width}} = {_literal(value)}"


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_literal(part) for part in value) + "]"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
