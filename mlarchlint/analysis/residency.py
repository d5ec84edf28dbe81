"""Where data is kept and processed, against the regions that the requirements allow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mlarchlint.analysis.access import COMPUTE, STORES
from mlarchlint.analysis.roles import data_role
from mlarchlint.measures import region as plain_region
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.model.workload import RoleOf

DATA_KINDS = (
    *STORES,
    *(kind for kind in COMPUTE if kind not in STORES),
    "foundation_model_api",
    "backup_vault",
)
# What a provider spreads over a part of the world, by the name it gives the place.
AREAS = {
    "us": "US", "eu": "EU", "asia": "Asia", "asia1": "Asia",
    **{f"nam{n}": "US" for n in range(3, 17)}, **{f"eur{n}": "EU" for n in range(3, 9)},
}  # fmt: skip
# Tiers of a model API that process wherever there is room.
_ANYWHERE = ("globalstandard", "globalbatch", "globalprovisionedmanaged")
# What an inference profile of several regions begins with -> the area it stays in, and how its regions begin:
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
_PROFILE = regex(r":inference-profile/([a-z-]+)\.")
_PROFILES = {
    "us": ("the US", "us-"),
    "eu": ("the EU", "eu-"),
    "apac": ("Asia and the Pacific", "ap-"),
    "jp": ("Japan", "ap-northeast-"),
    "au": ("Australia", "ap-southeast-"),
}


def allowed_regions(names: Collection[object]) -> frozenset[str]:
    return frozenset(plain_region(str(name)) for name in names)


def holds_data(node: Resource, roles: Mapping[str, RoleOf]) -> bool:
    """Stores of anything but the state of the code, and what trains, serves or moves data."""
    if node.instance.mode is not Mode.MANAGED or node.part_of is not None:
        return False
    if node.kind in STORES:
        return data_role(node) != "state"
    return node.kind in DATA_KINDS and (node.key in roles or node.kind not in COMPUTE)


def resides(node: Resource, allowed: frozenset[str]) -> tuple[Truth, Value, str]:
    """Whether it stays in the allowed regions, the value that says so, and where it is in words."""
    tier = node["tier"].text() or ""
    if node.kind == "foundation_model_api" and tier.lower() in _ANYWHERE:
        return Truth.NO, node["tier"], f"processes in any region of the world ({tier})"
    profile = _PROFILE.search(node["model_id"].text() or "") if node.kind == "foundation_model_api" else None
    if profile is not None:
        return _routed(profile[1], node["model_id"], allowed)
    region = node["region"]
    text = region.text()
    if text:
        plain = plain_region(text)
        if plain == "global":
            return Truth.YES, region, ""
        if plain in AREAS and _placed(node, allowed):
            return Truth.YES, region, ""
        area = f", which is any region of the {AREAS[plain]}" if plain in AREAS else ""
        return Truth.of(plain in allowed), region, f"lies in {text}{area}"
    if region.is_unknown:
        return Truth.MAYBE, region, region.why
    return Truth.YES, region, ""  # the code says nothing about regions at all


def _routed(prefix: str, profile: Value, allowed: frozenset[str]) -> tuple[Truth, Value, str]:
    """An inference profile answers from wherever there is room in its area."""
    if prefix == "global":
        return Truth.NO, profile, "processes in any region of the world (a global inference profile)"
    if prefix not in _PROFILES:
        return Truth.MAYBE, profile, f"which regions the inference profile {prefix} has"
    area, begins = _PROFILES[prefix]
    where = f"processes in any region of {area} that its inference profile has"
    if prefix in allowed:
        return Truth.YES, profile, ""
    inside = any(region.startswith(begins) for region in allowed)
    return (Truth.MAYBE if inside else Truth.NO), profile, where


def _placed(node: Resource, allowed: frozenset[str]) -> bool:
    """A place that spans several regions, of which the node names its own."""
    named = [part.text() for part in node["copy_regions"].items()]
    return bool(named) and all(text is not None and plain_region(text) in allowed for text in named)
