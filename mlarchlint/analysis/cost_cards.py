"""Machines for pods that ask for accelerators, in a scan without nodes: by the card that they choose."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_hours import ON_DEMAND
from mlarchlint.analysis.cost_ledger import ZERO, Bounds, Ledger
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex

ONE_CARD, EIGHT = Decimal(1), Decimal(8)


@record(frozen=True, slots=True)
class Node:
    name: str
    cards: Decimal = ONE_CARD


# What labels of nodes and resources of device plugins call a card, the more particular name first.
_NAMES = regex(r"h200|h100|a100|l40s|a10g|a10|v100|l4|t4|neuroncore|neuron")
NODES = {
    "aws": {
        "t4": Node("g4dn.xlarge"),
        "l4": Node("g6.xlarge"),
        "a10g": Node("g5.xlarge"),
        "l40s": Node("g6e.xlarge"),
        "v100": Node("p3.2xlarge"),
        "a100": Node("p4d.24xlarge", EIGHT),
        "h100": Node("p5.48xlarge", EIGHT),
        "h200": Node("p5en.48xlarge", EIGHT),
        "neuron": Node("inf2.xlarge"),
        "neuroncore": Node("inf2.xlarge", Decimal(2)),
    },
    "google": {
        "l4": Node("g2-standard-4"),
        "a100": Node("a2-highgpu-1g"),
        "h100": Node("a3-highgpu-8g", EIGHT),
    },
    "azure": {
        "t4": Node("Standard_NC4as_T4_v3"),
        "v100": Node("Standard_NC6s_v3"),
        "a10": Node("Standard_NV36ads_A10_v5"),
        "a100": Node("Standard_NC24ads_A100_v4"),
        "h100": Node("Standard_NC40ads_H100_v5"),
    },
}
# Where nothing names the card: from the least one to that of large models; whole machines are for the largest.
_LEAST = {"aws": "t4", "google": "l4", "azure": "t4"}
_GENERIC = regex(r"(nvidia\.com/)?(gpu(\.shared)?|mig-.+)?$")


def with_cards(ledger: Ledger, gpus: Decimal, hours: Bounds, *assumptions: str) -> None:
    """Charges the nodes that so many cards stand in, for hours of all pods together."""
    found = _nodes(ledger, gpus)
    if not found:
        card = ledger.text("accelerator.type")
        ledger.gap("accelerators", f"no node is known that has {card}", ledger.resource["accelerator.type"])
        return
    low, high = found[0], found[-1]
    said = f"the scan has no nodes, and pods take {gpus:f} accelerator{'s' * (gpus != 1)} each"
    if low is high:
        _share(ledger, low, gpus, hours, (f"{said}: {low.name} is assumed", *assumptions))
        return
    said = f"{said} of a card that is not known: {low.name} to {high.name} are assumed"
    _share(ledger, low, gpus, Bounds(hours.low, ZERO), (said, *assumptions))
    _share(ledger, high, gpus, Bounds(ZERO, hours.high), (said, *assumptions))


def _nodes(ledger: Ledger, gpus: Decimal) -> list[Node]:
    """The node that has the card; the cheapest and the dearest where it is not known, none where no node has it."""
    known, card = NODES[ledger.provider], ledger.text("accelerator.type").lower()
    named = _NAMES.search(card)
    if named is not None:
        return [known[named[0]]] if named[0] in known else []
    if card and not _GENERIC.match(card):
        return []
    return [known[_LEAST[ledger.provider]], known["h100" if gpus >= EIGHT else "a100"]]


def _share(ledger: Ledger, node: Node, gpus: Decimal, hours: Bounds, assumptions: tuple[str, ...]) -> None:
    share = gpus / node.cards
    low, high = hours.low * share, hours.high * share
    ledger.add(f"share of {node.name} nodes", ON_DEMAND[ledger.provider], node.name, low, high, *assumptions)
