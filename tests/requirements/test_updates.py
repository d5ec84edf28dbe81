"""How each serving fleet is updated, as a row of `mlarchlint check` tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlarchlint.config_layers import load_config
from mlarchlint.judgements import judged
from mlarchlint.model.truth import Truth
from mlarchlint.pipeline import scan
from tests.requirements.test_check import run
from tests.test_fixtures import FIXTURES

WANTED = "requirements: {updates: {zero_downtime: true}}\n"


def fleets(folder: Path) -> dict[str, Any]:
    """The rows of a folder by the fleet that they are about."""
    found = judged(scan([folder], load_config([folder])))
    return {row.subject: row for row in found if row.path == "updates.zero_downtime"}


_CASES = FIXTURES / "MLA-ML004"
_MET = [
    ("terraform-aws", "aws_ecs_service.predictor_default", "rolling: all of 4 tasks stay, up to 100 % more meanwhile"),
    ("terraform-aws", "aws_ecs_service.predictor_half", "rolling: at most 2 of 4 tasks away, up to 100 % more meanwhile"),
    ("terraform-aws", "aws_ecs_service.predictor_blue_green", "blue-green: by CodeDeploy (ECSCanary10Percent5Minutes)"),
    ("terraform-aws", "aws_ecs_service.predictor_linear", "linear: ECS moves the traffic in steps"),
    ("terraform-aws", "aws_autoscaling_group.inference_rolling", "rolling: at most 1 of 4 instances away"),
    ("terraform-aws", "aws_autoscaling_group.inference_beside", "blue-green: Terraform makes a new group"),
    ("terraform-aws", "aws_autoscaling_group.inference_deployed", "rolling: by CodeDeploy (OneAtATime)"),
    ("terraform-aws", "aws_sagemaker_endpoint_configuration.at_once", "blue-green: all requests in one step"),
    ("terraform-aws", "aws_sagemaker_endpoint_configuration.canary", "canary: the traffic moves in steps, 10 %"),
    ("terraform-aws", "aws_sagemaker_endpoint_configuration.variants", "canary: traffic split 90/10"),
    ("terraform-aws", "aws_sagemaker_endpoint_configuration.told", "blue-green: SageMaker keeps the old version"),
    ("terraform-aws", "aws_lambda_function.predict", "canary: 10 % of the requests"),
    ("terraform-google", "google_compute_region_instance_group_manager.inference_surge", "rolling: all of 3 instances stay, 3 more meanwhile"),
    ("terraform-google", "google_cloud_run_v2_service.ranker", "blue-green: the service sends all requests to a new revision"),
    ("terraform-google", "google_cloud_run_v2_service.ranker_canary", "canary: traffic split 90/10"),
    ("terraform-google", "google_vertex_ai_endpoint.split", "canary: traffic split 90/10"),
    ("terraform-azure", "azurerm_linux_virtual_machine_scale_set.inference_rolling", "rolling: at most 1 of 4 instances away"),
    ("terraform-azure", "azurerm_linux_web_app.ranker_swapped", "blue-green: a deployment slot"),
    ("terraform-azure", "azurerm_linux_function_app.predict_swapped", "blue-green: a deployment slot"),
    ("terraform-azure", "azurerm_container_app.ranker", "blue-green: the service sends all requests to a new revision"),
    ("terraform-azure", "azurerm_container_app.ranker_canary", "canary: traffic split 90/10"),
    ("terraform-azure", "azapi_resource.split", "canary: traffic split 90/10"),
    ("cloudformation", "PredictorsKept", "rolling: at most 1 of 4 instances away"),
    ("cloudformation", "PredictorsReplaced", "blue-green: the stack makes a new group"),
    ("cloudformation", "Predict", "canary: 10 % of the requests"),
    ("cloudformation", "CanaryConfig", "canary: the traffic moves in steps, 10 %"),
    ("kubernetes", "Deployment/default/inference-rolling", "rolling: all of 4 replicas stay, 1 more meanwhile"),
    ("kubernetes", "Deployment/default/inference-default", "rolling: at most 1 of 4 replicas away, 1 more meanwhile"),
    ("kubernetes", "StatefulSet/default/inference-one-by-one", "rolling: at most 1 of 2 replicas away"),
    ("kubernetes", "Rollout/default/inference-canary", "canary: 20 % of the requests"),
    ("kubernetes", "Rollout/default/inference-blue-green", "blue-green"),
    ("kubernetes", "LeaderWorkerSet/default/inference-group-surge", "rolling: its only replica stays, 1 more meanwhile"),
    ("kubernetes", "InferenceService/default/canary", "canary: 10 % of the requests"),
    ("kubernetes", "InferenceService/default/usual", "blue-green: the operator keeps"),
    ("kubernetes", "RayService/default/usual-ray", "blue-green"),
    ("kubernetes", "SeldonDeployment/default/split", "canary: traffic split 90/10"),
    ("kubernetes", "Service/default/split-inference", "canary: traffic split 90/10"),
    ("kubernetes", "Deployment/default/inference-blue", "blue-green: HTTPRoute/default/ranker sends all requests to one of 2 groups"),
    ("terraform-aws", "aws_autoscaling_group.inference_green", "canary: aws_lb_listener.split splits the traffic 80/20"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "subject", "manner"), _MET)
def test_a_met_row_says_how_it_is_updated_and_where_that_is_written(
    form: str, subject: str, manner: str, every: dict[str, dict[str, Any]]
) -> None:
    row = every[form][subject]
    assert (row.met, row.computed[: len(manner)]) == (Truth.YES, manner)
    assert row.span.file.rpartition("/")[0].endswith(form)
    assert row.span.line > 0


@pytest.fixture(scope="module")
def every() -> dict[str, dict[str, Any]]:
    return {form.name: fleets(form) for form in _CASES.iterdir() if form.is_dir()}


@pytest.mark.parametrize(
    ("form", "subject", "met", "told"),
    [
        (
            "terraform-aws",
            "aws_sagemaker_endpoint_configuration.refused",
            Truth.NO,
            "deletes its configuration before",
        ),
        (
            "terraform-aws",
            "aws_sagemaker_endpoint_configuration.unnoticed",
            Truth.NO,
            "never reaches the endpoint",
        ),
        ("terraform-aws", "aws_autoscaling_group.inference_kept", Truth.NO, "a new version is refused"),
        ("terraform-aws", "aws_instance.inference[0] and 1 more", Truth.NO, "its 2 machines together"),
        ("terraform-aws", "aws_ecs_service.predictor_stuck", Truth.NO, "never gets on"),
        ("terraform-aws", "aws_ecs_service.predictor_elsewhere", Truth.MAYBE, "outside of the scanned code"),
        (
            "terraform-aws",
            "aws_autoscaling_group.inference_by_hand",
            Truth.NO,
            "nothing replaces its instances",
        ),
        (
            "terraform-google",
            "google_vertex_ai_endpoint.elsewhere",
            Truth.MAYBE,
            "outside of the scanned code",
        ),
        ("terraform-azure", "azurerm_linux_web_app.ranker", Truth.NO, "no deployment slot"),
        ("cloudformation", "PredictorsByHand", Truth.NO, "nothing replaces its instances"),
        ("cloudformation", "NamedConfig", Truth.NO, "a stack cannot replace"),
        ("kubernetes", "Deployment/default/inference-unready", Truth.NO, "no readiness probe"),
        ("kubernetes", "Pod/default/inference-bare", Truth.NO, "a bare pod ends"),
    ],
)
def test_what_is_not_configured_or_not_known_is_said(
    form: str, subject: str, met: Truth, told: str, every: dict[str, dict[str, Any]]
) -> None:
    row = every[form][subject]
    assert row.met is met
    assert told in (row.computed if met is Truth.NO else row.missing)


def test_readiness_is_told_by_the_rule_on_health_checks(every: dict[str, dict[str, Any]]) -> None:
    assert every["kubernetes"]["Deployment/default/inference-unready"].rule == "MLA-HA003"
    assert every["kubernetes"]["Deployment/default/inference-away"].rule == "MLA-ML004"


def test_nodes_that_may_be_upgraded_at_once_are_said_and_stop_no_update(
    every: dict[str, dict[str, Any]],
) -> None:
    row = every["kubernetes"]["Deployment/default/inference-evicted"]
    assert row.met is Truth.YES
    assert any("no PodDisruptionBudget" in text for text in row.arithmetic)


def test_evidence_beside_the_manner_has_its_place(every: dict[str, dict[str, Any]]) -> None:
    row = every["kubernetes"]["Deployment/default/inference-rolling"]
    assert [text.partition(" (")[0] for text in row.arithmetic[:1]] == ["readiness probe"]
    assert row.arithmetic[0].endswith("serving.yaml:34)")


def test_requests_longer_than_the_draining_are_cut_off(tmp_path: Path) -> None:
    (tmp_path / "serving.yaml").write_text(
        (_CASES / "kubernetes" / "serving.yaml").read_text("utf-8"), "utf-8"
    )
    needs = WANTED.replace("}}", "}, model: {service_time_ms: {p95: 45_000}}}")
    (tmp_path / ".mlarchlint.yaml").write_text(needs, "utf-8")
    row = fleets(tmp_path)["Deployment/default/inference-rolling"]
    assert row.met is Truth.NO
    assert "replicas get 30 s, and a request takes 45 s" in row.computed


def test_a_step_at_the_peak_that_leaves_too_few_is_told(tmp_path: Path) -> None:
    text = (_CASES / "kubernetes" / "serving.yaml").read_text("utf-8").split("---\n")[1]
    (tmp_path / "serving.yaml").write_text(text.replace("maxUnavailable: 0", "maxUnavailable: 2"), "utf-8")
    needs = WANTED.replace("}}", "}, traffic: {peak_rps: 90}, model: {throughput_rps: 25}}")
    (tmp_path / ".mlarchlint.yaml").write_text(needs, "utf-8")
    row = fleets(tmp_path)["Deployment/default/inference-rolling"]
    assert "leaves 2 of 4 replicas, which carry 50 requests a second where 90 come" in " ".join(
        row.arithmetic
    )
    told = [one for one in scan([tmp_path], load_config([tmp_path])).findings if one.attribute == "capacity"]
    assert [one.rule for one in told] == ["MLA-ML004"]


def test_what_serves_nothing_cannot_be_told(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "models" {}\n', "utf-8")
    (tmp_path / ".mlarchlint.yaml").write_text(WANTED, "utf-8")
    (row,) = fleets(tmp_path).values()
    assert (row.met, row.missing) == (Truth.MAYBE, "a serving workload in the scanned code")
    assert run(tmp_path).exit_code == 0
