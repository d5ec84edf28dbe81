"""What a plain YAML scalar means: YAML 1.1 as go-yaml and SnakeYAML read it.

`yes`, `no`, `on` and `off` are booleans for kubectl (sigs.k8s.io/yaml, goyaml.v2/resolve.go) and for
CloudFormation (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html says
YAML 1.1; https://github.com/ASFHyP3/hyp3/pull/2061 shows it deployed). Three traps
of YAML 1.1 stay text, as neither platform's users mean them: timestamps (`2010-09-09`), base 60
(`22:22`; unsupported in go-yaml too) and the single letters `y` and `n`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Union

from mlarchlint.model.regex import regex

Scalar = Union[None, bool, int, Decimal, str]

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_INTEGER = regex(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]*|[1-9][0-9_]*)\Z")
_FLOAT = regex(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]{1,6})?\Z")
_NUMERIC_START = frozenset("0123456789+-.")
_DIGITS_LIMIT = 400


def resolve_plain(text: str) -> Scalar:
    """The value of an unquoted scalar without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC_START and len(text) <= _DIGITS_LIMIT:
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if _INTEGER.match(text):
        digits = text.replace("_", "").lower()
        sign = -1 if digits[0] == "-" else 1
        digits = digits.lstrip("+-")
        if not digits.strip("box"):
            return text
        return sign * (int(digits, 8) if re.match(r"0[0-7]", digits) else int(digits, 0))
    if _FLOAT.match(text) and text.strip("_."):
        number = Decimal(text.replace("_", ""))
        return int(number) if number == 0 or _is_short_integer(number) else number
    return text


def _is_short_integer(number: Decimal) -> bool:
    return number.adjusted() < _DIGITS_LIMIT and number == number.to_integral_value()


def resolve_tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit core tag (`!!str 1`, `!!int "3"`)."""
    return text if tag in ("str", "binary", "timestamp") else resolve_plain(text)
