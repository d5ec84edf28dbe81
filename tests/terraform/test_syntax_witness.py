"""A second, independent reader (python-hcl2) finds the same blocks, arguments and words in every fixture."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import hcl2
import pytest

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.syntax import parse

ROOT = Path(__file__).parent.parent.parent
FILES = sorted([*(ROOT / "fixtures").rglob("*.tf"), *(ROOT / "tests" / "oracle").rglob("*.tf")])
_KEYWORDS = {"for", "in", "if", "else", "endif", "endfor", "true", "false", "null", "None", "True", "False"}
Words = Counter[str]


def _words(text: str) -> Words:
    text = re.sub(r"<<-?(\w+)\n((?:.*\n)*?)[ \t]*\1\b", r"\2", text)
    text = re.sub(
        r"(?<![\w.])\d+\.\d+(?![\w.])", lambda number: repr(float(number[0])).removesuffix(".0"), text
    )
    text = re.sub(r"\\[nrt\"\\]", " ", text)
    return Counter(word for word in re.findall(r"\w+", text) if word not in _KEYWORDS)


def _ours(body: nodes.Body, path: str = "") -> dict[str, Words]:
    found = {f"{path}/{name}": _node_words(a.expression) for name, a in body.arguments.items()}
    counts: Counter[str] = Counter()
    for block in body.blocks:
        name = f"{path}/{' '.join((block.type, *block.labels))}"
        counts[name] += 1
        for key, words in _ours(block.body, f"{name}#{counts[name]}").items():
            found[key] = words
    return found


def _node_words(node: Any) -> Words:
    if isinstance(node, nodes.Literal):
        return Counter() if node.value is None or isinstance(node.value, bool) else _words(str(node.value))
    found: Words = Counter()
    if isinstance(node, tuple):
        for part in node:
            found += _node_words(part)
    elif isinstance(node, str):
        found += _words(node)
    elif is_dataclass(node):
        for field in fields(node):
            if field.name not in ("span", "header", "operator"):
                found += _node_words(getattr(node, field.name))
    return found


def _theirs(body: dict[str, Any], path: str = "") -> dict[str, Words]:
    found: dict[str, Words] = {}
    counts: Counter[str] = Counter()
    for name, held in body.items():
        if name in ("__is_block__", "__comments__", "__inline_comments__"):
            continue
        if (
            isinstance(held, list)
            and held
            and all(isinstance(item, dict) and _is_block(item) for item in held)
        ):
            for item in held:
                labels, inner = _unlabelled(item)
                key = f"{path}/{' '.join((name, *labels))}"
                counts[key] += 1
                found.update(_theirs(inner, f"{key}#{counts[key]}"))
        else:
            found[f"{path}/{name}"] = _data_words(held)
    return found


def _is_block(item: dict[str, Any]) -> bool:
    return "__is_block__" in item or (
        len(item) == 1 and all(isinstance(v, dict) and _is_block(v) for v in item.values())
    )


def _unlabelled(item: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    labels: list[str] = []
    while "__is_block__" not in item:
        label, item = next(iter(item.items()))
        labels.append(label.strip('"'))
    return labels, item


def _data_words(data: Any) -> Words:
    if isinstance(data, dict):
        found: Words = Counter()
        for name, part in data.items():
            found += _words(name) + _data_words(part)
        return found
    if isinstance(data, list):
        found = Counter()
        for part in data:
            found += _data_words(part)
        return found
    return Counter() if data is None or isinstance(data, bool) else _words(str(data))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_both_readers_find_the_same(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    ours, diagnostics = parse(text, file.name)
    try:
        theirs = hcl2.loads(text if text.endswith("\n") else text + "\n")
    except Exception:
        pytest.skip("python-hcl2 refuses this file")
    assert not diagnostics
    assert {k: v for k, v in _ours(ours.body).items() if v} == {k: v for k, v in _theirs(theirs).items() if v}
