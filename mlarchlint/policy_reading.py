"""The assertions of a policy file as a tree; every mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from mlarchlint.config_check import nearest
from mlarchlint.config_text import Document, Mistake
from mlarchlint.model.graph import Relation
from mlarchlint.policy_assertions import (
    HOPS,
    INTERNET,
    WAY,
    All,
    AnyOf,
    Assertion,
    Bound,
    Fits,
    HasEdge,
    HasPath,
    Lookup,
    Not,
    Total,
)
from mlarchlint.policy_conditions import OPERATORS, ORDER, Condition, machine, words_in
from mlarchlint.policy_facts import is_group, mistake_in_kind, mistake_in_name, mistake_in_word, type_of
from mlarchlint.regex_machine import TooLarge

Keys = tuple[str, ...]
_NUMBERS = ("lt", "le", "gt", "ge")
_EDGE_KEYS = ("kind", "direction", "to", "from", "min", "max")
_PATH_KEYS = ("from", "to", "via", "relations", "max_hops")
_PATTERN_LENGTH = 1_000


class Reader:
    """Turns plain data into assertions. What is wrong is in `mistakes`, and stands for nothing."""

    def __init__(self, document: Document, table: Any = None) -> None:
        """table: reads a lookup file beside the policy: name -> mapping, or a sentence on what is wrong."""
        self.document = document
        self.table = table
        self.mistakes: list[Mistake] = []

    def wrong(self, text: str, path: Keys) -> None:
        self.mistakes.append(Mistake(text, self.document.span(path)))

    def assertion(self, data: Any, path: Keys) -> Assertion:
        """A mapping: all of its entries have to hold."""
        if not isinstance(data, Mapping):
            self.wrong("an assertion is a mapping of trait to condition", path)
            return All(())
        if "count" in data or "sum" in data:
            return self.total(data, path)
        parts = tuple(
            part
            for name, value in data.items()
            for part in self.entry(str(name), value, (*path, str(name)), "")
        )
        return parts[0] if len(parts) == 1 else All(parts)

    def entry(self, name: str, data: Any, path: Keys, start: str) -> Iterator[Assertion]:
        if name in ("all", "any") and not start:
            if not isinstance(data, list):
                self.wrong(f"'{name}' takes a list of assertions", path)
                return
            parts = tuple(self.assertion(part, (*path, str(place))) for place, part in enumerate(data))
            yield All(parts) if name == "all" else AnyOf(parts)
        elif name == "not" and not start:
            yield Not(self.assertion(data, path))
        elif name == "edge" and not start:
            yield from self.edge(data, path)
        elif name == "path" and not start:
            yield from self.path(data, path)
        else:
            yield from self.fits(start + name, data, path)

    def fits(self, name: str, data: Any, path: Keys) -> Iterator[Assertion]:
        """`spot: none`, `spot: [none, mixed]`, `spot: {in: [...]}`, or a group: `accelerator: {count: {gt: 0}}`."""
        problem = mistake_in_name(name)
        if isinstance(data, Mapping) and is_group(name) and not (not problem and set(data) <= set(OPERATORS)):
            for inner, value in data.items():
                yield from self.entry(str(inner), value, (*path, str(inner)), f"{name}.")
            return
        if problem:
            self.wrong(problem, path)
            return
        conditions = tuple(self.conditions(data, path, type_of(name)))
        for word in words_in(conditions):
            problem = mistake_in_kind(word) if name == "kind" else mistake_in_word(name, word)
            if (problem and name != "kind") or (problem and word != INTERNET):
                self.wrong(problem, path)
        yield Fits(name, conditions)

    # -- conditions ----------------------------------------------------------------------

    def conditions(self, data: Any, path: Keys, kind: str) -> Iterator[Condition]:
        if isinstance(data, list):
            yield Condition("in", self.scalars(data, path))
            return
        if not isinstance(data, Mapping):
            yield Condition("eq", data)
            return
        if not data:
            self.wrong("a condition needs an operator", path)
        for operator, operand in data.items():
            inner = (*path, str(operator))
            if operator not in OPERATORS:
                self.wrong(
                    f"there is no operator '{operator}'{nearest(str(operator), list(OPERATORS))}", inner
                )
                continue
            yield from self.condition(str(operator), operand, inner, kind)

    def condition(self, operator: str, operand: Any, path: Keys, kind: str) -> Iterator[Condition]:
        if operator in _NUMBERS:
            if kind in ("bool", "map"):
                self.wrong(f"'{operator}' compares numbers, and this is a {kind}", path)
            yield Condition(operator, self.number(operand, path))
        elif operator == "between":
            bounds = operand if isinstance(operand, list) and len(operand) == 2 else None
            if bounds is None:
                self.wrong("'between' takes two numbers: [least, most]", path)
                return
            yield Condition(operator, tuple(self.number(bound, path) for bound in bounds))
        elif operator in ("in", "not_in", "subset_of"):
            yield Condition(operator, self.scalars(operand, path))
        elif operator in ("exists", "empty"):
            if not isinstance(operand, bool):
                self.wrong(f"'{operator}' is true or false", path)
            yield Condition(operator, operand is True)
        elif operator == "size":
            inner = operand if isinstance(operand, Mapping) else {"eq": operand}
            yield Condition(operator, tuple(self.conditions(inner, path, "int")))
        elif operator in ("every", "some"):
            yield Condition(operator, tuple(self.conditions(operand, path, "any")))
        elif operator == "matches":
            yield from self.pattern(operand, path)
        else:
            yield Condition(operator, operand)

    def pattern(self, operand: Any, path: Keys) -> Iterator[Condition]:
        if not isinstance(operand, str) or len(operand) > _PATTERN_LENGTH:
            self.wrong(f"a pattern is text of at most {_PATTERN_LENGTH} characters", path)
            return
        try:
            machine(operand)
        except TooLarge:
            self.wrong(
                "the pattern is too large, or uses what a bounded matcher has not (backreferences, lookaround)",
                path,
            )
        except (re.error, OverflowError, RecursionError) as error:
            self.wrong(f"not a regular expression: {error}", path)
        else:
            yield Condition("matches", operand)

    def scalars(self, data: Any, path: Keys) -> list[Any]:
        if not isinstance(data, list) or any(isinstance(part, (list, Mapping)) for part in data):
            self.wrong("a list of plain values is needed here", path)
            return []
        return data

    def number(self, data: Any, path: Keys) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, (int, Decimal)):
            self.wrong(f"a number is needed here, not {data!r}", path)
            return Decimal(0)
        return Decimal(data)

    # -- the graph -----------------------------------------------------------------------

    def known_keys(self, data: Any, known: tuple[str, ...], path: Keys, what: str) -> bool:
        if not isinstance(data, Mapping):
            self.wrong(f"'{what}' takes a mapping with {', '.join(known)}", path)
            return False
        for key in data:
            if key not in known:
                self.wrong(
                    f"unknown key '{key}' of '{what}'{nearest(str(key), list(known))}", (*path, str(key))
                )
        return True

    def edge(self, data: Any, path: Keys) -> Iterator[Assertion]:
        if not self.known_keys(data, _EDGE_KEYS, path, "edge"):
            return
        if "to" in data and "from" in data:
            self.wrong("an edge has one other end: 'to' or 'from'", (*path, "from"))
        other = data.get("to", data.get("from", {}))
        side = "to" if "to" in data else "from"
        direction = data.get("direction", {"to": "out", "from": "in"}[side] if side in data else "any")
        if direction not in ("in", "out", "any"):
            self.wrong(f"'direction' is in, out or any, not {direction!r}", (*path, "direction"))
        most = data.get("max")
        least = data.get("min", 0 if most is not None else 1)
        for key, value in (("min", least), ("max", most if most is not None else 0)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                self.wrong(f"'{key}' is a whole number", (*path, key))
                return
        wanted = self.assertion(other, (*path, side)) if other else All(())
        relations = self.relations(data.get("kind", [r.value for r in Relation]), (*path, "kind"))
        yield HasEdge(relations, str(direction), wanted, kinds_of(other), least, most)

    def path(self, data: Any, path: Keys) -> Iterator[Assertion]:
        if not self.known_keys(data, _PATH_KEYS, path, "path"):
            return
        if ("to" in data) == ("from" in data):
            self.wrong("a path leads 'from' or 'to' something, and from one of them only", path)
            return
        side = "from" if "from" in data else "to"
        hops = data.get("max_hops", HOPS)
        if isinstance(hops, bool) or not isinstance(hops, int) or not 1 <= hops <= 50:
            self.wrong("'max_hops' is a whole number from 1 to 50", (*path, "max_hops"))
            return
        internet = isinstance(data[side], Mapping) and data[side].get("kind") == INTERNET
        if internet and side == "to":
            self.wrong("ways to the internet are not told; only those from it", (*path, side))
        other = All(()) if internet else self.assertion(data[side], (*path, side))
        via = self.assertion(data["via"], (*path, "via")) if "via" in data else None
        relations = self.relations(data.get("relations", [r.value for r in WAY]), (*path, "relations"))
        yield HasPath(other, internet, side == "from", via, relations, hops)

    def relations(self, data: Any, path: Keys) -> tuple[Relation, ...]:
        names = data if isinstance(data, list) else [data]
        known = [relation.value for relation in Relation]
        for name in names:
            if name not in known:
                self.wrong(f"there is no relation '{name}'{nearest(str(name), known)}", path)
        return tuple(Relation(name) for name in names if name in known)

    # -- totals --------------------------------------------------------------------------

    def total(self, data: Mapping[str, Any], path: Keys) -> Assertion:
        """`{count: {kind: alarm}, ge: 1}` or `{sum: cost.monthly_usd_high, of: {...}, le: 500}`."""
        known = ("count", *ORDER) if "count" in data else ("sum", "of", *ORDER)
        self.known_keys(data, known, path, "count" if "count" in data else "sum")
        summed = ""
        if "sum" in data:
            summed = str(data["sum"])
            problem = mistake_in_name(summed)
            if problem:
                self.wrong(problem, (*path, "sum"))
        side = "count" if "count" in data else "of"
        of = data.get(side, {})
        wanted = self.assertion(of, (*path, side)) if of else All(())
        bounds = tuple((name, self.bound(data[name], (*path, name))) for name in ORDER if name in data)
        if not bounds:
            self.wrong("a count or a sum needs a bound: lt, le, gt or ge", path)
        return Total(summed, wanted, kinds_of(of), bounds)

    def bound(self, data: Any, path: Keys) -> Bound:
        if not isinstance(data, Mapping):
            return self.number(data, path)
        if not self.known_keys(data, ("lookup", "key"), path, "lookup") or "lookup" not in data:
            self.wrong("a bound is a number, or {lookup: FILE, key: NAME}", path)
            return Decimal(0)
        found = self.table(str(data["lookup"])) if self.table else "a lookup needs a policy file"
        if isinstance(found, str):
            self.wrong(found, (*path, "lookup"))
            return Decimal(0)
        rows = tuple((str(name), self.number(value, (*path, "lookup"))) for name, value in found.items())
        return Lookup(rows, str(data.get("key", "{group}")))


def kinds_of(selector: Any) -> tuple[str, ...]:
    """The kinds that a selector names at its top; empty where it may be any."""
    kind = selector.get("kind") if isinstance(selector, Mapping) else None
    if isinstance(kind, Mapping):
        kind = kind.get("in", kind.get("eq"))
    if kind is None:
        return ()
    return tuple(str(one) for one in kind) if isinstance(kind, list) else (str(kind),)
