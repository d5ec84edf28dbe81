"""String functions, without `format` and regular expressions."""

from __future__ import annotations

from mlarchlint.frontends.terraform.cty import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Unknown,
    Value,
    list_type,
    string,
)
from mlarchlint.frontends.terraform.format import formatted
from mlarchlint.frontends.terraform.functions import (
    MAX_ELEMENTS,
    Context,
    Param,
    function,
    invalid,
    refused,
    scalar,
    unknown_because,
)  # fmt: skip
from mlarchlint.frontends.terraform.graphemes import graphemes
from mlarchlint.frontends.terraform.partial_text import HOLE, partial_text
from mlarchlint.frontends.terraform.regexes import Match, expand, find_all, find_first, replaced, result_type
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.frontends.terraform.syntax_template import SPACES
from mlarchlint.frontends.terraform.template import MAX_LENGTH

_STRINGS = list_type(STRING)


@scalar("upper", STRING)
def upper(text: str) -> str:
    return "".join([character.upper() if len(character.upper()) == 1 else character for character in text])


@scalar("lower", STRING)
def lower(text: str) -> str:
    return "".join([character.lower()[0] for character in text])


@scalar("title", STRING)
def title(text: str) -> str:
    """The first letter of every word; a word begins after anything but a letter, digit or underscore."""
    found: list[str] = []
    before = " "
    for character in text:
        inside = before.isalnum() or before == "_" or (not before.isspace() and ord(before) > 127)
        found.append(
            character if inside else (character.title() if len(character.title()) == 1 else character)
        )
        before = character
    return "".join(found)


@scalar("trimspace", STRING)
def trim_space(text: str) -> str:
    return text.strip(SPACES)


@scalar("chomp", STRING)
def chomp(text: str) -> str:
    return text.rstrip("\r\n")


@scalar("strrev", STRING)
def reverse(text: str) -> str:
    return "".join(reversed(graphemes(text)))


@scalar("trim", STRING, STRING)
def trim(text: str, characters: str) -> str:
    return text.strip(characters) if characters else text


@scalar("trimprefix", STRING, STRING)
def trim_prefix(text: str, prefix: str) -> str:
    return text.removeprefix(prefix)


@scalar("trimsuffix", STRING, STRING)
def trim_suffix(text: str, suffix: str) -> str:
    return text.removesuffix(suffix)


@scalar("startswith", STRING, STRING, returns=BOOL)
def starts_with(text: str, prefix: str) -> bool:
    return text.startswith(prefix)


@scalar("endswith", STRING, STRING, returns=BOOL)
def ends_with(text: str, suffix: str) -> bool:
    return text.endswith(suffix)


@scalar("strcontains", STRING, STRING, returns=BOOL)
def contains(text: str, part: str) -> bool:
    return part in text


@scalar("indent", NUMBER, STRING)
def indent(spaces: int, text: str) -> str:
    """Every line but the first."""
    if not isinstance(spaces, int):
        raise invalid("a whole number is required")
    if spaces * (text.count("\n") + 1) > MAX_LENGTH:
        raise refused("the string would be too long")
    return text.replace("\n", "\n" + " " * spaces)


@scalar("substr", STRING, NUMBER, NUMBER)
def substring(text: str, offset: int, length: int) -> str:
    if not isinstance(offset, int) or not isinstance(length, int):
        raise invalid("a whole number is required")
    characters = graphemes(text)
    if offset < 0:
        offset = max(offset + len(characters), 0)
    end = len(characters) if length < 0 else offset + length
    return "".join(characters[offset:end])


@function("split", Param("separator", STRING), Param("string", STRING), returns=_STRINGS)
def split(arguments: list[Value], context: Context) -> Value:
    separator, text = arguments[0].v, arguments[1].v
    parts = text.split(separator) if separator else list(text)
    if len(parts) > MAX_ELEMENTS:
        raise refused(f"more than {MAX_ELEMENTS} parts")
    origin, sensitive = arguments[1].origin, any(argument.sensitive for argument in arguments)
    items = [Value(STRING, part, context.span, arguments[1].refs, origin, sensitive) for part in parts]
    return Value(_STRINGS, tuple(items), context.span)


