"""Whether data lies where it is worked on."""

from __future__ import annotations

from mlarchlint.measures import region as plain_region
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

# What begins like this lies in the part of the world that a location names: locations of Google Cloud.
_INSIDE = {
    "us": ("us-",),
    "eu": ("europe-",),
    "asia": ("asia-",),
    "nam4": ("us-central1", "us-east1"),
    "eur4": ("europe-north1", "europe-west4"),
    "asia1": ("asia-northeast1", "asia-northeast2"),
}


def near(graph: ResourceGraph, worker: Resource, store: Resource) -> Truth:
    """YES where the store, or a copy of it, is in the region of what reads it; MAYBE where an input decides."""
    here, there = worker["region"], store["region"]
    if here.is_absent or there.is_absent:
        return Truth.YES  # nothing is said about places
    name, place = here.text(), there.text()
    if name is None or place is None:
        same = bool(here.why) and here.why == there.why
        return Truth.YES if same else Truth.MAYBE
    if _covers(place, name) or any(
        (text := part.text()) is not None and _covers(text, name) for part in store["copy_regions"].items()
    ):
        return Truth.YES
    twins = (
        *graph.targets(store, Relation.REPLICATES_TO),
        *graph.sources(store, Relation.REPLICATES_TO),
    )
    regions = [twin["region"].text() for twin in twins]
    if any(text is not None and _covers(text, name) for text in regions):
        return Truth.YES
    replicated = store["replication"].is_true() is not Truth.NO and not regions
    return Truth.MAYBE if replicated or None in regions else Truth.NO


def _covers(place: str, region: str) -> bool:
    spot, name = plain_region(place), plain_region(region)
    return spot in (name, "global") or name == "global" or name.startswith(_INSIDE.get(spot, "?"))
