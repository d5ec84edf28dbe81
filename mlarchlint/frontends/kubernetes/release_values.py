"""The values that a helm_release gives to its chart, as far as they are known.

What is not known is handed to the chart as a stand-in that is found again in what it renders: digits,
which pass for a name as well as for a number. https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mlarchlint.frontends.kubernetes.helm_sdk import laid_over
from mlarchlint.frontends.kubernetes.partial_text import MARK, marked, refs_of_marks
from mlarchlint.frontends.kubernetes.renderer import RenderFailed
from mlarchlint.frontends.yaml_nodes import read_documents, to_value
from mlarchlint.model.regex import regex
from mlarchlint.model.value import Value

_FIRST = 731946 * 10**6  # too many to count to: a chart that tries fails at once
_STAND_IN = regex(r"731946(\d{6})")
_HOLE = "*"  # in the pattern of a text that is partly known
_STEP = regex(r"((?:[^.\[\\]|\\.)+)((?:\[\d+\])*)(?:\.|$)")
_MOST_ITEMS = 1_000


@dataclass(slots=True)
class Given:
    """values: what the chart gets. without: the same with nothing for every stand-in. holes: the
    unknown value behind each stand-in, with the path that it was given at."""

    values: dict[str, Any] = field(default_factory=dict)
    holes: list[tuple[str, Value]] = field(default_factory=list)

    def stand_in(self, path: str, value: Value) -> str:
        self.holes.append((path, value))
        return str(_FIRST + len(self.holes) - 1)

    def without(self) -> dict[str, Any]:
        found = _emptied(self.values)
        assert isinstance(found, dict)
        return found

    def behind(self, text: str) -> Value | None:
        """The unknown value whose stand-in is in a text."""
        found = _STAND_IN.search(text)
        number = int(found[1]) if found else len(self.holes)
        return self.holes[number][1] if number < len(self.holes) else None


def masked(text: str) -> str:
    """With `*` for what is not known."""
    return _STAND_IN.sub(_HOLE, text)


def release_values(body: Mapping[str, Value]) -> Given:
    """Later ones win: `values` in order, then `set`, `set_list`, `set_sensitive`. Raises RenderFailed where
    it is not known what is given at all."""
    given = Given()
    written = body.get("values", Value.absent())
    if written.is_unknown:
        raise RenderFailed(f"its values are not known: {written.why}")
    for part in written.items():
        given.values = laid_over(given.values, _document(part, given))
    for name in ("set", "set_list", "set_sensitive", "set_wo"):
        entries = body.get(name, Value.absent())
        if entries.is_unknown:
            raise RenderFailed(f"its `{name}` is not known: {entries.why}")
        for entry in entries.items():
            _set(name, entry, given)
    return given


def _document(part: Value, given: Given) -> dict[str, Any]:
    """One text of values."""
    if part.is_absent:
        return {}
    if part.inside is not None:
        found = _plain(part.inside, "", given)
    elif (part.is_known and not part.sensitive) or part.pattern:
        found = _read(marked(part), part, given)
    else:
        raise RenderFailed(f"its values are not known: {part.why or 'they are sensitive'}")
    if not isinstance(found, dict):
        raise RenderFailed("its values are no map")
    return found


def _read(text: str, part: Value, given: Given) -> Any:
    """The data of a YAML text, with stand-ins for the marks in it."""
    documents, problems = read_documents(text, part.span.file)
    if problems:
        raise RenderFailed(f"its values cannot be read: {problems[0].summary}")
    if not documents:
        return {}
    data = to_value(documents[0].root).plain()
    if part.is_known:
        return data
    return _Marked(part, refs_of_marks(part, text.count(MARK)), given).read(data, "")


@dataclass(slots=True)
class _Marked:
    """Reads data with marks in its texts, in the order of the text."""

    part: Value
    refs: list[str]
    given: Given

    def read(self, data: Any, path: str) -> Any:
        if isinstance(data, dict):
            if any(MARK in str(key) for key in data):
                raise RenderFailed(f"its values are not known: {self.part.why}")
            return {key: self.read(part, _below(path, str(key))) for key, part in data.items()}
        if isinstance(data, list):
            return [self.read(part, path) for part in data]
        if isinstance(data, str) and MARK in data:
            return re.sub(MARK, lambda _: self.hole(path), data)
        return data

    def hole(self, path: str) -> str:
        ref = self.refs.pop(0) if self.refs else ""
        unknown = Value.unknown(self.part.why, self.part.span, refs=(ref,) if ref else ())
        return self.given.stand_in(path, unknown)


def _plain(value: Value, path: str, given: Given) -> Any:
    """A value as data, with stand-ins for what is not known, and for what is secret."""
    if value.sensitive or value.is_unknown:
        return given.stand_in(path, value if value.is_unknown else _secret(value))
    if value.is_absent:
        return None
    if isinstance(value.raw, tuple):
        return [_plain(item, path, given) for item in value.items()]
    if isinstance(value.raw, Mapping):
        return {name: _plain(part, _below(path, name), given) for name, part in value.mapping().items()}
    return value.plain()


def _secret(value: Value) -> Value:
    return replace(Value.unknown("it is sensitive", value.span, refs=value.refs), sensitive=True)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


# -- set ---------------------------------------------------------------------------------


def _set(attribute: str, entry: Value, given: Given) -> None:
    name = entry.get("name").text()
    if name is None:
        why = entry.get("name").why or entry.why or "it has none"
        raise RenderFailed(f"the name of a `{attribute}` is not known: {why}")
    steps = _steps(name)
    value = entry.get("value_wo" if attribute == "set_wo" else "value")
    kind = entry.get("type").text() or "auto"
    path = ".".join(str(step) for step in steps)
    plain: Any
    if attribute in ("set_sensitive", "set_wo"):
        plain = given.stand_in(path, _secret(value))
    elif isinstance(value.raw, tuple):
        plain = [_typed(_plain(item, path, given), kind) for item in value.items()]
    elif attribute == "set_list" and value.is_unknown:
        plain = [given.stand_in(path, value)]
    else:
        plain = _typed(_plain(value, path, given), kind)
    _put(given.values, steps, plain)


def _steps(name: str) -> list[str | int]:
    """The way that `a.b\\.c[0]` names."""
    steps: list[str | int] = []
    place = 0
    while place < len(name):
        found = _STEP.match(name, place)
        if found is None or found.end() == place:
            raise RenderFailed(f"the name `{name}` of a `set` is none")
        steps.append(re.sub(r"\\(.)", r"\1", found[1]))
        steps += [int(number) for number in re.findall(r"\d+", found[2])]
        place = found.end()
    if not steps or any(isinstance(step, int) and step >= _MOST_ITEMS for step in steps):
        raise RenderFailed(f"the name `{name}` of a `set` is none")
    return steps


def _typed(value: Any, kind: str) -> Any:
    """As `--set` reads it: https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set"""
    if value is None:
        return "" if kind == "string" else None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if kind in ("string", "literal"):
        return text.replace("\\,", ",") if kind == "string" else text
    if text.startswith("{") and text.endswith("}"):
        return [_scalar(part.strip()) for part in _pieces(text[1:-1])] if text != "{}" else []
    if len(_pieces(text)) > 1:
        raise RenderFailed("a `set` gives several values in one text")
    return _scalar(text.replace("\\,", ","))


def _pieces(text: str) -> list[str]:
    return [piece.replace("\\,", ",") for piece in re.split(r"(?<!\\),", text)]


def _scalar(text: str) -> Any:
    words = {"true": True, "false": False, "null": None}
    if text.lower() in words:
        return words[text.lower()]
    if _STAND_IN.search(text):
        return text
    return int(text) if re.fullmatch(r"0|-?[1-9]\d{0,17}", text) else text


def _put(target: dict[str, Any], steps: list[str | int], value: Any) -> None:
    here: Any = target
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, int):
            here += [None] * (step + 1 - len(here))
            old = here[step]
        else:
            old = here.get(step)
        if following is None:
            here[step] = value
            return
        wanted = list if isinstance(following, int) else dict
        # what was given before is not changed in place: it may be shared
        here[step] = wanted(old) if isinstance(old, wanted) else wanted()
        here = here[step]


def _emptied(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _emptied(part) for name, part in data.items()}
    if isinstance(data, list):
        return [_emptied(part) for part in data if not (isinstance(part, str) and _STAND_IN.fullmatch(part))]
    return _STAND_IN.sub("", data) if isinstance(data, str) else data
