"""One design in native and in JSON syntax is one graph."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.frontends.terraform import evaluate_terraform, sources_below
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.normalise import normalise

DESIGN = Path(__file__).parents[2] / "fixtures" / "terraform-language" / "two-syntaxes"


def graph_of(syntax: str) -> ResourceGraph:
    evaluation = evaluate_terraform(sources_below(DESIGN / syntax))
    assert evaluation.diagnostics == ()
    return normalise(evaluation.instances, built_in_kinds())


def test_both_syntaxes_give_the_same_resources_traits_and_edges() -> None:
    native, json = graph_of("native"), graph_of("json")
    traits = [
        {r.key: (r.kind, {name: value.plain() for name, value in r.attrs.items()}) for r in graph}
        for graph in (native, json)
    ]
    assert traits[0] == traits[1]
    edges = [{(e.source, e.relation, e.target) for e in graph.edges} for graph in (native, json)]
    assert edges[0] == edges[1]
    assert 'aws_db_instance.this["metadata"]' in native
    assert any(target == "aws_kms_key.data" for _, _, target in edges[0])
