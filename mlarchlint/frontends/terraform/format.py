"""`format`: the verbs of Terraform's format strings."""

from __future__ import annotations

import re
from decimal import Decimal

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import BOOL, NUMBER, STRING, Value
from mlarchlint.frontends.terraform.functions import invalid, refused
from mlarchlint.frontends.terraform.graphemes import count, graphemes
from mlarchlint.frontends.terraform.json_text import json_text
from mlarchlint.frontends.terraform.number import Number
from mlarchlint.model.regex import regex

_VERB = regex(r"%([-+ #0]*)(\d+)?(?:\.(\d*))?(?:\[(\d+)\])?(.)?", re.DOTALL)
_WIDEST = 10_000


class _Verb:
    def __init__(self, found: re.Match[str]) -> None:
        self.flags = found[1]
        self.width = int(found[2] or 0)
        self.precision = None if found[3] is None else int(found[3] or 0)
        self.letter = found[5] or ""
        if self.width > _WIDEST or (self.precision or 0) > _WIDEST:
            raise refused("the width is too large")

    def padded(self, text: str, *, zeros: bool = False) -> str:
        missing = self.width - count(text)
        if missing <= 0:
            return text
        if "-" in self.flags:
            return text + " " * missing
        if zeros and "0" in self.flags:
            sign = text[:1] if text[:1] in ("-", "+", " ") else ""
            return sign + "0" * missing + text[len(sign) :]
        return " " * missing + text

    def signed(self, text: str) -> str:
        if text.startswith("-"):
            return text
        return "+" + text if "+" in self.flags else " " + text if " " in self.flags else text


def formatted(pattern: str, values: list[Value]) -> str:
    pieces: list[str] = []
    at = next_value = highest = 0
    explicit = False
    for found in _VERB.finditer(pattern):
        if found.start() < at:
            continue
        pieces.append(pattern[at : found.start()])
        at = found.end()
        verb = _Verb(found)
        if not verb.letter:
            raise invalid("unterminated verb at the end of the format string")
        if verb.letter == "%":
            pieces.append("%")
            continue
        if found[4] is not None:
            explicit = True
            next_value = int(found[4]) - 1
        if not 0 <= next_value < len(values):
            raise refused(f"not enough arguments for {found[0]!r}")
        pieces.append(_written(verb, values[next_value], found[0]))
        next_value += 1
        highest = max(highest, next_value)
    pieces.append(pattern[at:])
    if highest < len(values) and not explicit:
        raise refused("too many arguments" if highest else "no verbs in the format string for the arguments")
    return "".join(pieces)


def _written(verb: _Verb, value: Value, text: str) -> str:
    letter = verb.letter
    if letter == "v":
        return _default(verb, value)
    if letter in "sq":
        shown = _converted(value, STRING, text).v
        if verb.precision is not None:
            shown = "".join(graphemes(shown)[: verb.precision])
        return verb.padded(json_text(Value(STRING, shown)) if letter == "q" else shown)
    if letter == "t":
        return verb.padded("true" if _converted(value, BOOL, text).v else "false")
    if letter in "bdoxX":
        number = _converted(value, NUMBER, text).v
        if not isinstance(number, int):
            raise refused(f"unsupported value for {text!r}: an integer is required")
        return _integer(verb, number)
    if letter in "eEfFgG":
        return _float(verb, _converted(value, NUMBER, text).v)
    raise refused(f"unsupported format verb {letter!r} in {text!r}")


def _converted(value: Value, wanted: object, text: str) -> Value:
    from mlarchlint.frontends.terraform.cty import Type

    assert isinstance(wanted, Type)
    if value.v is None:
        raise refused(f"unsupported value for {text!r}: null value cannot be formatted")
    try:
        return convert(value, wanted)
    except ConversionError as error:
        raise refused(f"unsupported value for {text!r}: {error.detail}") from None


def _default(verb: _Verb, value: Value) -> str:
    """`%v`: strings, numbers and bools as they are, the rest as JSON."""
    if "#" in verb.flags:
        return verb.padded(json_text(value))
    if value.v is None:
        return verb.padded("null")
    if value.type is STRING:
        return verb.padded(value.v)
    if value.type is NUMBER:
        return _float(_general(verb), value.v)
    if value.type is BOOL:
        return verb.padded("true" if value.v else "false")
    return verb.padded(json_text(value))


def _general(verb: _Verb) -> _Verb:
    verb.letter = "g"
    return verb


def _integer(verb: _Verb, number: int) -> str:
    base = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}[verb.letter]
    digits = f"{abs(number):{base}}"
    if verb.precision is not None:
        digits = digits.rjust(verb.precision, "0")
    if "#" in verb.flags:
        digits = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}.get(verb.letter, "") + digits
    return verb.padded(verb.signed(("-" if number < 0 else "") + digits), zeros=verb.precision is None)


def _float(verb: _Verb, number: Number) -> str:
    if isinstance(number, float):
        return verb.padded(verb.signed("+Inf" if number > 0 else "-Inf"))
    exact = Decimal(numbers.text_of(number))
    letter = verb.letter
    if exact == 0 and letter in "eE":
        text = f"{0.0:.{6 if verb.precision is None else verb.precision}e}"
    elif letter in "fF":
        text = _rounded(exact, 6 if verb.precision is None else verb.precision)
    elif letter in "eE":
        text = _exponent(f"{exact:.{6 if verb.precision is None else verb.precision}e}")
    else:
        text = _shortest(exact, number, verb.precision)
    return verb.padded(verb.signed(text.upper() if letter in "EG" else text), zeros=True)


def _rounded(exact: Decimal, places: int) -> str:
    import decimal

    with decimal.localcontext() as context:
        context.prec = 2000
        return f"{exact.quantize(Decimal(1).scaleb(-places)):f}"


def _exponent(text: str) -> str:
    """At least two digits, as in C."""
    mantissa, _, power = text.partition("e")
    return f"{mantissa}e{power[:1]}{power[1:].rjust(2, '0')}"


def _shortest(exact: Decimal, number: Number, precision: int | None) -> str:
    """`%g`, `%v`: as few digits as needed; an exponent from 10^6 on, or below 10^-4."""
    if exact == 0:
        return "0"
    if precision is not None:
        text = f"{exact:.{max(precision, 1)}g}"
        return _exponent(text) if "e" in text else text
    power = exact.adjusted()
    if -4 <= power < 6:
        return numbers.text_of(number)
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
