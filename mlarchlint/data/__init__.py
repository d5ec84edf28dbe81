"""The data that ships with the package: kinds, tables, prices, schemas, designs.

Kinds and tables are written in YAML. To load PyYAML and to read it takes longer than to start Python, so each has
a compiled twin in `compiled/`, JSON with the mark of the text that it was made of. A twin of another text is passed
over: what the YAML says is what counts, also in a checkout where `python -m tools.compile_data` was forgotten.
"""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any
from zlib import crc32

_PAIRS, _DATE = "$pairs", "$date"
FOLDER = os.path.dirname(__file__)


def text_of(name: str) -> str:
    """A file of this folder. importlib.resources would load a dozen modules for it at every start."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def table(name: str) -> Any:
    """A YAML file of this folder, as plain data."""
    text = text_of(name)
    twin = compiled(name.removesuffix(".yaml"), mark_of(text))
    if twin is not None:
        return unpacked(twin)
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def compiled(name: str, mark: str) -> str | None:
    """What was made of a text, if it was made of this one. The first line is the mark."""
    try:
        found, _, data = text_of(f"compiled/{name}.json").partition("\n")
    except OSError:
        return None
    return data if found == mark else None


def packed(data: Any) -> str:
    """As JSON in one line. Mappings whose keys are no text (`true:`) become lists of pairs, dates are marked."""
    return json.dumps(_packed(data), ensure_ascii=False)


def unpacked(text: str) -> Any:
    return json.loads(text, object_hook=_mapping)


def _packed(data: Any) -> Any:
    if isinstance(data, list):
        return [_packed(part) for part in data]
    if isinstance(data, date):
        return {_DATE: data.isoformat()}
    if not isinstance(data, dict):
        return data
    if all(isinstance(key, str) for key in data):
        return {key: _packed(part) for key, part in data.items()}
    return {_PAIRS: [[key, _packed(part)] for key, part in data.items()]}


def _mapping(made: dict[str, Any]) -> Any:
    if _DATE in made:
        return date.fromisoformat(made[_DATE])
    return dict(made[_PAIRS]) if _PAIRS in made else made


def mark_of(*texts: str) -> str:
    return "-".join(f"{len(text):x}.{crc32(text.encode()):08x}" for text in texts)
