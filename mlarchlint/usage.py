"""How much of a thing is used in a month, as the user says it: `usage:` or an `infracost-usage.yml`."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from mlarchlint.config_check import nearest
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource

_OF_ADDRESSES = frozenset(".*?[/:")
_SECTIONS = ("resource_usage", "resource_type_default_usage")


@record(frozen=True, slots=True)
class Usage:
    """Entries by address, and by type (`aws_lambda_function`), kind or role.

    free_tier: whether the providers' free amounts are taken off.
    """

    by_address: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by_type: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    free_tier: bool = False

    def of(self, resource: Resource, role: str | None) -> Mapping[str, Any]:
        """Role, kind, type, globs and `[*]`, the exact address: the later one wins."""
        if not self.by_address and not self.by_type:
            return {}
        found: dict[str, Any] = {}
        for name in (role or "", resource.kind, resource.type):
            found = merged(found, self.by_type.get(name, {}))
        for pattern, values in self.by_address.items():
            if pattern != resource.address and matches(pattern, resource.address):
                found = merged(found, values)
        return merged(found, self.by_address.get(resource.address, {}))

    def unused(self, resources: Iterable[Resource], roles: Iterable[str]) -> list[str]:
        """Entries that name nothing here: a slip of the pen, or what has gone."""
        addresses, names = [], set(roles)
        for one in resources:
            addresses.append(one.address)
            names |= {one.kind, one.type}
        entries = dict.fromkeys((*self.by_address, *self.by_type))
        return [
            name
            for name in entries
            if name not in names and not any(matches(name, address) for address in addresses)
        ]

    def over(self, lower: Usage) -> Usage:
        """Both, where this one wins figure by figure; free tiers as in the lower one."""
        return Usage(
            merged(lower.by_address, self.by_address),
            merged(lower.by_type, self.by_type),
            lower.free_tier,
        )


NO_USAGE = Usage()


def matches(pattern: str, address: str) -> bool:
    """A glob in which `[*]` stands for any index, and other brackets for themselves."""
    plain = pattern.replace("[*]", "\0").replace("[", "[[]").replace("\0", "[[]*]")
    return fnmatch.fnmatchcase(address, plain)


def merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """The upper one wins key by key, also inside mappings."""
    found = dict(lower)
    for name, value in upper.items():
        below = found.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        found[name] = merged(below, value) if both else value  # type: ignore[arg-type]
    return found


def read_usage(data: Any) -> Usage:
    """The sections of an `infracost-usage.yml`, or plain entries of which each names what it is for."""
    if not isinstance(data, Mapping):
        return NO_USAGE
    if any(name in data for name in (*_SECTIONS, "version")):
        addresses, types = (_entries(data.get(name)) for name in _SECTIONS)
        return Usage(addresses, types)
    entries = _entries(data)
    # A name without dots may be a role, a kind, a type or the logical id of a template.
    types = {name: values for name, values in entries.items() if not _OF_ADDRESSES & set(name)}
    return Usage(entries, types)


def mistakes_in_usage(data: Any) -> list[tuple[tuple[str, ...], str]]:
    """(the path of keys, what is wrong there). What an entry may say is not fixed: other tools know more keys."""
    if not isinstance(data, Mapping):
        return [((), "is not a usage file: it needs 'resource_usage:' or addresses at its top")]
    if not any(name in data for name in (*_SECTIONS, "version")):
        return list(_not_mappings(data, ()))
    known = ["version", *_SECTIONS]
    wrong: list[tuple[tuple[str, ...], str]] = []
    for key in data:
        if key not in known:
            wrong.append(((str(key),), f"unknown key '{key}'{nearest(str(key), known)}"))
    for section in _SECTIONS:
        entries = data.get(section) or {}
        if isinstance(entries, Mapping):
            wrong += _not_mappings(entries, (section,))
        else:
            wrong.append(((section,), f"'{section}' must be a mapping of addresses or types"))
    return wrong


def _not_mappings(entries: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, values in entries.items():
        if values is not None and not isinstance(values, Mapping):
            yield (*path, str(name)), f"'{name}' must be a mapping of what is used in a month"


def _entries(data: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(data, Mapping):
        return {}
    return {str(name): values for name, values in data.items() if isinstance(values, Mapping)}
