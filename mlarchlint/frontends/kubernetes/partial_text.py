"""Manifests in a text of Terraform, of which a part may not be known: `role: ${aws_iam_role.r.arn}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlarchlint.frontends.kubernetes.manifests import is_object
from mlarchlint.frontends.kubernetes.placeholders import member_value
from mlarchlint.frontends.yaml_nodes import Map, read_documents
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

MARK = "\ue000"  # stands for an unknown part; no manifest writes this character


def marked(written: Value) -> str:
    """The text, with a mark for each part that is not known; empty if there is nothing to read."""
    if written.is_unknown:
        return written.pattern.replace("*", MARK)
    return written.text() or ""


def refs_of_marks(written: Value, count: int) -> list[str]:
    """The reference behind each mark, in the order of the text; none where it is not clear which."""
    if len(written.refs) == count:
        return list(written.refs)
    return [written.refs[0] if len(written.refs) == 1 else ""] * count


def objects_in(written: Value) -> list[Value]:
    """The objects that a text declares, all at its own span: lines inside a string are not lines of the file."""
    if written.inside is not None:
        return [written.inside]
    text = marked(written)
    refs = refs_of_marks(written, text.count(MARK))
    documents, _ = read_documents(text, written.span.file)
    found = []
    for document in documents:
        # of what is left out the marks are counted, too
        value = _filled(placed(member_value(document.root), written.span), written, refs)
        if isinstance(document.root, Map) and is_object(document.root):
            found.append(value)
    return found


def placed(value: Value, span: SourceSpan) -> Value:
    """The same at one span."""
    raw = value.raw
    if isinstance(raw, tuple):
        raw = tuple(placed(part, span) for part in raw)
    elif isinstance(raw, Mapping):
        raw = {name: placed(part, span) for name, part in raw.items()}
    return replace(value, raw=raw, span=span)


def _filled(value: Value, written: Value, refs: list[str]) -> Value:
    """With an unknown value where a mark stands."""
    if isinstance(value.raw, tuple):
        return value.with_raw(tuple(_filled(part, written, refs) for part in value.items()))
    if isinstance(value.raw, Mapping):
        if any(MARK in name for name in value.mapping()):
            return Value.unknown(written.why, value.span)
        return value.with_raw({name: _filled(part, written, refs) for name, part in value.mapping().items()})
    if not isinstance(value.raw, str) or MARK not in value.raw:
        return value
    own = [refs.pop(0) for _ in range(min(value.raw.count(MARK), len(refs)))]
    unknown = Value.unknown(written.why, value.span, refs=tuple(dict.fromkeys(ref for ref in own if ref)))
    shown = value.raw.replace(MARK, "*")
    return replace(unknown, pattern=shown if shown.strip("*") else "")
