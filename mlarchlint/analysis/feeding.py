"""Whether the storage that training reads from delivers what its accelerators can take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from mlarchlint.analysis.access import stores_of
from mlarchlint.analysis.roles import data_role
from mlarchlint.analysis.scripts import script_text
from mlarchlint.data import table
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import Value
from mlarchlint.prices import embedded

MIB = 1024 * 1024
# Volumes whose throughput is chosen by itself.
_PROVISIONED = regex(r"(gp3$|hyperdisk|PremiumV2_|UltraSSD_)")
_CLOUDS = ("aws", "google", "azure")
_IMAGES = frozenset(
    [
        "resnet",
        "imagenet",
        "image",
        "images",
        "vision",
        "yolo",
        "unet",
        "efficientnet",
        "convnext",
        "vit",
        "segmentation",
        "detection",
        "video",
        "coco",
    ]
)
_TEXT = frozenset(
    [
        "bert",
        "gpt",
        "llama",
        "llm",
        "nlp",
        "text",
        "language",
        "mistral",
        "t5",
        "whisper",
        "tabular",
        "xgboost",
    ]
)


@record(frozen=True, slots=True)
class Cards:
    """Of one machine. kind: empty if it is not known. memory_gib: of the machine."""

    count: int
    kind: str
    memory_gib: float | None


@record(frozen=True, slots=True)
class Feed:
    """delivered: MiB a second; None if the input at `at` is not known. images: None if nothing says what is read."""

    store: Resource
    at: Value
    delivered: float | None
    cards: Cards
    images: bool | None

    def wanted(self, of_one: float = 0) -> float | None:
        """MiB a second of all cards. of_one: what is stated of a card; else what it reads of images."""
        rate = of_one or image_rate(self.cards.kind)
        return rate * self.cards.count if rate else None

    def starves(self, wanted: float) -> bool:
        """The cards wait for longer than the benchmark of the rates lets them."""
        return self.delivered is not None and self.delivered < wanted * float(rates()["least_use"])


@lru_cache(maxsize=1)
def rates() -> Mapping[str, Any]:
    data: Mapping[str, Any] = table("feed_rates.yaml")
    return data


def image_rate(kind: str) -> float | None:
    """MiB a second that one card reads of compressed images."""
    step = rates()["cards"].get(kind)
    return step["samples"] / step["seconds"] * rates()["sample_bytes"] / MIB if step else None


def feeds_of(graph: ResourceGraph, node: Resource) -> tuple[Feed, ...]:
    """The stores it may read its data from whose throughput is chosen in the code."""
    cards = cards_of(graph, node)
    if cards is None:
        return ()
    stores = stores_of(graph, node)
    volumes = [store for store in stores if store.kind == "block_volume"]
    elsewhere = any(store.kind == "object_store" for store in stores)
    found = []
    for store in stores:
        role = data_role(store)
        if role not in (None, "dataset") or (role is None and elsewhere) or _fits(graph, store, cards):
            continue
        if store.kind == "block_volume" and len(volumes) > 1:
            continue  # they may be striped
        for at, delivered in _delivered(graph, store):
            found.append(Feed(store, at, delivered, cards, _reads_images(node, store)))
    return tuple(found)


def cards_of(graph: ResourceGraph, node: Resource) -> Cards | None:
    """Of the machine, or those that a pod asks for on the nodes it may land on. None without any."""
    hosts = [node, *graph.targets(node, Relation.PLACED_IN)]
    types = [value.text() for host in hosts for value in _types(host)]
    specs = [spec for name in types if name for spec in _specs(name) if spec.accelerator]
    asked = node["requests.gpu"].number() or node["accelerator.count"].number()
    kinds = {spec.accelerator for spec in specs} | {_named(host) for host in hosts} - {""}
    counts = {int(spec.accelerator_count) for spec in specs}
    if None in types or len(kinds) > 1 or (not asked and len(counts) != 1):
        return None
    count = int(asked) if asked else counts.pop()
    memories = [float(spec.memory_gib) for spec in specs if spec.memory_gib is not None]
    return Cards(count, next(iter(kinds), ""), max(memories, default=None)) if count > 0 else None


def _types(host: Resource) -> tuple[Value, ...]:
    listed = host["instance_types"].items()
    return tuple(value for value in (host["instance_type"], *listed) if not value.is_absent)


def _specs(name: str) -> Iterator[Any]:
    catalog = embedded()
    found = (catalog.spec(cloud, name.removeprefix("ml.").rpartition("/")[2]) for cloud in _CLOUDS)
    yield from (spec for spec in found if spec is not None)


def _named(host: Resource) -> str:
    words = re.split(r"[^a-z0-9]+", (host["accelerator.type"].text() or "").lower())
    return next((word for word in words if word in rates()["cards"]), "")


def _fits(graph: ResourceGraph, store: Resource, cards: Cards) -> bool:
    """After the first pass everything is read from memory."""
    size = store["size_gib"].number()
    return size is not None and cards.memory_gib is not None and float(size) <= cards.memory_gib


def _delivered(graph: ResourceGraph, store: Resource) -> Iterator[tuple[Value, float | None]]:
    if store.kind == "block_volume":
        classes = [one for one in graph.targets(store, Relation.USES) if one.kind == "storage_class"]
        yield from _of_volume(classes[0] if classes else store)
    elif store.kind == "file_share":
        yield from _of_share(store)


def _of_volume(described: Resource) -> Iterator[tuple[Value, float | None]]:
    written, kind = described["throughput_mibs"], described["type"]
    if kind.text() and not _PROVISIONED.match(kind.text() or ""):
        return  # its throughput follows from its size
    if not written.is_absent:
        yield written, _number(written)
    elif kind.text() in rates()["volumes"]:
        yield kind, float(rates()["volumes"][kind.text()])


def _of_share(store: Resource) -> Iterator[tuple[Value, float | None]]:
    mode, written, each = store["throughput"], store["throughput_mibs"], store["throughput_per_tib"]
    size, tier = _number(store["size_gib"]), store["tier"]
    if mode.text() in ("bursting", "elastic"):
        return  # one is never enough (MLA-PE003), the other follows the load
    if not written.is_absent:
        yield written, _number(written)
    elif not each.is_absent:
        number = _number(each)
        if each.is_unknown or size is not None:
            yield each, number * size / 1024 if number is not None and size is not None else None
    else:
        of_tier = rates()["tiers"].get(store.type, {})
        if tier.is_unknown and of_tier:
            yield tier, None
        elif tier.text() in of_tier and size is not None:
            yield tier, float(of_tier[tier.text()]) * size / 1024


def _number(value: Value) -> float | None:
    number = value.number()
    if number is None and re.fullmatch(r"\d+", value.text() or ""):
        return float(value.text() or 0)
    return float(number) if number is not None else None


def _reads_images(node: Resource, store: Resource) -> bool | None:
    """By the words of its names, images and commands."""
    parts = [node.name, node["name"].text(), store.name, store["name"].text()]
    parts.append(script_text(node["user_data"].clue() or ""))
    parts += [value.clue() for trait in ("images", "commands") for value in node[trait].walk()]
    words = set(re.split(r"[^a-z0-9]+|(?<=[a-z])(?=\d)", " ".join(part for part in parts if part).lower()))
    if words & _TEXT:
        return False
    return True if words & _IMAGES else None
