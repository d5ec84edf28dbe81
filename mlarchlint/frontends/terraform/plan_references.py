"""What the expressions of a plan's `configuration` section name, as absolute addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value, from_plain

JSON = Any
_MAX_DEPTH = 32


def members(data: JSON, key: str) -> Mapping[str, JSON]:
    """A member that is an object; empty where it is anything else."""
    found = data.get(key) if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def entries(data: JSON, key: str) -> list[JSON]:
    """The objects of a member that is a list."""
    found = data.get(key) if isinstance(data, Mapping) else None
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


class ModuleConfiguration:
    """One module of the configuration section, seen from one module instance.

    prefix: of addresses in it (`module.net[0].`). call: the entry of `module_calls` in the parent.
    """

    def __init__(
        self,
        data: JSON,
        prefix: str = "",
        parent: ModuleConfiguration | None = None,
        call: JSON = None,
    ) -> None:
        self.data = data
        self.prefix = prefix
        self.parent = parent
        self.call = call
        self.depth: int = parent.depth + 1 if parent else 0
        self._resources = {str(entry.get("address")): entry for entry in entries(data, "resources")}

    def resource(self, name: str) -> JSON:
        return self._resources.get(name, {})

    def called(self, name: str, prefix: str) -> ModuleConfiguration:
        call = members(self.data, "module_calls").get(name)
        return ModuleConfiguration(members(call, "module"), prefix, self, call)

    def absolute(self, references: Iterable[str], depth: int = 0) -> tuple[str, ...]:
        """References of this module, followed through variables and outputs to resources."""
        found: dict[str, None] = {}
        for name in longest(references):
            found.update(dict.fromkeys(self._followed(name, depth)))
        return tuple(found)

    def _followed(self, name: str, depth: int) -> tuple[str, ...]:
        head, _, rest = name.partition(".")
        first = rest.partition(".")[0].partition("[")[0]
        if head in ("local", "path", "terraform", "count", "self") or depth > _MAX_DEPTH:
            return ()
        if head == "var":
            if self.parent is None:
                return (f"var.{first}",)
            given = members(self.call, "expressions").get(first)
            return self.parent.absolute(references_of(given), depth + 1)
        if head == "each":
            return ()
        if head == "module":
            return self._output(name, depth)
        return (self.prefix + name,)

    def _output(self, name: str, depth: int) -> tuple[str, ...]:
        call, _, output = _split_call(name)
        module = self.called(call.partition("[")[0], f"{self.prefix}module.{call}.")
        declared = members(module.data, "outputs").get(output.partition(".")[0].partition("[")[0])
        inside = references_of(members(declared, "expression")) if declared else ()
        return module.absolute(inside, depth + 1) or (self.prefix + name,)


def _split_call(name: str) -> tuple[str, str, str]:
    """`module.a["x.y"].out` -> `a["x.y"]`, `.`, `out`."""
    rest = name.removeprefix("module.")
    if rest.find("[") == -1 or 0 <= rest.find(".") < rest.find("["):
        return rest.partition(".")
    end = rest.find('"]') + 1 if '["' in rest else rest.find("]")
    return rest[: end + 1], ".", rest[end + 2 :]


def longest(references: Iterable[str]) -> list[str]:
    """Terraform lists `a.b.c`, then `a.b`; only the first says something."""
    kept: list[str] = []
    for name in references:
        if not any(other == name or other.startswith((f"{name}.", f"{name}[")) for other in kept):
            kept.append(name)
    return kept


def references_of(expression: JSON) -> tuple[str, ...]:
    """Of an expression, and of all expressions in it where it is a block."""
    found: dict[str, None] = {}
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            named = part.get("references")
            if isinstance(named, list):
                found.update(dict.fromkeys(str(name) for name in named))
            waiting += [inner for key, inner in part.items() if key not in ("references", "constant_value")]
        elif isinstance(part, list):
            waiting += part
    return tuple(found)


def provider_values(plan: JSON, key: str, span: SourceSpan) -> dict[str, Value]:
    """What a provider block says: constants, and variables of the root module."""
    config = members(members(members(plan, "configuration"), "provider_config"), key)
    found = {
        name: _provider_value(plan, expression, span)
        for name, expression in members(config, "expressions").items()
    }
    alias = config.get("alias")
    if isinstance(alias, str):
        found["alias"] = Value.known(alias, span)
    return found


def _provider_value(plan: JSON, expression: JSON, span: SourceSpan) -> Value:
    if isinstance(expression, list):
        parts = [
            Value.known({name: _provider_value(plan, part, span) for name, part in block.items()}, span)
            for block in expression
            if isinstance(block, Mapping)
        ]
        return Value.known(tuple(parts), span)
    if isinstance(expression, Mapping) and "constant_value" in expression:
        return from_plain(expression["constant_value"], span)
    named = longest(references_of(expression))
    if len(named) == 1 and named[0].startswith("var."):
        given = members(members(plan, "variables"), named[0].removeprefix("var."))
        if "value" in given:
            return from_plain(given["value"], span)
    return Value.unknown(f"{', '.join(named) or 'the provider'} is not in the plan", span, refs=tuple(named))
