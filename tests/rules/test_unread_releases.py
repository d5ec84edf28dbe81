"""A chart that is not read may bring the agent that a rule looks for."""

from __future__ import annotations

import pytest

from mlarchlint.analysis.unread_releases import release_could_hold
from mlarchlint.model.resource import Format, Instance, Resource
from mlarchlint.model.value import Value


def release(chart: Value) -> Resource:
    instance = Instance("helm_release.a", "helm_release", "a", Format.TERRAFORM, {"chart": chart}, chart.span)
    return Resource("helm_release.a", "helm_release.a", "other", "kubernetes", {}, {}, instance)


@pytest.mark.parametrize(
    ("chart", "kind", "could"),
    [
        ("fluent-bit", "log_sink", True),
        ("oci://ghcr.io/grafana/helm-charts/loki", "log_sink", True),
        ("kube-prometheus-stack", "metric_sink", True),
        ("kube-prometheus-stack", "log_sink", False),
        ("datadog", "trace_sink", True),
        ("karpenter", "log_sink", False),
        ("mlflow", "experiment_tracker", True),
        ("mlflow", "autoscaler", False),
    ],
)
def test_the_name_of_a_chart_tells_what_it_brings(chart: str, kind: str, could: bool) -> None:
    found = release_could_hold([release(Value.known(chart))], (kind, "disruption_budget"))
    assert found == ("helm_release.a" if could else "")


def test_a_chart_that_is_not_known_could_bring_anything_for_the_cluster() -> None:
    hidden = [release(Value.unknown("var.chart has no value"))]
    assert release_could_hold(hidden, ("log_sink",)) == "helm_release.a"
    assert release_could_hold(hidden, ("autoscaler",)) == ""


def test_without_releases_nothing_is_held() -> None:
    assert release_could_hold([], ("log_sink",)) == ""
