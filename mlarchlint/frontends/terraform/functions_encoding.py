"""Encodings: JSON, YAML, CSV, base64, URL."""

from __future__ import annotations

import base64
import binascii
import codecs
import contextlib
import csv
import io
import json
import struct
import zlib
from typing import Any
from urllib.parse import quote_plus

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    STRING,
    Unknown,
    Value,
    boolean,
    list_type,
    null,
    number,
    object_of,
    object_type,
    string,
    tuple_of,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions import (
    Context,
    Param,
    function,
    invalid,
    refused,
    scalar,
    unknown_because,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions_collection import is_open
from mlarchlint.frontends.terraform.json_text import json_text
from mlarchlint.frontends.terraform.partial_text import HOLE
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.span import SourceSpan

_ANY = Param("value", DYNAMIC, null=True, unknown=True)


@function("jsonencode", _ANY, returns=STRING)
def json_encode(arguments: list[Value], context: Context) -> Value:
    if is_open(arguments[0]):
        return _open(arguments, context)
    return Value(STRING, json_text(arguments[0]), context.span)


def _open(arguments: list[Value], context: Context) -> Value:
    """The unknown text of a partly known structure, which is kept."""
    found = unknown_because(arguments, STRING, context.span)
    if not found.sensitive:
        found.v.inside = arguments[0]
    return found


@function("jsondecode", Param("text", STRING))
def json_decode(arguments: list[Value], context: Context) -> Value:
    try:
        data = json.loads(arguments[0].v, parse_float=_Number, parse_int=_Number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise refused(f"the text is not JSON: {error}") from None
    return _from_json(data, context.span)


class _Number(str):
    """A number as it is written: it is read with Terraform's precision."""


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a value of JSON")


def _from_json(data: Any, span: SourceSpan) -> Value:
    if isinstance(data, _Number):
        parsed = numbers.parse(str(data))
        if parsed is None:
            raise refused("the number is too large")
        return number(parsed, span)
    if isinstance(data, str):
        return string(data, span)
    if isinstance(data, bool):
        return boolean(data, span)
    if isinstance(data, dict):
        return object_of({name: _from_json(part, span) for name, part in data.items()}, span)
    if isinstance(data, list):
        return tuple_of([_from_json(part, span) for part in data], span)
    return null(DYNAMIC, span)


@function("yamlencode", _ANY, returns=STRING)
def yaml_encode(arguments: list[Value], context: Context) -> Value:
    if is_open(arguments[0]):
        return _open(arguments, context)
    from mlarchlint.frontends.terraform.yaml_text import yaml_text

    return Value(STRING, yaml_text(arguments[0]), context.span)


@function("yamldecode", Param("text", STRING, unknown=True))
def yaml_decode(arguments: list[Value], context: Context) -> Value:
    from mlarchlint.frontends.terraform.yaml_text import yaml_value

    text = arguments[0].v
    if type(text) is not Unknown:
        return yaml_value(text, context.span)
    found = unknown_because(arguments, DYNAMIC, context.span)
    if text.text and not found.sensitive:
        with contextlib.suppress(EvaluationError):
            found.v.inside = _with_holes(yaml_value(text.text, context.span), arguments[0])
    return found


def _with_holes(value: Value, text: Value) -> Value:
    """What a partly known text decodes to, unknown where a part of the text is."""
    if isinstance(value.v, dict):
        return object_of({name: _with_holes(part, text) for name, part in value.v.items()}, value.span)
    if isinstance(value.v, tuple):
        return tuple_of([_with_holes(part, text) for part in value.v], value.span)
    if not isinstance(value.v, str) or HOLE not in value.v:
        return value
    held = Unknown(text.v.why)
    held.text = value.v if value.v.strip(HOLE) else ""
    return Value(STRING, held, value.span, text.refs if text.v.text.count(HOLE) == 1 else ())


@function("csvdecode", Param("text", STRING))
def csv_decode(arguments: list[Value], context: Context) -> Value:
    try:
        rows = [row for row in csv.reader(io.StringIO(arguments[0].v), strict=True) if row]
    except csv.Error as error:
        raise refused(f"CSV parse error: {error}") from None
    if not rows:
        raise refused("missing header line")
    header = rows[0]
    if len(set(header)) != len(header):
        raise refused("duplicate column name in the header")
    type_ = object_type(dict.fromkeys(header, STRING))
    items: list[Value] = []
    for at, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise refused(f"CSV parse error on line {at}: wrong number of fields")
        cells = dict(zip(header, row, strict=True))
        items.append(
            object_of({name: string(text, context.span) for name, text in cells.items()}, context.span)
        )
    return Value(list_type(type_), tuple(items), context.span)


# -- base64 and URL ----------------------------------------------------------------------


@scalar("base64encode", STRING)
def base64_encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split("\n")).replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise refused("failed to decode base64 data") from None


@scalar("base64decode", STRING)
def base64_decode(text: str) -> str:
    try:
        return _decoded(text).decode()
    except UnicodeDecodeError:
        raise refused("the result of decoding the provided string is not valid UTF-8") from None


@scalar("urlencode", STRING)
def url_encode(text: str) -> str:
    return quote_plus(text, safe="~")


def _codec(name: str) -> str:
    """IANA's names; Go writes no byte order mark with UTF-16."""
    try:
        found = codecs.lookup("utf-16-be" if name.upper() == "UTF-16" else name)
    except (LookupError, ValueError):
        raise invalid(f"{name!r} is not a supported IANA encoding name") from None
    if not getattr(found, "_is_text_encoding", True):
        raise invalid(f"{name!r} is not a supported IANA encoding name")
    return found.name


@scalar("textencodebase64", STRING, STRING)
def text_encode(text: str, encoding: str) -> str:
    try:
        return base64.b64encode(text.encode(_codec(encoding))).decode()
    except UnicodeEncodeError:
        raise refused(f"the text has characters that {encoding} does not have") from None


@scalar("textdecodebase64", STRING, STRING)
def text_decode(text: str, encoding: str) -> str:
    try:
        return _decoded(text).decode(_codec(encoding))
    except UnicodeDecodeError:
        raise refused(f"the data is not {encoding}") from None


@function("base64gzip", Param("text", STRING), returns=STRING)
def base64_gzip(arguments: list[Value], context: Context) -> Value:
    """How repetitions are packed depends on the compressor; a text without any has one form."""
    data = arguments[0].v.encode("utf-8", "surrogatepass")
    if len(data) > 200 or _repeats(data):
        why = "base64gzip() is compressed by Terraform itself"
        return Value(STRING, Unknown(why, not_null=True), context.span)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH) + b"\x01\x00\x00\xff\xff"
    header = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    packed = header + body + struct.pack("<II", zlib.crc32(data), len(data))
    return Value(STRING, base64.b64encode(packed).decode(), context.span)


def _repeats(data: bytes) -> bool:
    triples = [data[at : at + 3] for at in range(len(data) - 2)]
    return len(set(triples)) != len(triples)
