"""What a policy may ask about a resource, by name: traits, tags, and facts of the whole design."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mlarchlint.config_check import nearest
from mlarchlint.data import text_of
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.design import Design

Fact = Callable[[Resource, "Design"], Value]
ENVIRONMENTS = ("prod", "staging", "dev")
ROLES = (
    "training", "tuning", "inference", "inference-batch", "pipeline", "notebook", "feature_store", "registry",
    "tracking", "shared",
)  # fmt: skip
# c6i.xlarge and ml.c6i.xlarge: c6i; n2-standard-4: n2; Standard_D4s_v5: Dsv5.
_AWS = regex(r"(?:ml\.|db\.|cache\.)?([a-z][a-z0-9-]*)\.[a-z0-9-]+")
_AZURE = regex(
    r"(?:Standard|Basic)_([A-Z]+)\d+(?:-\d+)?([a-z]*)(?:_[A-Za-z0-9]*\d{2,}[a-z]*)?(?:_(v\d+))?",
    re.IGNORECASE,
)
_GOOGLE = regex(r"([a-z]\d[a-z]?)-[a-z0-9-]+")


def fact(name: str, node: Resource, design: Design) -> Value:
    """The value of a name that `mistake_in_name` accepts."""
    found = _FACTS.get(name)
    if found is not None:
        return found(node, design)
    if name.startswith("tags."):
        return node.tags.get(name.removeprefix("tags."), Value.absent(node.span))
    return node[name]


def mistake_in_name(name: str) -> str:
    """Why this is no name of a fact; empty if it is one. A typo is an error, never unknown."""
    if name in _FACTS or name in vocabulary()["traits"] or (name.startswith("tags.") and len(name) > 5):
        return ""
    return f"there is no trait '{name}'{nearest(name, [*_FACTS, *vocabulary()['traits']])}"


def is_group(name: str) -> bool:
    """Whether it is the first part of dotted names (`accelerator` of `accelerator.count`)."""
    start = name + "."
    return name == "tags" or any(known.startswith(start) for known in (*vocabulary()["traits"], *_FACTS))


def mistake_in_word(name: str, word: object) -> str:
    """Why a fact can never have this value; empty if it may."""
    known: Iterable[object] = _WORDS.get(name) or vocabulary()["traits"].get(name, {}).get("values") or ()
    words = [str(one) for one in known]
    if not words or str(word) in words:
        return ""
    return f"'{name}' is never {word!r}; it is one of {', '.join(words)}{nearest(str(word), words)}"


def type_of(name: str) -> str:
    """bool, int, number, string, list, map or any."""
    return _TYPES.get(name) or str(vocabulary()["traits"].get(name, {}).get("type", "any"))


def mistake_in_kind(kind: object) -> str:
    if kind in vocabulary()["kinds"]:
        return ""
    return f"there is no kind '{kind}'{nearest(str(kind), list(vocabulary()['kinds']))}"


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Any]:
    import yaml

    text = text_of("vocabulary.yaml")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(text, loader)
    return found


def instance_family(text: str) -> str | None:
    """The family of a machine type, as its provider writes it; None where the form is not known."""
    found = _AWS.fullmatch(text)
    if found:
        return found[1]
    found = _AZURE.fullmatch(text)
    if found:
        return f"{found[1].upper()}{found[2].lower()}{found[3] or ''}"
    found = _GOOGLE.fullmatch(text)
    return found[1] if found else None


def _family(node: Resource, _: Design) -> Value:
    written = node["instance_type"]
    text = written.text()
    if text is None:
        return written
    family = instance_family(text)
    return (
        written.with_raw(family)
        if family
        else Value.unknown(f"the family of {text} is not known", written.span)
    )


def _text(of: Callable[[Resource, Design], str | None]) -> Fact:
    def found(node: Resource, design: Design) -> Value:
        text = of(node, design)
        return Value.known(text, node.span) if text else Value.absent(node.span)

    return found


def _environment(node: Resource, design: Design) -> Value:
    """What nothing names is taken for production, as with every rule."""
    name = design.environment(node)
    return Value.known(name if name in ENVIRONMENTS else "prod", node.span)


def _zones(node: Resource, design: Design) -> Value:
    span = design.zones(node)
    if span.most is not None and span.most == span.least:
        return Value.known(span.least, span.deciding.span, origin=span.deciding.origin)
    return Value.unknown(span.why or "the zones are not known", span.deciding.span)


def _exposed(node: Resource, design: Design) -> Value:
    from mlarchlint.analysis.exposure import exposed

    truth = exposed(design.graph, node)
    if truth is Truth.MAYBE:
        return Value.unknown("whether the internet reaches it is not known", node.span)
    return Value.known(truth is Truth.YES, node.span)


def _cost(bound: str) -> Fact:
    def found(node: Resource, design: Design) -> Value:
        cost = design.cost(node)
        if cost.gaps and not cost.items:
            return Value.unknown(f"no price: {cost.gaps[0].name}", node.span)
        amount: Decimal = getattr(cost.monthly, bound)
        return Value.known(int(amount) if amount == amount.to_integral_value() else amount, node.span)

    return found


def _workload(node: Resource, design: Design) -> str | None:
    found = design.workload(node)
    return found.name if found else None


_FACTS: Mapping[str, Fact] = {
    "kind": _text(lambda node, _: node.kind),
    "type": _text(lambda node, _: node.type),
    "provider": _text(lambda node, _: node.provider),
    "format": _text(lambda node, _: node.instance.format.value),
    "address": _text(lambda node, _: node.address),
    "file": _text(lambda node, _: node.span.file),
    "role": _text(lambda node, design: design.role(node)),
    "data_role": _text(lambda node, design: design.data_role(node)),
    "workload": _text(_workload),
    "env": _environment,
    "instance_family": _family,
    "spanned_zones": _zones,
    "exposed": _exposed,
    "cost.monthly_usd_low": _cost("low"),
    "cost.monthly_usd_high": _cost("high"),
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "env": ENVIRONMENTS,
    "role": ROLES,
    "provider": ("aws", "google", "azure", "kubernetes"),
    "format": ("terraform", "cloudformation", "kubernetes"),
}
_TYPES = {
    "spanned_zones": "int", "exposed": "bool", "cost.monthly_usd_low": "number", "cost.monthly_usd_high": "number",
    **dict.fromkeys(("kind", "type", "provider", "format", "address", "file", "role", "data_role", "workload", "env", "instance_family"), "string"),
}  # fmt: skip
