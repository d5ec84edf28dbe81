"""Rendered documents at the lines of their template."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.frontends.kubernetes.source_lines import at_source
from mlarchlint.frontends.yaml_nodes import Document, List, Map, Node, read_documents

TEMPLATE = """\
{{- if .Values.config }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
data: {}
---
{{- end }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  {{- with .Values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .Values.type }} # mlarchlint: ignore[MLA-SE004] inside
"""
RENDERED = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: r-settings
data: {}
---
apiVersion: v1
kind: Service
metadata:
  name: r
  annotations:
    team: ml
spec:
  type: ClusterIP # mlarchlint: ignore[MLA-SE004] inside
"""


def moved(rendered: str, template: str) -> list[Document]:
    documents, _ = read_documents(rendered, "t.yaml")
    return [at_source(one, rendered.split("\n"), "t.yaml", template.split("\n")) for one in documents]


def line(node: Node | None) -> int:
    assert node is not None
    return node.span.line


def test_every_document_stands_at_its_own_part_of_the_template() -> None:
    settings, service = (document.root for document in moved(RENDERED, TEMPLATE))
    assert isinstance(settings, Map)
    assert isinstance(service, Map)
    assert (line(settings.get("kind")), line(service.get("kind"))) == (3, 10)
    spec = service.get("spec")
    assert isinstance(spec, Map)
    assert line(spec.get("type")) == 18


def test_what_a_helper_inserts_stands_at_the_block_around_it() -> None:
    service = moved(RENDERED, TEMPLATE)[1].root
    assert isinstance(service, Map)
    metadata = service.get("metadata")
    assert isinstance(metadata, Map)
    notes = metadata.get("annotations")
    assert isinstance(notes, Map)
    assert line(notes.get("team")) == 14


def test_comments_move_along() -> None:
    [comment] = moved(RENDERED, TEMPLATE)[1].comments
    assert comment.span.line == 18


def test_without_a_template_everything_stands_at_the_top() -> None:
    assert line(moved(RENDERED, "")[1].root) == 1


def walk(node: Node) -> list[Node]:
    parts = (
        node.items
        if isinstance(node, List)
        else tuple(node.members.values())
        if isinstance(node, Map)
        else ()
    )
    return [node, *(inner for part in parts for inner in walk(part))]


@given(st.lists(st.sampled_from(TEMPLATE.split("\n")), max_size=30), st.integers(0, 3))
def test_every_span_is_inside_the_template(lines: list[str], cut: int) -> None:
    template = "\n".join(lines)
    for document in moved("\n".join(RENDERED.split("\n")[cut:]), template):
        for node in walk(document.root):
            assert 1 <= node.span.line <= node.span.end_line <= max(1, len(lines))
