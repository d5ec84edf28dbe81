"""The evidence tables of data/roles.yaml, loaded once and matched against one resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mlarchlint.analysis.tokens import find_token
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

ROLE_TAGS = (
    "mlarchlint.dev/role",
    "mlarchlint:role",
    "mlarchlint-role",
    "mlarchlint_role",
    "ml-role",
    "MLRole",
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence: what it adds to each role, and to being machine learning at all."""

    reason: str
    roles: Mapping[str, float]
    ml: float
    span: SourceSpan


@lru_cache(maxsize=1)
def role_tables() -> Mapping[str, Any]:
    return _load("roles.yaml")


@lru_cache(maxsize=1)
def accelerator_families() -> Mapping[str, tuple[str, ...]]:
    return {provider: tuple(names) for provider, names in _load("accelerators.yaml").items()}


def _load(name: str) -> Mapping[str, Any]:
    import yaml

    text = files("mlarchlint.data").joinpath(name).read_text("utf-8")
    data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(data, dict)
    return data


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]]:
    tables = role_tables()
    return {
        name: tuple((re.compile(row["match"], re.IGNORECASE), row) for row in tables[name])
        for name in ("types", "images", "commands", "environment")
    }


def has_accelerator(resource: Resource) -> Value | None:
    """The trait that says the resource has a GPU, TPU or Neuron device, if any does."""
    for name in ("accelerator.count", "requests.gpu"):
        count = resource[name].number()
        if count is not None and count > 0:
            return resource[name]
    if resource["accelerator.type"].is_known:
        return resource["accelerator.type"]
    for value in (resource["instance_type"], *_listed(resource["instance_types"])):
        text = value.text()
        if text and is_accelerated(resource.provider, text):
            return value
    return None


def is_accelerated(provider: str, instance_type: str) -> bool:
    """Whether an instance type belongs to a family with accelerators."""
    name = instance_type.lower().removeprefix("ml.")
    families = accelerator_families().get(provider, ())
    if provider == "azure":
        return name.startswith(families)
    family = re.split(r"[.-]", name)[0]
    return family in families


def _listed(value: Value) -> tuple[Value, ...]:
    return value.items() or ((value,) if value.clue() else ())


def override(resource: Resource) -> tuple[str, SourceSpan] | None:
    """The role that a tag or annotation fixes."""
    for name in ROLE_TAGS:
        value = resource.tags.get(name)
        text = value.text() if value is not None else None
        if value is not None and text:
            return text.strip().lower(), value.span
    return None


def is_no_workload(resource: Resource) -> bool:
    """A controller, an exporter, a database: part of the platform, not of what it does."""
    table = role_tables()["no_workload"]
    images = [text for value in _listed(resource["images"]) if (text := value.clue())]
    names = [resource.instance.name, *(image.rpartition("/")[2].partition(":")[0] for image in images)]
    if find_token(names, table["tokens"]):
        return True
    return bool(images) and re.search(table["images"], images[0], re.IGNORECASE) is not None


def type_signals(resource: Resource) -> Iterator[Signal]:
    if resource.instance.mode is Mode.MODULE:
        return
    for pattern, row in _patterns()["types"]:
        if pattern.search(resource.type) and ("needs" not in row or has_accelerator(resource) is not None):
            yield Signal(
                f"it is of type {resource.type}", row["role"], max(row["role"].values()), resource.span
            )
            return


def content_signals(resource: Resource) -> Iterator[Signal]:
    for trait, table in (("images", "images"), ("commands", "commands"), ("env_names", "environment")):
        yield from _matched(resource, trait, table)
    accelerator = has_accelerator(resource)
    if accelerator is not None:
        row = _accelerator_row(resource)
        yield Signal("it has an accelerator", row["role"], row["ml"], accelerator.span)
    yield from _named(resource)
    yield from _ports(resource)
    yield from _tagged(resource)


def _accelerator_row(resource: Resource) -> Mapping[str, Any]:
    """Families built for training or for inference say more than a GPU as such."""
    table = role_tables()["accelerator"]
    for value in (resource["instance_type"], *_listed(resource["instance_types"])):
        name = (value.text() or "").lower().removeprefix("ml.")
        for row in table["families"]:
            if name.startswith(tuple(row["families"])):
                return row  # type: ignore[no-any-return]
    return table  # type: ignore[no-any-return]


def _matched(resource: Resource, trait: str, table: str) -> Iterator[Signal]:
    """The strongest row that any text of the trait matches: each class counts once per role."""
    seen: set[str] = set()
    for value in _listed(resource[trait]):
        text = value.clue()
        if not text:
            continue
        for pattern, row in _patterns()[table]:
            role = next(iter(row["role"]))
            if role not in seen and pattern.search(text):
                seen.add(role)
                what = {"images": "image", "commands": "command", "env_names": "variable"}[trait]
                yield Signal(f"{what} {text[:80]}", row["role"], row["ml"], value.span)


def names_of(resource: Resource) -> list[str]:
    """What people named: the resource, the modules and namespace around it; not its type."""
    instance = resource.instance
    texts = [instance.name, *(call.address.removeprefix("module.") for call in instance.calls)]
    namespace = instance.get("metadata").get("namespace").text()
    if namespace:
        texts.append(namespace)
    for value in (
        resource["name"],
        resource.tags.get("Name"),
        resource.tags.get("name"),
        resource.tags.get("app"),
    ):
        text = value.clue() if value is not None else None
        if text:
            texts.append(text)
    for key in ("app.kubernetes.io/name", "app.kubernetes.io/part-of"):
        label = resource.tags.get(key)
        if label is not None and label.text():
            texts.append(str(label.text()))
    return texts


def _named(resource: Resource) -> Iterator[Signal]:
    texts = names_of(resource)
    tables = role_tables()
    seen: set[str] = set()
    for row in tables["names"]:
        role, weight = next(iter(row["role"].items()))
        token = find_token(texts, row["tokens"]) if role not in seen or weight < 0 else None
        if token:
            seen.add(role)
            yield Signal(f'its name says "{token}"', row["role"], row["ml"], resource.span)
    texts += [text for value in resource.tags.values() if (text := value.clue())]
    texts.append(resource.span.file.rpartition("/")[0])
    token = find_token(texts, tables["context"]["tokens"])
    if token:
        yield Signal(f'its name, folder or tags say "{token}"', {}, tables["context"]["ml"], resource.span)


def _ports(resource: Resource) -> Iterator[Signal]:
    for value in _listed(resource["ports"]) or ((resource["ports"],) if resource["ports"].is_known else ()):
        for row in role_tables()["ports"]:
            if value.number() in row["ports"] and not row.get("needs_ml"):
                yield Signal(f"port {value.number()}", row["role"], 1, value.span)
                return


def _tagged(resource: Resource) -> Iterator[Signal]:
    table = role_tables()["tags"]
    for key in table["keys"]:
        value = resource.tags.get(key)
        text = value.text() if value is not None else None
        if value is None or not text:
            continue
        for row in table["values"]:
            if find_token([text], row["tokens"]):
                yield Signal(f"tag {key} = {text}", row["role"], row["ml"], value.span)
                return
