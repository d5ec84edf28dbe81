"""What collects logs, metrics and traces beside a workload, and what its alarms are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.agents import agents_of
from mlarchlint.analysis.alarms import alarms_on, classes_of
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from tests.graph.read import read


def only(folder: Path, kind: str, source: str) -> Resource:
    return next(node for node in read(folder, source) if node.kind == kind)


@pytest.mark.parametrize(
    ("script", "collected"),
    [
        ("yum install -y amazon-cloudwatch-agent", {"logs", "metrics"}),
        ("docker run nvidia/dcgm-exporter:3", {"accelerators"}),
        ("docker run otel/opentelemetry-collector", {"logs", "metrics", "traces"}),
        (
            "DD_API_KEY=x sh install_script_agent7.sh",
            {"logs", "metrics", "traces", "accelerators", "everything"},
        ),
        ("python vectorise.py --output add_service", set()),
        ("# promtail is not used", set()),
    ],
)
def test_a_start_up_script_says_what_is_collected(tmp_path: Path, script: str, collected: set[str]) -> None:
    found = agents_of(read(tmp_path, f'resource "aws_instance" "a" {{\n  user_data = "{script}"\n}}\n'))
    assert {what for what in found.__slots__ if getattr(found, what) is Truth.YES} == collected


def test_an_addon_and_a_policy_of_the_provider_say_so_too(tmp_path: Path) -> None:
    addon = 'resource "aws_eks_addon" "a" {\n  addon_name = "amazon-cloudwatch-observability"\n}\n'
    policy = (
        'resource "aws_iam_role_policy_attachment" "a" {\n  role = "r"\n'
        '  policy_arn = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"\n}\n'
    )
    assert agents_of(read(tmp_path, addon)).accelerators is Truth.YES
    assert agents_of(read(tmp_path, policy)).logs is Truth.YES


def alarm(metric: str, name: str = "a", dimensions: str = "") -> str:
    return (
        f'resource "aws_cloudwatch_metric_alarm" "{name}" {{\n  alarm_name = "{name}"\n'
        f"  metric_name = {metric}\n  dimensions = {{ {dimensions} }}\n}}\n"
    )


@pytest.mark.parametrize(
    ("metric", "about"),
    [
        ('"ModelLatency"', {"latency"}),
        ('"Invocation5XXErrors"', {"errors"}),
        ("var.metric", {"unread"}),
        ('"Colour"', {"unread"}),
    ],
)
def test_an_alarm_is_about_its_metric(tmp_path: Path, metric: str, about: set[str]) -> None:
    assert classes_of(only(tmp_path, "alarm", alarm(metric) + 'variable "metric" {}\n')) == about


def test_an_alarm_on_something_else_is_not_an_alarm_of_the_workload(tmp_path: Path) -> None:
    source = (
        'resource "aws_lambda_function" "model" {\n  function_name = "model"\n}\n'
        'resource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\n'
        + alarm('"Errors"', "own", "FunctionName = aws_lambda_function.model.function_name")
        + alarm('"ApproximateAgeOfOldestMessage"', "other", "QueueName = aws_sqs_queue.orders.name")
        + alarm('"Errors"', "untied")
    )
    graph = read(tmp_path, source)
    node = next(n for n in graph if n.kind == "serverless_function")
    assert {found.name for found in alarms_on(graph, node)} == {"own", "untied"}
