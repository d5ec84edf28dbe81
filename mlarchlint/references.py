"""Finds the resource that a reference or a literal name means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import Value

_CUT = regex(r"\.|\[")
_NOT_RESOURCES = ("var.", "local.", "each.", "count.", "path.", "terraform.", "self.", "param.", "data.AWS::")


def prefixes(reference: str) -> tuple[str, ...]:
    """Every prefix of a reference that could be an address, longest first."""
    cuts = []
    quoted = False
    for place, letter in enumerate(reference):
        if letter == '"':
            quoted = not quoted
        elif letter in ".[" and not quoted and place:
            cuts.append(place)
    return (reference, *(reference[:cut] for cut in reversed(cuts)))


@dataclass(slots=True)
class Addresses:
    """Resources by scope and address, and by scope and declaration (an address without keys)."""

    by_address: dict[tuple[str, str], str] = field(default_factory=dict)
    by_declaration: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _memo: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> Addresses:
        found = cls()
        for resource in resources:
            instance = resource.instance
            found.by_address.setdefault((instance.scope, instance.address), resource.key)
            declaration = instance.declaration or instance.address
            found.by_declaration.setdefault((instance.scope, declaration), []).append(resource.key)
        return found

    def find(self, scope: str, reference: str) -> tuple[str, ...]:
        """The keys a reference means: one instance, or all of a declaration without an index."""
        place = (scope, reference)
        if place not in self._memo:
            self._memo[place] = self._search(scope, reference)
        return self._memo[place]

    def _search(self, scope: str, reference: str) -> tuple[str, ...]:
        if "." in reference.partition(":")[0] and ":" in reference:
            # Of another template, whose file is named first: `network.yaml:Vpc.VpcId`.
            other, _, inner = reference.partition(":")
            found = self._in_scope(other, inner)
            if found:
                return found
        return self._in_scope(scope, reference)

    def _in_scope(self, scope: str, reference: str) -> tuple[str, ...]:
        for prefix in prefixes(reference):
            key = self.by_address.get((scope, prefix))
            if key is not None:
                return (key,)
            keys = self.by_declaration.get((scope, prefix))
            if keys:
                return tuple(keys)
        return ()


def means_resource(reference: str) -> bool:
    """Whether a reference names something that code declares, rather than an input."""
    return not reference.startswith(_NOT_RESOURCES) and _CUT.search(reference) is not None


class Names:
    """Resources by what a literal may call them: a trait or a top-level attribute. Built when asked."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self._resources = resources
        self._by: dict[str, dict[str, list[str]]] = {}

    def find(self, by: str, text: str, provider: str) -> tuple[str, ...]:
        if by not in self._by:
            self._by[by] = self._index(by)
        found = self._by[by].get(text, ())
        return tuple(key for key in found if self._resources[key].provider == provider)

    def _index(self, by: str) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for resource in self._resources.values():
            name = self._name(resource, by)
            if name:
                index.setdefault(name, []).append(resource.key)
        return index

    def _name(self, resource: Resource, by: str) -> str | None:
        trait = resource.attrs.get(by)
        text = trait.text() if trait is not None else None
        return text if text else resource.instance.get(by).text()


def literals(value: Value) -> Iterable[str]:
    """Every text in a value, known parts only."""
    for part in value.walk():
        text = part.text()
        if text:
            yield text
