"""YAML as Terraform reads and writes it."""

from __future__ import annotations

from typing import Any

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    Value,
    boolean,
    null,
    number,
    object_of,
    string,
    tuple_of,
)
from mlarchlint.frontends.terraform.functions import MAX_ELEMENTS, refused
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan

# -- writing -----------------------------------------------------------------------------


def yaml_text(value: Value) -> str:
    """Strings are quoted, or literal blocks if they have several lines; lists are not indented."""
    lines: list[str] = []
    _write(value, "", "", lines)
    plain = type(value.v) not in (str, tuple, dict)
    return "\n".join(lines) + ("\n...\n" if plain else "\n")


def _write(value: Value, indent: str, start: str, lines: list[str]) -> None:
    """start: what stands before the value on its line (`"key":`, `-`, nothing)."""
    held = value.v
    if type(held) is dict and held:
        _mapping(held, indent, start, lines)
    elif type(held) is tuple and held:
        _sequence(held, indent, start, lines)
    else:
        text = _scalar(held, indent, len(start) + 1 if start else 0)
        lines.append(f"{start} {text}" if start else text)


def _mapping(held: dict[str, Value], indent: str, start: str, lines: list[str]) -> None:
    in_list = start.endswith("-")
    if start and not in_list:
        lines.append(start)
    inner = indent if not start else indent + "  "
    for position, (name, item) in enumerate(held.items()):
        lead = f"{start} " if in_list and position == 0 else inner
        _write(item, inner, f"{lead}{_quoted(name)}:", lines)


def _sequence(held: tuple[Value, ...], indent: str, start: str, lines: list[str]) -> None:
    in_list = start.endswith("-")
    if start and not in_list:
        lines.append(start)
    inner = indent + "  " if in_list else indent
    for position, item in enumerate(held):
        lead = f"{start} " if in_list and position == 0 else inner
        _write(item, inner, f"{lead}-", lines)


def _scalar(held: Any, indent: str, column: int) -> str:
    if held is None:
        return "null"
    if held is True or held is False:
        return "true" if held else "false"
    if held == () or held == {}:
        return "[]" if held == () else "{}"
    if type(held) is str:
        if "\n" in held and not _UNBLOCKED.search(held):
            return _block(held, indent)
        return _folded(held, indent, column)
    return numbers.text_of(held)


def _block(text: str, indent: str) -> str:
    """A literal block; the sign after the bar says how many line ends close it."""
    content = text.rstrip("\n")
    ends = len(text) - len(content)
    hint = "2" if text[:1] in (" ", "\n") else ""
    mark = "-" if ends == 0 else "" if ends == 1 and content else "+"
    rows = [f"{indent}  {line}" if line else "" for line in content.split("\n")]
    rows += [""] * (ends - 1)
    return f"|{hint}{mark}\n" + "\n".join(rows)


_WIDTH = 80
# What cannot stand in a block: control characters, a space at the end of a line.
_UNBLOCKED = regex(r"[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]| \n| \Z")
_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\a": "\\a", "\b": "\\b", "\v": "\\v", "\f": "\\f",
    "\x1b": "\\e", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P", "\n": "\\n", "\ufeff": "\\uFEFF",
}  # fmt: skip


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    code = ord(character)
    return _ESCAPES.get(character) or (character if code >= 0x20 and code != 0x7F else f"\\x{code:02X}")


def _folded(text: str, indent: str, column: int) -> str:
    """A quoted string; past the width a space becomes a line break."""
    pieces = ['"']
    column += 1
    broken = False
    for at, character in enumerate(text):
        if character == " " and column > _WIDTH and not broken and 0 < at < len(text) - 1:
            pieces.append("\n" + indent + "  " + ("\\" if text[at + 1] == " " else ""))
            column = len(indent) + 2 + (text[at + 1] == " ")
            broken = True
            continue
        piece = _escaped(character)
        pieces.append(piece)
        column += len(piece)
        broken = character == " "
    return "".join(pieces) + '"'


