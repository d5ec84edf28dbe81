"""Helm charts of repositories: nobody reads them here, and yet the agents that a cluster needs come with them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlarchlint.model.resource import Resource

# what a chart's name tells that it brings for the whole cluster; others bring what is their own
_EVERYTHING = (
    r"datadog|new-?relic|nri-|splunk|dynatrace|elastic|signoz|observability|opentelemetry|otel|cloudwatch"
)
_BRINGS = {
    "log_sink": r"fluent|vector|promtail|loki|alloy|filebeat|logstash|logging",
    "metric_sink": r"prometheus|metrics|grafana|victoria|dcgm|gpu-operator|alloy|monitoring|thanos|mimir",
    "alarm": r"prometheus|alertmanager|grafana|victoria|monitoring|mimir",
    "dashboard": r"prometheus|grafana|monitoring",
    "trace_sink": r"jaeger|tempo|zipkin|alloy|istio|linkerd|langfuse|phoenix",
    "experiment_tracker": r"mlflow|clearml|\baim\b|wandb|kubeflow|polyaxon|langfuse",
    "backup_plan": r"velero|k10|kasten|stash",
}


def release_could_hold(releases: Iterable[Resource], kinds: Iterable[str]) -> str:
    """The address of a release whose chart may bring one of the kinds; empty if there is none."""
    asked = [rf"{_EVERYTHING}|{_BRINGS[kind]}" for kind in kinds if kind in _BRINGS]
    for release in releases if asked else ():
        chart = release.instance.get("chart")
        name = (chart.clue() or "").rpartition("/")[2].lower()
        if chart.is_unknown and name in ("", "*"):
            return release.address
        if any(re.search(words, name) for words in asked):
            return release.address
    return ""
