"""What is not there yet in a manifest's text: placeholders that a tool or the cluster fills in."""

from __future__ import annotations

import re
from itertools import pairwise

from mlarchlint.frontends.yaml_nodes import List, Node, Scalar
from mlarchlint.model.regex import regex
from mlarchlint.model.value import Value

# `{{ }}` of Helm, Argo and Jinja; Katib's and Tekton's parameters; a whole `${NAME}` or `<your-image>`
_PLACEHOLDER = regex(
    r"\{\{.*?\}\}|\$\{trialParameters\.|\$\((?:params|inputs|tasks|context)\."
    r"|\A\s*(?:\$\{[A-Za-z_][\w.:-]*\}|\$[A-Z_][A-Z0-9_]+|<[\w .:/-]+>)\s*\Z",
    re.DOTALL,
)


def member_value(node: Node) -> Value:
    """A node as a Value, where text with a placeholder is unknown."""
    if isinstance(node, Scalar):
        text = node.value
        if (
            isinstance(text, str)
            and ("{" in text or "$" in text or "<" in text)
            and _PLACEHOLDER.search(text)
        ):
            shown = text.strip() if len(text) < 60 else f"{text.strip()[:60]}..."
            return Value.unknown(f"the placeholder {shown!r} is not filled in", node.span)
        return Value.known(text, node.span)
    if isinstance(node, List):
        return Value.known(tuple(member_value(item) for item in node.items), node.span)
    return Value.known({name: member_value(member) for name, member in node.members.items()}, node.span)


# The line breaks are written out: a search for `^` would stop at every line of many megabytes.
_SEPARATOR = regex(r"\n---(?=\s|$)", re.MULTILINE)
_SCHEMA = regex(r"\nkind:\s*[\"']?CustomResourceDefinition[\"']?\s*$", re.MULTILINE)


def without_schemas(text: str | bytes) -> str | bytes:
    """The text with every CustomResourceDefinition blanked out, lines kept: they are the greater part
    of many repositories, take seconds to read, and declare nothing that runs."""
    if isinstance(text, bytes):
        if b"CustomResourceDefinition" not in text:
            return text
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            return text
    if "CustomResourceDefinition" not in text:
        return text
    cuts = [0, *(found.start() + 1 for found in _SEPARATOR.finditer(text)), len(text)]
    parts = [text[start:end] for start, end in pairwise(cuts)]
    return "".join("---" + "\n" * part.count("\n") if _is_schema(part) else part for part in parts)


def _is_schema(part: str) -> bool:
    return "CustomResourceDefinition" in part and _SCHEMA.search(f"\n{part}") is not None


_BLOCK = regex(r"\n((?:apiVersion|kind|metadata)\s*:.*(?:\n(?:[ \t#].*|(?=\n)))*)")


def with_short_schemas(text: str) -> str:
    """The text with every CustomResourceDefinition cut down to what identifies it: a tool that has
    to read them takes seconds for what nobody asks of them."""
    if "CustomResourceDefinition" not in text:
        return text
    cuts = [0, *(found.start() for found in _SEPARATOR.finditer(text)), len(text)]
    parts = [text[start:end] for start, end in pairwise(cuts)]
    return "".join(_shortened(part) if _SCHEMA.search(part) else part for part in parts)


def _shortened(part: str) -> str:
    return "\n".join(["---", *_BLOCK.findall(f"\n{part}"), "spec: {}\n"])
