"""YAML and JSON documents as nodes with positions, for CloudFormation and Kubernetes.

PyYAML's C composer does the reading. A document that cannot be read costs only itself, and
what was not read is said in a Diagnostic; nothing here raises on bad input.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import yaml

from mlarchlint.frontends.yaml_convert import PLAIN, QUOTED, Converter, Unreadable
from mlarchlint.frontends.yaml_text import (
    Comment,
    comments,
    decode,
    join_surrogates,
    sniff,
    template_language,
)
from mlarchlint.frontends.yaml_tree import Document, List, Map, Node, Scalar, between, to_value
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan

__all__ = [
    "Comment", "Document", "List", "Map", "Node", "Scalar", "between", "comments", "read_documents",
    "sniff", "to_value",
]  # fmt: skip

MAX_DEPTH = 100


def read_documents(text: str | bytes, path: str) -> tuple[tuple[Document, ...], list[Diagnostic]]:
    """The documents of a YAML or JSON file, and what could not be read of it."""
    decoded = decode(text, path)
    if isinstance(decoded, Diagnostic):
        return (), [decoded]
    source = join_surrogates(decoded)
    remarks = comments(source, path)
    try:
        documents, diagnostics = _compose(source, path, 0)
    except (yaml.YAMLError, Unreadable) as error:
        parts = _split(source)
        if len(parts) == 1:
            return (), [_explain(error, source, path, 0)]
        documents, diagnostics = [], []
        for offset, part in parts:
            try:
                read, found = _compose(part, path, offset)
            except (yaml.YAMLError, Unreadable) as problem:
                diagnostics.append(_explain(problem, part, path, offset))
            else:
                documents += read
                diagnostics += found
    return tuple(_with_comments(documents, remarks)), diagnostics


def _with_comments(documents: list[Document], remarks: tuple[Comment, ...]) -> Iterator[Document]:
    """A comment belongs to the document that it stands in, or else to the one that follows."""
    if not remarks:
        yield from documents
        return
    start = 0
    for place, document in enumerate(documents):
        last = place == len(documents) - 1
        end = document.root.span.end_line
        own = tuple(
            remark for remark in remarks if start < remark.span.line and (last or remark.span.line <= end)
        )
        start = end
        yield Document(document.root, document.path, own)


# -- composing ---------------------------------------------------------------------------

_DOCUMENT_START = regex(r"^---(?=\s|$)", re.MULTILINE)


def _split(source: str) -> list[tuple[int, str]]:
    """(lines before it, text) of each document, by the `---` lines: column 0 is never inside a scalar."""
    cuts = [0, *(match.start() for match in _DOCUMENT_START.finditer(source)), len(source)]
    parts = []
    line = 0
    for start, end in itertools.pairwise(cuts):
        part = source[start:end]
        if part.strip():
            parts.append((line, part))
        line += part.count("\n")
    return parts


def _compose(source: str, path: str, offset: int) -> tuple[list[Document], list[Diagnostic]]:
    if _looks_deep(source):
        _check_depth(source)
    loader = _Composer(source)
    convert = Converter(path, offset, source)
    documents = []
    try:
        while loader.check_node():
            node = loader.get_node()
            if not (
                isinstance(node, yaml.ScalarNode) and node.tag == PLAIN and node.value in ("", "~", "null")
            ):
                documents.append(Document(convert.document(node), path))
    finally:
        loader.dispose()
    return documents, convert.diagnostics


def _resolve(self: object, kind: type, value: object, implicit: object) -> str:
    """Only tells plain scalars from quoted ones: what they mean is decided in the conversion."""
    return PLAIN if isinstance(implicit, tuple) and implicit[0] else QUOTED


def _composer() -> Any:
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    nothing = {"descend_resolver": lambda self, parent, index: None, "ascend_resolver": lambda self: None}
    return type("Composer", (base,), {"resolve": _resolve, **nothing})


_Composer = _composer()
_OPENING = regex(r"[\[{]")
_INDENT = regex(rf"^[ \t?-]{{{MAX_DEPTH}}}", re.MULTILINE)


def _looks_deep(source: str) -> bool:
    """Whether nesting may exceed the limit: the composer recurses in C and would crash the process."""
    return bool(_INDENT.search(source)) or _flow_depth(source) > MAX_DEPTH


def _flow_depth(source: str) -> int:
    if len(_OPENING.findall(source)) <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for match in re.finditer(r"[\[{\]}]", source):
        depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _check_depth(source: str) -> None:
    depth = 0
    for event in yaml.parse(source, Loader=_Composer):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                mark: Any = event.start_mark
                raise Unreadable("yaml-too-deep", f"more than {MAX_DEPTH} levels of nesting",
                                  "Flatten the document.", mark.line, mark.column)  # fmt: skip
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


# -- errors ------------------------------------------------------------------------------


def _explain(error: Exception, source: str, path: str, offset: int) -> Diagnostic:
    line, column, summary, detail, code = 0, 0, "cannot be read as YAML", "", "syntax-error"
    if isinstance(error, Unreadable):
        code, summary, detail, line, column = error.args
    elif isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        summary = error.problem or summary
        if error.context and error.context_mark:
            detail = f"{error.context} that starts at line {error.context_mark.line + 1 + offset}"
    elif isinstance(error, yaml.reader.ReaderError):
        summary = "a control character, which YAML does not allow"
    span = SourceSpan(path, line + 1 + offset, column + 1, line + 1 + offset, column + 2)
    language = template_language(source) if code in ("syntax-error", "yaml-template") else ""
    if language:
        summary = f"a {language} template, not YAML: it has to be rendered first"
        detail = "Scan what the template renders to."
        return Diagnostic("yaml-template", summary, detail, span, Level.WARNING)
    return Diagnostic(code, summary, detail, span)
