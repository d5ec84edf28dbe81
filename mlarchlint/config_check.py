"""The configuration against its JSON Schema: every mistake at once, in words a reader can act on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mlarchlint.config_conforms import conforms
from mlarchlint.config_text import Document, Mistake
from mlarchlint.data import text_of

_TYPES = {
    "object": "a mapping", "array": "a list", "string": "text", "number": "a number",
    "integer": "a whole number", "boolean": "true or false", "null": "null",
}  # fmt: skip


def mistakes_in(document: Document, part: str = "", schema_name: str = "config") -> list[Mistake]:
    """part: a definition of the schema (`requirements`) that the whole document must meet."""
    schema: dict[str, Any] = json.loads(text_of(f"schema/{schema_name}.json"))
    if part:
        schema = {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    if conforms(document.data, schema, schema):
        return []
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema)
    return [
        mistake for error in validator.iter_errors(document.data) for mistake in _described(error, document)
    ]


def _described(error: Any, document: Document) -> Iterator[Mistake]:
    path = tuple(str(step) for step in error.absolute_path)
    where = document.span(path)
    name = _name(path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in known:
                yield Mistake(f"unknown key '{key}'{nearest(key, known)}", document.span((*path, key)))
        return
    yield Mistake(_sentence(error, name), where)


def _name(path: tuple[str, ...]) -> str:
    """What a person calls it: `users[0]` for an entry of a list."""
    if not path:
        return "the configuration"
    return f"{path[-2]}[{path[-1]}]" if len(path) > 1 and path[-1].isdigit() else path[-1]


def _sentence(error: Any, name: str) -> str:
    shown = _shown(error.instance)
    wanted = error.validator_value
    if error.validator == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        known = list(error.schema.get("properties", {})) if kinds == ["object"] else []
        keys = f" with {', '.join(known[:4])}{', ...' if len(known) > 4 else ''}" if known else ""
        return f"'{name}' must be {' or '.join(_TYPES[kind] for kind in kinds)}{keys}, not {shown}"
    if error.validator == "enum":
        choices = [str(choice) for choice in wanted]
        return f"'{name}' must be one of {', '.join(choices)}, not {shown}{nearest(str(error.instance), choices)}"
    if error.validator == "const":
        return f"'{name}' must be {_shown(wanted)}, not {shown}"
    if error.validator == "required":
        missing = [key for key in wanted if key not in error.instance]
        return f"'{name}' lacks {', '.join(repr(key) for key in missing)}"
    if error.validator in ("minimum", "exclusiveMinimum"):
        bound = "more than" if error.validator == "exclusiveMinimum" else "at least"
        return f"'{name}' must be {bound} {wanted}, not {shown}"
    if error.validator == "maximum":
        return f"'{name}' must be at most {wanted}, not {shown}"
    if error.validator in ("minLength", "minItems", "minProperties"):
        return f"'{name}' must not be empty"
    if error.validator == "pattern":
        hint = error.schema.get("description", f"the form {wanted}")
        return f"'{name}' has the wrong form: {shown} ({hint})"
    return f"'{name}': {error.message}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(name: str, known: list[str]) -> str:
    """A hint with the nearest valid name, or nothing."""
    import difflib

    found = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean '{found[0]}'?" if found else ""
