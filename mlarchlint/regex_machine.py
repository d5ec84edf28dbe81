"""A regular expression matcher whose time is bounded by pattern times text.

Python's `re` can backtrack without end. This one visits every (instruction, position) pair at
most once, as RE2's bit-state matcher does, and prefers the same match.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

MAX_PROGRAM = 5_000
MAX_STATES = 3_000_000

Test = Callable[[str], bool]
Spans = tuple[tuple[int, int], ...]
_CATEGORIES: dict[str, Test] = {
    "CATEGORY_DIGIT": lambda c: "0" <= c <= "9",
    "CATEGORY_SPACE": lambda c: c in " \t\n\r\f\v",
    "CATEGORY_WORD": lambda c: c == "_" or (c.isascii() and c.isalnum()),
}


class TooLarge(Exception):
    """The pattern, or pattern times text, is beyond the limits."""


class Machine:
    """program: (operation, argument, argument) triples."""

    def __init__(self, pattern: str) -> None:
        if sys.version_info >= (3, 11):
            from re import _parser as parser  # type: ignore[attr-defined]
        else:
            import sre_parse as parser
        tree = parser.parse(pattern, re.ASCII)
        self.groups = int(tree.state.groups)
        self.program: list[tuple[str, Any, Any]] = []
        self._sequence(tree, tree.state.flags)
        self._emit("match")

    # -- compiling -----------------------------------------------------------------------

    def _emit(self, operation: str, one: Any = None, other: Any = None) -> int:
        if len(self.program) >= MAX_PROGRAM:
            raise TooLarge
        self.program.append((operation, one, other))
        return len(self.program) - 1

    def _sequence(self, items: Any, flags: int) -> None:
        for operation, argument in items:
            self._item(str(operation), argument, flags)

    def _item(self, operation: str, argument: Any, flags: int) -> None:
        if operation in ("LITERAL", "NOT_LITERAL", "ANY", "IN", "RANGE"):
            self._emit("test", _test(operation, argument, flags))
        elif operation == "AT":
            self._emit("at", str(argument), bool(flags & re.MULTILINE))
        elif operation == "SUBPATTERN":
            group, added, removed, inner = argument
            flags = (flags | added) & ~removed
            if group is None:
                self._sequence(inner, flags)
            else:
                self._emit("save", 2 * group)
                self._sequence(inner, flags)
                self._emit("save", 2 * group + 1)
        elif operation == "BRANCH":
            self._branch(argument[1], flags)
        elif operation in ("MAX_REPEAT", "MIN_REPEAT"):
            self._repeat(*argument, greedy=operation == "MAX_REPEAT", flags=flags)
        else:
            raise TooLarge

    def _branch(self, choices: Any, flags: int) -> None:
        ends: list[int] = []
        for choice in choices[:-1]:
            split = self._emit("split")
            self._sequence(choice, flags)
            ends.append(self._emit("jump"))
            self.program[split] = ("split", split + 1, len(self.program))
        self._sequence(choices[-1], flags)
        for end in ends:
            self.program[end] = ("jump", len(self.program), None)

    def _repeat(self, least: int, most: Any, inner: Any, *, greedy: bool, flags: int) -> None:
        for _ in range(least):
            self._sequence(inner, flags)
        if int(most) >= 65_535:
            split = self._emit("split")
            self._sequence(inner, flags)
            self._emit("jump", split)
            self._split(split, greedy)
            return
        splits: list[int] = []
        for _ in range(int(most) - least):
            splits.append(self._emit("split"))
            self._sequence(inner, flags)
        for split in splits:
            self._split(split, greedy)

    def _split(self, split: int, greedy: bool) -> None:
        first, second = split + 1, len(self.program)
        self.program[split] = ("split", first, second) if greedy else ("split", second, first)

    # -- matching ------------------------------------------------------------------------

    def search(self, text: str, start: int = 0) -> Spans | None:
        """The leftmost match from `start` on, as (start, end) of the whole and every group; -1: no part."""
        if len(self.program) * (len(text) - start + 1) > MAX_STATES:
            raise TooLarge
        visited: set[int] = set()
        for at in range(start, len(text) + 1):
            found = self._match(text, at, visited)
            if found is not None:
                return found
        return None

    def _match(self, text: str, start: int, visited: set[int]) -> Spans | None:
        program, width = self.program, len(self.program)
        marks = [-1] * (2 * self.groups)
        # (instruction, position) to try, or (-1 - slot, old value) to put back
        pending: list[tuple[int, int]] = [(0, start)]
        while pending:
            at, position = pending.pop()
            if at < 0:
                marks[-1 - at] = position
                continue
            while True:
                state = position * width + at
                if state in visited:
                    break
                visited.add(state)
                operation, one, other = program[at]
                if operation == "test":
                    if position >= len(text) or not one(text[position]):
                        break
                    position += 1
                    at += 1
                elif operation == "split":
                    pending.append((other, position))
                    at = one
                elif operation == "jump":
                    at = one
                elif operation == "save":
                    pending.append((-1 - one, marks[one]))
                    marks[one] = position
                    at += 1
                elif operation == "at":
                    if not _holds(one, other, text, position):
                        break
                    at += 1
                else:
                    marks[0], marks[1] = start, position
                    return tuple(zip(marks[::2], marks[1::2], strict=True))
        return None


def _test(operation: str, argument: Any, flags: int) -> Test:
    """Whether one character fits."""
    fold = bool(flags & re.IGNORECASE)
    if operation == "ANY":
        return (lambda c: True) if flags & re.DOTALL else (lambda c: c != "\n")
    if operation == "LITERAL":
        wanted = chr(argument)
        return (lambda c: c.lower() == wanted.lower()) if fold else (lambda c: c == wanted)
    if operation == "NOT_LITERAL":
        refused = chr(argument)
        return (lambda c: c.lower() != refused.lower()) if fold else (lambda c: c != refused)
    return _one_of(argument, fold)


def _one_of(items: Any, fold: bool) -> Test:
    negated = False
    tests: list[Test] = []
    for operation, argument in items:
        name = str(operation)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            tests.append(_between(argument, argument))
        elif name == "RANGE":
            tests.append(_between(*argument))
        else:
            tests.append(_category(str(argument)))

    def fits(character: str) -> bool:
        forms = (character, character.lower(), character.upper()) if fold else (character,)
        return any(test(form) for form in forms for test in tests) != negated

    return fits


def _between(low: int, high: int) -> Test:
    return lambda c: low <= ord(c) <= high


def _category(name: str) -> Test:
    plain = name.replace("_NOT_", "_").replace("UNI_", "")
    test = _CATEGORIES.get(plain)
    if test is None:
        raise TooLarge
    return (lambda c: not test(c)) if "_NOT_" in name else test


def _holds(kind: str, multiline: bool, text: str, position: int) -> bool:
    if kind == "AT_BEGINNING":
        return position == 0 or (multiline and text[position - 1] == "\n")
    if kind == "AT_BEGINNING_STRING":
        return position == 0
    if kind == "AT_END":
        return position == len(text) or (multiline and text[position] == "\n")
    if kind == "AT_END_STRING":
        return position == len(text)
    word = _CATEGORIES["CATEGORY_WORD"]
    before = position > 0 and word(text[position - 1])
    after = position < len(text) and word(text[position])
    return (before != after) == (kind == "AT_BOUNDARY")