@function("join", Param("separator", STRING), variadic=Param("lists", _STRINGS), returns=STRING)
def join(arguments: list[Value], context: Context) -> Value:
    if len(arguments) < 2:
        raise refused("at least two arguments are required")
    items = [item for argument in arguments[1:] for item in argument.v]
    if any(type(item.v) is Unknown for item in items):
        found = unknown_because(arguments, STRING, context.span)
        if not found.sensitive:
            found.v.text = partial_text(items, arguments[0].v)
        return found
    if any(item.v is None for item in items):
        raise invalid("element is null; cannot concatenate null values")
    text = arguments[0].v.join([item.v for item in items])
    if len(text) > MAX_LENGTH:
        raise refused("the string would be too long")
    return Value(STRING, text, context.span)


@scalar("replace", STRING, STRING, STRING)
def replace(text: str, old: str, new: str) -> str:
    """`/pattern/` is a regular expression."""
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return replaced(text, old[1:-1], new)
    if (text.count(old) + 1) * len(new) > MAX_LENGTH:
        raise refused("the string would be too long")
    return text.replace(old, new)


# -- regular expressions -----------------------------------------------------------------


def _captures(match: Match, context: Context) -> Value:
    return expand(match, context.span)


@function("regex", Param("pattern", STRING), Param("string", STRING))
def regex(arguments: list[Value], context: Context) -> Value:
    match = find_first(arguments[0].v, arguments[1].v)
    if match is None:
        raise refused("pattern did not match any part of the given string")
    return _captures(match, context)


@function("regexall", Param("pattern", STRING), Param("string", STRING))
def regex_all(arguments: list[Value], context: Context) -> Value:
    matches = find_all(arguments[0].v, arguments[1].v)
    items = tuple([_captures(match, context) for match in matches])
    return Value(list_type(result_type(arguments[0].v)), items, context.span)


# -- format ------------------------------------------------------------------------------


@function(
    "format",
    Param("format", STRING),
    variadic=Param("values", DYNAMIC, null=True, unknown=True),
    returns=STRING,
)
def format_(arguments: list[Value], context: Context) -> Value:
    if any(map(_untyped, arguments[1:])):
        return unknown_because(arguments, DYNAMIC, context.span)
    if any(map(_open, arguments[1:])):
        found = unknown_because(arguments, STRING, context.span)
        if not found.sensitive:
            found.v.text = _partly_formatted(arguments)
        return found
    return Value(STRING, formatted(arguments[0].v, arguments[1:]), context.span)


def _partly_formatted(arguments: list[Value]) -> str:
    holes = [string(argument.v.text or HOLE) if argument.is_unknown else argument for argument in arguments]
    try:
        text = formatted(holes[0].v, holes[1:])
    except EvaluationError:
        return ""  # a verb that takes no text
    return text if text.strip(HOLE) else ""


def _untyped(value: Value) -> bool:
    """A bare null has no type yet, and Terraform waits for one."""
    return value.v is None and value.type is DYNAMIC


def _open(value: Value) -> bool:
    return type(value.v) is Unknown or any(map(_open, value.elements()))


@function(
    "formatlist",
    Param("format", STRING),
    variadic=Param("values", DYNAMIC, null=True, unknown=True),
    returns=_STRINGS,
)
def format_list(arguments: list[Value], context: Context) -> Value:
    """Lists side by side, single values beside every element."""
    pattern, values = arguments[0].v, arguments[1:]
    if any(map(_untyped, values)):
        return unknown_because(arguments, DYNAMIC, context.span)
    if any(
        type(value.v) is Unknown and value.type.kind in ("list", "set", "tuple", "dynamic")
        for value in values
    ):
        return unknown_because(arguments, _STRINGS, context.span)
    lengths = {len(value.v) for value in values if type(value.v) is tuple}
    if len(lengths) > 1:
        raise invalid("the lists have different lengths")
    if any(value.v is None and value.type.kind in ("list", "set", "tuple") for value in values):
        raise invalid("a list must not be null")
    rows: list[Value] = []
    for at in range(lengths.pop() if lengths else 1):
        row = [value.v[at] if type(value.v) is tuple else value for value in values]
        if any(_open(item) or _untyped(item) for item in row):
            rows.append(unknown_because(row, STRING, context.span))
        else:
            rows.append(Value(STRING, formatted(pattern, row), context.span))
    return Value(_STRINGS, tuple(rows), context.span)
