"""A guard whose selector is not known keeps the rules from being certain that there is none."""

from __future__ import annotations

import pytest

from mlarchlint.design import Design
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.estimate import Estimate
from mlarchlint.model.graph import Relation
from mlarchlint.normalise import normalise
from mlarchlint.requirements import Requirements
from tests.kubernetes.reading import deployment, read

BUDGET = (
    "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: guard, namespace: '{namespace}'}}\n"
    "spec: {{minAvailable: 1, selector: {{matchLabels: {{app: '{app}'}}}}}}\n"
)
HPA = (
    "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: guard}\n"
    "spec: {maxReplicas: 5, scaleTargetRef: {kind: Deployment, name: '{{ name }}'}}\n"
)


def may_hold(guard: str, kind: str) -> str:
    graph = normalise(read(deployment() + guard).instances, built_in_kinds())
    design = Design(graph, {}, (), Estimate({}), Requirements())
    return design.may_hold(graph["Deployment/default/api"], (kind,))


@pytest.mark.parametrize(
    ("namespace", "app", "held"),
    [
        ("default", "${APP}", True),
        ("${NAMESPACE}", "${APP}", True),
        ("other", "${APP}", False),
        ("default", "another", False),
    ],
)
def test_a_budget_with_an_unknown_selector_may_be_the_missing_one(
    namespace: str, app: str, held: bool
) -> None:
    guard = BUDGET.format(namespace=namespace, app=app)
    kind = normalise(read(guard).instances, built_in_kinds()).resources[0].kind
    assert ("guard" in may_hold(guard, kind)) is held
    assert may_hold(guard, "autoscaler") == ""


def test_an_autoscaler_with_an_unknown_target_may_be_the_missing_one() -> None:
    assert "guard" in may_hold(HPA, "autoscaler")
    assert may_hold(HPA.replace("{{ name }}", "other"), "autoscaler") == ""


def test_the_open_end_names_what_is_missing() -> None:
    graph = normalise(read(HPA).instances, built_in_kinds())
    [end] = graph.open_ends(graph.resources[0], Relation.SCALES)
    assert "{{ name }}" in end.value.why