# -- reading -----------------------------------------------------------------------------

_INTEGER = regex(r"[-+]?(0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+)\Z")
_FLOAT = regex(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INFINITE = regex(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_STAMP = regex(
    r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d+)?[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?)?)?\Z"
)
_TRUE = {word for base in ("y", "yes", "true", "on") for word in (base, base.capitalize(), base.upper())}
_FALSE = {word for base in ("n", "no", "false", "off") for word in (base, base.capitalize(), base.upper())}
_NULL = {"", "~", "null", "Null", "NULL"}


def yaml_value(text: str, span: SourceSpan) -> Value:
    """The one document of the text; anchors and merges are followed up to a limit."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise refused("missing start of document")
        return _Document(span).value(node, 0)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"on line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise refused(f"{place}{getattr(error, 'problem', None) or 'the text is not YAML'}") from None
    except RecursionError:
        raise refused("the document is nested too deeply") from None
    finally:
        loader.dispose()


class _Document:
    def __init__(self, span: SourceSpan) -> None:
        self.span = span
        self.count = 0

    def value(self, node: Any, depth: int) -> Value:
        self.count += 1
        if self.count > MAX_ELEMENTS or depth > 200:
            raise refused("the document is too large, or an anchor contains itself")
        if node.id == "scalar":
            return self._scalar(node)
        if node.id == "sequence":
            return tuple_of([self.value(item, depth + 1) for item in node.value], self.span)
        members: dict[str, Value] = {}
        for key, item in node.value:
            if key.id != "scalar":
                raise refused("a key must be a single value")
            if key.value == "<<" and not key.style:
                self._merge(item, members, depth)
            else:
                members[self._key(key)] = self.value(item, depth + 1)
        return object_of(members, self.span)

    def _merge(self, node: Any, members: dict[str, Value], depth: int) -> None:
        for part in node.value if node.id == "sequence" else [node]:
            merged = self.value(part, depth + 1)
            if type(merged.v) is not dict:
                raise refused("cannot merge: the value is not a mapping")
            for name, item in merged.v.items():
                members.setdefault(name, item)

    def _key(self, node: Any) -> str:
        value = self._scalar(node)
        if value.v is None:
            raise refused("a key must not be null")
        if type(value.v) is str:
            return value.v
        return ("true" if value.v else "false") if isinstance(value.v, bool) else numbers.text_of(value.v)

    def _scalar(self, node: Any) -> Value:
        text, span = node.value, self.span
        tag = str(node.tag).rpartition(":")[2]
        if node.style or (tag in ("str", "binary") and _explicit(node)):
            return string(text, span)
        if text in _NULL:
            return null(DYNAMIC, span)
        if text in _TRUE or text in _FALSE:
            return boolean(text in _TRUE, span)
        if _INFINITE.match(text):
            raise refused("a number must be finite")
        found = _number(text)
        if found is not None:
            return number(found, span)
        if _STAMP.match(text):
            return string(_stamp(text), span)
        return string(text, span)


def _explicit(node: Any) -> bool:
    """Written with a tag (`!!str 5`): the marks begin at the tag."""
    length = node.end_mark.index - node.start_mark.index
    return bool(length > len(node.value))


def _number(text: str) -> numbers.Number | None:
    if _INTEGER.match(text):
        plain = text.lower()
        sign = -1 if plain.startswith("-") else 1
        digits = plain.lstrip("+-")
        base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
        return sign * int(digits if base == 10 else digits[2:], base)
    if _FLOAT.match(text):
        return numbers.parse(text)
    return None


def _stamp(text: str) -> str:
    from mlarchlint.frontends.terraform.functions_date import parse_stamp

    if "T" not in text.upper() and ":" not in text:
        year, month, day = text.split("-")
        return f"{year}-{int(month):02d}-{int(day):02d}T00:00:00Z"
    try:
        return parse_stamp(text).text()
    except EvaluationError:
        return text
