"""Tags and labels in one form, whatever a provider calls them."""

from __future__ import annotations

from mlarchlint.kinds import Kind, parse_path
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value
from mlarchlint.traits import read_path, read_paths

_ANY = tuple(parse_path(text) for text in ("tags", "Tags", "labels", "metadata.labels"))
_DEFAULTS = (parse_path("default_tags.tags"), parse_path("default_labels"))


def read_tags(kind: Kind | None, form: str, instance: Instance) -> dict[str, Value]:
    """Tag name -> value. The provider block's default tags stand below the resource's own."""
    tags: dict[str, Value] = {}
    if instance.provider_config:
        config = Value.known(instance.provider_config, instance.span)
        for path in _DEFAULTS:
            tags.update(_pairs(read_path(path, config)))
    body = Value.known(instance.body, instance.span)
    tags.update(_pairs(read_paths(kind.tags.get(form, _ANY) if kind else _ANY, body)))
    if form == "kubernetes":
        tags.update(_pairs(read_path(parse_path("metadata.annotations"), body)))
    return tags


def _pairs(value: Value) -> dict[str, Value]:
    """A map of tags, or a list of {Key, Value} as CloudFormation and Auto Scaling groups write it."""
    if value.mapping():
        return dict(value.mapping())
    pairs = {}
    for item in value.items():
        key = item.get("Key").text() or item.get("key").text()
        if key:
            found = item.get("Value")
            pairs[key] = found if not found.is_absent else item.get("value")
    return pairs
