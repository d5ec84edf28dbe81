"""Machines, disks and accelerators should be of a current generation.

## What it does
Reports machine types of previous generations (m4, c4, p2, n1, NC v1, ...), types that can no longer be
launched, K80 and P100 cards and gp2 disks, with the type that took their place and what it saves
at the prices of the catalog.

## Why is this bad
Later generations do the same work for less money or more work for the same. Retired types fail when the
group scales or is created anew.

## Example
```hcl
resource "aws_instance" "training" {
  instance_type = "p2.xlarge"
}

resource "aws_ebs_volume" "dataset" {
  type = "gp2"
  size = 1000
}
```

## Use instead
```hcl
resource "aws_instance" "training" {
  instance_type = "g4dn.xlarge"
}

resource "aws_ebs_volume" "dataset" {
  type = "gp3"
  size = 1000
}
```

## When it does not fire
Disk types that the provider chooses because none is written, n1 machines with accelerators (T4, V100 and P100 attach to no
other family) or where the successor costs no less, and what is pinned on purpose with the tag `mlarchlint.dev/pinned`. The p3 family is reported as
information only.

## References
- https://aws.amazon.com/ec2/previous-generation/
- https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
- https://cloud.google.com/compute/docs/general-purpose-machines
- https://learn.microsoft.com/azure/virtual-machines/sizes/retirement/retired-sizes-list
"""

from collections.abc import Iterator
from dataclasses import replace

from mlarchlint.api import (
    CARDS,
    DISKS,
    Design,
    Hit,
    Hits,
    Kind,
    Money,
    Resource,
    Saving,
    Severity,
    Value,
    dollars,
    older_machine,
    rule,
    saved_by_disk,
    saved_by_successor,
)

_MACHINES = (
    "compute_instance", "compute_group", "training_cluster", "batch_job", "notebook", "model_endpoint", "cluster",
    "data_processor",
)  # fmt: skip
_PINNED = "mlarchlint.dev/pinned"


@rule(id="MLA-CO010", severity=Severity.LOW, on=Kind(*_MACHINES, "block_volume"), since="0.1")
def previous_generation_hardware(node: Resource, design: Design) -> Hits:
    if _PINNED in node.tags:
        return
    if node.kind == "block_volume":
        yield from _disk(node["type"], node, design)
        return
    yield from _machines(node, design)
    yield from _card(node)
    yield from _disk(node["root_disk_type"], node, design)


def _machines(node: Resource, design: Design) -> Iterator[Hit]:
    with_cards = not node["accelerator.type"].is_absent or not node["accelerator.count"].is_absent
    values = node["instance_types"].items() or (node["instance_type"],)
    hits = [hit for value in values for hit in _machine(value, node, design, with_cards)]
    yield from (hit for hit in hits if not hit.certain)
    old = [hit for hit in hits if hit.certain]
    if len(old) > 1:
        # One list is one choice to make anew, however many types it offers.
        others = ", ".join(hit.attribute for hit in old[1:4]) + (", ..." if len(old) > 4 else "")
        yield replace(old[0], message=f"{old[0].message}; so it is with {others} of the same list")
    else:
        yield from old


def _machine(value: Value, node: Resource, design: Design, with_cards: bool) -> Iterator[Hit]:
    if value.is_unknown and not value.scenarios:
        claim = f"the generation of the machine is not known: {value.why}"
        yield Hit(value, claim, certain=False, attribute="machine")
    name = value.text() or ""
    found = None if value.default else older_machine(design.catalog, node.provider, name, with_cards)
    if found is None:
        return
    gone = found.retired and not name.startswith("ml.")  # the managed service keeps types of its own
    state = "is retired and can no longer be launched" if gone else "is a previous generation"
    newer = f"ml.{found.successor}" if found.successor and name.startswith("ml.") else found.successor
    saved = saved_by_successor(design.cost(node), node.provider, name, found.successor, design.catalog)
    if node.provider == "google" and not found.retired and (saved is None or saved.high < 1):
        return  # still sold as ever: only its price can speak against it
    family = name.removeprefix("ml.").partition(".")[0]
    yield Hit(
        value,
        f"{name} {state}{_amount(newer, saved)}",
        attribute=name,
        fix=f"use {newer}" if newer else "use a type of a current generation",
        severity=Severity.INFO if node.provider == "aws" and family == "p3" else None,
        saving=Saving("size", saved) if newer and saved is not None and saved.high >= 1 else None,
    )


def _card(node: Resource) -> Iterator[Hit]:
    value = node["accelerator.type"]
    name = (value.text() or "").rpartition("/")[2].lower()
    if name in CARDS:
        yield Hit(
            value,
            f"{name} is a previous generation of cards",
            attribute="accelerator",
            fix=f"use {CARDS[name]} or later",
        )


def _disk(value: Value, node: Resource, design: Design) -> Iterator[Hit]:
    name = value.text() or ""
    if name not in DISKS or value.default or node.provider != "aws":
        return
    saved = saved_by_disk(design.cost(node), name, design.catalog)
    yield Hit(
        value,
        f"{name} is a previous generation of disks{_amount(DISKS[name], saved)}",
        attribute="disk",
        fix=f"use {DISKS[name]}",
        saving=Saving("size", saved, "disks") if saved is not None and saved.high >= 1 else None,
    )


def _amount(newer: str, saved: Money | None) -> str:
    """Only a saving is told; a successor may cost more and do more."""
    if not newer:
        return ""
    if saved is None or saved.high < 1:
        return f"; {newer} took its place"
    low, high = dollars(saved.low), dollars(saved.high)
    amount = low if low == high else f"{low} to {high}" if saved.low >= 1 else f"up to {high}"
    return f"; {newer} took its place and saves {amount} a month"
