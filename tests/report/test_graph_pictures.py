"""The pictures of the graph."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.model.graph import Edge, Relation, ResourceGraph
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.workload import Evidence, Workload
from mlarchlint.report.graph_dot import render_dot
from mlarchlint.report.graph_mermaid import render_mermaid
from tests.report.results import resource, result


def test_dot_draws_nodes_workloads_and_relations() -> None:
    made = result()
    assert render_dot(made.graph, made.workloads).splitlines() == [
        "digraph design {",
        "  rankdir=LR;",
        '  node [shape=box, fontname="Helvetica"];',
        "  subgraph cluster_0 {",
        '    label="api (inference)";',
        '    n0 [label="aws_db_instance.features\\ndatabase"];',
        "  }",
        '  n1 [label="aws_kms_key.k\\ndatabase"];',
        '  n0 -> n1 [label="encrypts_with"];',
        "}",
    ]


def test_mermaid_draws_nodes_workloads_and_relations() -> None:
    made = result()
    assert render_mermaid(made.graph, made.workloads).splitlines() == [
        "flowchart LR",
        '  subgraph w0["api (inference)"]',
        '    n0["aws_db_instance.features<br/>database"]',
        "  end",
        '  n1["aws_kms_key.k<br/>database"]',
        "  n0 -->|encrypts_with| n1",
    ]


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_names_cannot_break_out_of_their_labels(address: str, name: str) -> None:
    span = SourceSpan("a.tf", 9)
    graph = ResourceGraph(
        [resource(), resource(address + "x", span)],
        [Edge("aws_db_instance.features", address + "x", Relation.USES)],
    )
    work = [Workload(name, "training", 1.0, (Evidence("r", 1.0, span),), (address + "x",))]
    mermaid = render_mermaid(graph, work).splitlines()
    shape = re.compile(r'flowchart LR|  end|  subgraph w0\["[^"<>\[\]{}|`]*"\]|  n\d -->\|uses\| n\d'
                       r'| +n\d\["[^"<>\[\]{}|`]*<br/>database"\]')  # fmt: skip
    assert all(shape.fullmatch(line) for line in mermaid)
    for line in render_dot(graph, work).splitlines():
        assert re.fullmatch(r'[^"]*("(?:[^"\\]|\\.)*"[^"]*)*', line)
        assert line.isprintable()
