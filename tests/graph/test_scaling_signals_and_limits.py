from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlarchlint.analysis.machine_tables import baselines
from mlarchlint.analysis.scaling_signals import Signal, signals_of
from mlarchlint.analysis.service_limits import limits_of
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from tests.graph.read import read

ENDPOINT = """
resource "aws_sagemaker_endpoint" "e" {
  name                 = "e"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.c.name
}
resource "aws_sagemaker_endpoint_configuration" "c" {
  name = "c"
  production_variants {
    variant_name           = "all"
    model_name             = "m"
    instance_type          = "ml.g5.xlarge"
    initial_instance_count = 2
  }
}
resource "aws_appautoscaling_target" "t" {
  service_namespace  = "sagemaker"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.e.name}/variant/all"
  min_capacity       = 2
  max_capacity       = 8
}
"""
POLICY = """
resource "aws_appautoscaling_policy" "%s" {
  name               = "%s"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "sagemaker"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  resource_id        = aws_appautoscaling_target.t.resource_id
  target_tracking_scaling_policy_configuration {
    target_value = %s
    predefined_metric_specification { predefined_metric_type = "%s" }
  }
}
"""


def test_every_policy_of_a_target_has_its_own_signal(tmp_path: Path) -> None:
    policies = POLICY % ("a", "a", 60, "CPUUtilization") + POLICY % ("b", "b", 900, "Invocations")
    graph = read(tmp_path, ENDPOINT + policies)
    found = signals_of(graph, graph["aws_sagemaker_endpoint_configuration.c"])
    assert [(s.metric.text(), s.target.plain()) for s in found] == [
        ("CPUUtilization", 60),
        ("Invocations", 900),
    ]


@pytest.mark.parametrize(
    ("metric", "target", "share"),
    [
        ("cpu", 0.6, 60),
        ("CPUUtilization", 70, 70),
        ("memory", 90, None),
        ("rps", 50, None),
        ("cpu", 300, None),
    ],
)
def test_a_target_is_a_share_only_of_a_processor_or_an_accelerator(
    metric: str, target: Any, share: Any
) -> None:
    from mlarchlint.model.value import from_plain

    assert Signal(Value.known(metric), from_plain(target)).share == share


def test_a_metric_that_an_input_decides_may_be_the_processor() -> None:
    assert Signal(Value.unknown("var.m has no value"), Value.absent()).of_cpu is Truth.MAYBE


def test_a_hop_waits_no_longer_than_its_service_allows(tmp_path: Path) -> None:
    graph = read(
        tmp_path,
        'resource "aws_lambda_function" "f" {\n  function_name = "f"\n  timeout = 40\n}\n' + ENDPOINT,
    )
    assert limits_of(graph["aws_lambda_function.f"]).seconds == 40
    assert limits_of(graph["aws_sagemaker_endpoint_configuration.c"]).seconds == 60


def test_a_part_turns_on_what_its_owner_leaves_off(tmp_path: Path) -> None:
    queue = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'
    part = 'resource "aws_sqs_queue_redrive_policy" "q" {\n  queue_url = aws_sqs_queue.q.id\n  redrive_policy = jsonencode({ maxReceiveCount = 3 })\n}\n'
    assert read(tmp_path, queue)["aws_sqs_queue.q"]["dead_letter"].raw is False
    assert read(tmp_path, queue + part)["aws_sqs_queue.q"]["dead_letter"].raw is True


def test_baselines_are_shares_of_a_processor() -> None:
    assert all(0 < share <= 50 for share in baselines().values())
    assert baselines()["e2-micro"] == 12.5
