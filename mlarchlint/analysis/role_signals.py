"""What one resource says of its role: its type, content, names and tags, by the tables of data/roles.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from mlarchlint.analysis.role_tables import accelerator_families, role_patterns, role_tables
from mlarchlint.analysis.scripts import images_run, script_text
from mlarchlint.analysis.tokens import find_token
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource, once_of
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


@record(frozen=True, slots=True)
class Signal:
    """One piece of evidence: what it adds to each role, and to being machine learning at all.

    source: what it was read from. Hardware alone is no evidence of machine learning, and
    names alone give no role. word: evidence of one and the same word counts once. prior: holds
    only as long as nothing says what the resource does.
    """

    reason: str
    roles: Mapping[str, float]
    ml: float
    span: SourceSpan
    source: str = "content"
    word: str = ""
    prior: bool = False


@once_of
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
    """Whether an instance type belongs to a family with accelerators.

    Node pools that manifests declare name the types of whatever cloud they run on.
    """
    name = instance_type.lower().removeprefix("ml.")
    families = accelerator_families()
    clouds = (provider,) if provider in families else tuple(families)
    family = re.split(r"[.-]", name)[0]
    return any(
        name.startswith(families[cloud]) if cloud == "azure" else family in families[cloud]
        for cloud in clouds
    )


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
    type_name = _type_name(resource)
    for row in _rows_of_type(type_name):
        if "needs" not in row or has_accelerator(resource) is not None:
            yield Signal(
                f"it is of type {type_name}",
                row["role"],
                row.get("ml", max(row["role"].values())),
                resource.span,
                "hardware" if "needs" in row and not _is_sold_for_learning(resource) else "type",
                prior="needs" in row,
            )
            return


@lru_cache(maxsize=1024)
def _rows_of_type(type_name: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(row for pattern, row in role_patterns("types") if pattern.search(type_name))


def _type_name(resource: Resource) -> str:
    """`azapi_resource` stands for everything; what it is, its `type` says before the API version.

    Of the computes of Azure Machine Learning, which are anything from notebooks to clusters, `computeType` says it.
    """
    if resource.type == "azurerm_machine_learning_workspace" and resource.kind == "feature_store":
        return f"{resource.type}:FeatureStore"
    if resource.type != "azapi_resource":
        return resource.type
    name = (resource.instance.get("type").text() or resource.type).partition("@")[0]
    return f"{name}/{resource['type'].text() or ''}" if name.endswith("/computes") else name


def content_signals(resource: Resource, templates: Iterable[Resource] = ()) -> Iterator[Signal]:
    """templates: what it is made from; their names are its names as well."""
    yield from _matched("image", _texts(resource["images"]), "images")
    yield from _matched("command", _commands(resource), "commands", "command_words")
    yield from _matched("command", _commands(resource)[:1], "idle")
    yield from _matched("variable", _texts(resource["env_names"]), "environment", source="variable")
    yield from _matched("definition", _defined(resource), "definitions")
    yield from _scripted(resource)
    accelerator = has_accelerator(resource)
    if accelerator is not None:
        row = _accelerator_row(resource)
        yield Signal("it has an accelerator", row["role"], row["ml"], accelerator.span, "hardware")
    yield from _named(resource, [name for template in templates for name in names_of(template)])
    yield from _opposed(resource, "opposed")
    yield from _opposed(resource, "chores")
    yield from _ports(resource)
    yield from _tagged(resource)


def _accelerator_row(resource: Resource) -> Mapping[str, Any]:
    """Families built for training or for inference say more than a GPU as such."""
    return _family_row(resource) or role_tables()["accelerator"]


def _is_sold_for_learning(resource: Resource) -> bool:
    return _family_row(resource) is not None


def _family_row(resource: Resource) -> Mapping[str, Any] | None:
    for value in (resource["instance_type"], *_listed(resource["instance_types"])):
        name = (value.text() or "").lower().removeprefix("ml.")
        for row in role_tables()["accelerator"]["families"]:
            if name.startswith(tuple(row["families"])):
                return row  # type: ignore[no-any-return]
    return None


def _texts(value: Value) -> list[tuple[str, SourceSpan]]:
    return [(text, item.span) for item in _listed(value) if (text := item.clue())]


def _commands(resource: Resource) -> list[tuple[str, SourceSpan]]:
    """The whole command line first: entries may hold it word by word."""
    words = _texts(resource["commands"])
    return [(" ".join(text for text, _ in words), words[0][1]), *words] if words else []


def _defined(resource: Resource) -> list[tuple[str, SourceSpan]]:
    """The texts of what an orchestrator is told to do."""
    if resource.kind != "orchestrator":
        return []
    return [(text, value.span) for value in resource["definition"].walk() if (text := value.clue())]


def _scripted(resource: Resource) -> Iterator[Signal]:
    """A start-up script runs commands and containers like any other; its single words say nothing."""
    text = resource["user_data"].clue()
    if text:
        script, span = script_text(text), resource["user_data"].span
        yield from _matched("start-up script", [(line, span) for line in script.splitlines()], "commands")
        yield from _matched("start-up script", [(image, span) for image in images_run(script)], "images")


def _matched(
    what: str, texts: Iterable[tuple[str, SourceSpan]], *tables: str, source: str = "content"
) -> Iterator[Signal]:
    """The strongest row that any of the texts matches: each class counts once per role."""
    seen: set[str] = set()
    for text, span in texts:
        for pattern, row in (entry for table in tables for entry in role_patterns(table)):
            role = next(iter(row["role"]), "")
            if role not in seen and pattern.search(text):
                seen.add(role)
                yield Signal(f"{what} {text[:80]}", row["role"], row["ml"], span, source)


@once_of
def names_of(resource: Resource) -> tuple[str, ...]:
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
    return tuple(texts)


def named_roles(resource: Resource) -> frozenset[str]:
    """The roles that its own names speak for."""
    texts = names_of(resource)
    rows = [row["role"] for row in role_tables()["names"] if find_token(texts, row["tokens"])]
    return frozenset(role for row in rows for role, score in row.items() if score > 0)


def _named(resource: Resource, names: Iterable[str]) -> Iterator[Signal]:
    # People name their images as they name the rest.
    texts = [*names_of(resource), *_image_names(resource), *names]
    tables = role_tables()
    seen: set[str] = set()
    for row in tables["names"]:
        role = next(iter(row["role"]))
        token = find_token(texts, row["tokens"]) if role not in seen else None
        if token:
            seen.add(role)
            yield Signal(f'its name says "{token}"', row["role"], row["ml"], resource.span, "name", token)
    texts += [text for value in resource.tags.values() if (text := value.clue())]
    texts.append(resource.span.file.rpartition("/")[0])
    for source in ("name", "hardware"):
        row = tables["context"][source]
        token = find_token(texts, row["tokens"])
        if token:
            reason = f'its name, folder or tags say "{token}"'
            yield Signal(reason, {}, row["ml"], resource.span, source, token.removesuffix("s"))


def _opposed(resource: Resource, table: str) -> Iterator[Signal]:
    """What only talks to a model, or fetches it, says so in its name, its image or the program it runs."""
    program = [
        word
        for text, _ in _texts(resource["commands"])
        for word in text.split()[:4]
        if not word.startswith("-")
    ]
    row = role_tables()[table]
    # of several containers the first does the work: what fetches a model for it starts before, or runs beside it
    token = find_token([*names_of(resource), *_image_names(resource)[:1], *program], row["tokens"])
    if token:
        yield Signal(f'it says "{token}"', row["role"], 0, resource.span, "name", token)


def _image_names(resource: Resource) -> list[str]:
    """`registry/team/app:tag` is called `app`."""
    return [text.rpartition("/")[2].partition(":")[0] for text, _ in _texts(resource["images"])]


def _ports(resource: Resource) -> Iterator[Signal]:
    for value in _listed(resource["ports"]) or ((resource["ports"],) if resource["ports"].is_known else ()):
        for row in role_tables()["ports"]:
            if value.number() in row["ports"] and not row.get("needs_ml"):
                yield Signal(f"port {value.number()}", row["role"], 1, value.span)
                return


# What has more is a description: `Data Engineering Terraform Training` trains people.
_WORDS_OF_A_NAME = 3


def _tagged(resource: Resource) -> Iterator[Signal]:
    table = role_tables()["tags"]
    for key in table["keys"]:
        value = resource.tags.get(key)
        text = value.text() if value is not None else None
        if value is None or not text or len(text.split()) > _WORDS_OF_A_NAME:
            continue
        for row in table["values"]:
            if find_token([text], row["tokens"]):
                yield Signal(f"tag {key} = {text}", row["role"], row["ml"], value.span)
                return
