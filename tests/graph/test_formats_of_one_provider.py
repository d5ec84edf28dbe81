"""A design of one provider gives one graph in both of its formats: the same kinds, edges and traits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.value import Value
from tests.graph.designs import graph_of

DESIGNS = ("training", "data-pipeline")
FORMATS = ("terraform-aws", "cloudformation")
# Held as the format writes them; rules read them by way of analyses that know both forms.
WRITTEN_AS_IT_IS = {"trust", "env", "definition", "statements", "grants", "managed_policies"}
DIFFERENT = {
    "region": "a template has none of its own: it goes where it is deployed",
    "name": "the logical id is name enough for most resources of a template",
    "description": "CloudFormation asks for one where Terraform does not",
    "uri": "Terraform knows the bucket's name by its reference, of a template only a deployment does",
}


def _drawn(graph: ResourceGraph) -> Iterator[Resource]:
    """What is declared; satellites are laid onto their owners, and one format has more of them."""
    return (n for n in graph if n.instance.mode is Mode.MANAGED and n.kind != "part")


def _said(value: Value) -> str:
    return "unknown" if value.is_unknown else str(value.plain())


def _traits(form: str, design: str, kind: str) -> Counter[tuple[str, str]]:
    return Counter(
        (name, _said(value))
        for node in _drawn(graph_of(design, form))
        for name, value in node.attrs.items()
        if node.kind == kind and name not in WRITTEN_AS_IT_IS and name not in DIFFERENT
    )


def _edges(form: str, design: str) -> Counter[tuple[str, Relation, str]]:
    graph = graph_of(design, form)
    drawn = {node.key for node in _drawn(graph)}
    return Counter(
        (graph[edge.source].kind, edge.relation, graph[edge.target].kind)
        for edge in graph.edges
        if edge.source in drawn and edge.target in drawn
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_the_same_kinds(design: str) -> None:
    first, second = (Counter(node.kind for node in _drawn(graph_of(design, form))) for form in FORMATS)
    assert first == second


@pytest.mark.parametrize("design", DESIGNS)
def test_the_same_edges(design: str) -> None:
    first, second = (_edges(form, design) for form in FORMATS)
    assert first == second


@pytest.mark.parametrize("design", DESIGNS)
def test_the_same_traits(design: str) -> None:
    for kind in sorted({node.kind for node in _drawn(graph_of(design, FORMATS[0]))}):
        first, second = (_traits(form, design, kind) for form in FORMATS)
        assert first == second, kind


def test_every_difference_is_one() -> None:
    """A trait that has come to be the same everywhere is no difference any more."""
    for trait in DIFFERENT:
        said = [
            Counter(
                (node.kind, _said(node[trait]))
                for design in DESIGNS
                for node in _drawn(graph_of(design, form))
                if trait in node.attrs
            )
            for form in FORMATS
        ]
        assert said[0] != said[1], trait
