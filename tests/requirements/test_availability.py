"""Availability of designs: the two diagrams of the lesson, its exercise, and what hangs on a path."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from mlarchlint.analysis.availability import PathAvailability
from mlarchlint.analysis.availability_math import downtime_minutes
from mlarchlint.analysis.figures import percent
from mlarchlint.analysis.service_levels import rows_for, service_levels
from mlarchlint.model.truth import Truth
from tests.requirements.designs import CDN, NETWORK, design, design_of, fleet
from tests.test_fixtures import FIXTURES


def only(folder: Path, terraform: str, requirements: str = "") -> PathAvailability:
    (path,) = design(folder, terraform, requirements).availabilities
    return path


def test_two_machines_in_one_zone(tmp_path: Path) -> None:
    path = only(tmp_path, NETWORK + fleet("a", 2))
    group = next(c for c in path.components if c.name == "aws_autoscaling_group.model")
    assert group.contract.low == group.contract.high == pytest.approx(0.995)
    assert path.contract.low == path.contract.high == pytest.approx(0.99490, abs=5e-6)
    assert path.model.low == path.model.high == pytest.approx(0.99888, abs=5e-6)
    assert path.model.reaches(0.999) is Truth.NO
    assert path.weakest is group


def test_two_machines_in_each_of_two_zones(tmp_path: Path) -> None:
    path = only(tmp_path, NETWORK + fleet("ab", 4))
    group = next(c for c in path.components if c.name == "aws_autoscaling_group.model")
    assert group.contract.low == group.contract.high == pytest.approx(0.9999)
    assert path.contract.low == pytest.approx(0.99980, abs=5e-6)
    assert path.model.low == pytest.approx(0.99980, abs=5e-6)
    assert path.model.reaches(0.999) is Truth.YES


def test_the_sample_solution_as_drawn_is_not_backed_by_contract(tmp_path: Path) -> None:
    path = only(tmp_path, NETWORK + fleet("ab", 4, 10) + CDN)
    assert path.contract.low == path.contract.high == pytest.approx(0.99880, abs=5e-6)
    assert downtime_minutes(path.contract.low) == pytest.approx(51.8, abs=0.05)
    assert path.contract.reaches(0.999) is Truth.NO
    assert path.model.low == pytest.approx(0.99999 * 0.9999 * 0.9999)
    assert path.model.reaches(0.999) is Truth.YES


DNS = """
resource "aws_route53_record" "cdn" {
  zone_id         = "Z1"
  name            = "api.example.com"
  type            = "A"
  set_identifier  = "cdn"
  health_check_id = "hc-1"

  failover_routing_policy {
    type = "PRIMARY"
  }

  alias {
    name                   = aws_cloudfront_distribution.cdn.domain_name
    zone_id                = "Z2"
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "direct" {
  zone_id        = "Z1"
  name           = "api.example.com"
  type           = "A"
  set_identifier = "direct"

  failover_routing_policy {
    type = "SECONDARY"
  }

  alias {
    name                   = aws_lb.api.dns_name
    zone_id                = "Z3"
    evaluate_target_health = false
  }
}
"""


def test_a_failover_of_the_dns_goes_around_the_cdn(tmp_path: Path) -> None:
    path = only(tmp_path, NETWORK + fleet("ab", 4) + CDN + DNS)
    assert path.path.switch is Truth.YES
    assert path.contract.low == pytest.approx(0.99980, abs=5e-6)


def test_a_failover_that_nothing_triggers_counts_for_nothing(tmp_path: Path) -> None:
    path = only(tmp_path, NETWORK + fleet("ab", 4) + CDN + DNS.replace('  health_check_id = "hc-1"\n', ""))
    assert path.path.switch is Truth.NO
    assert path.contract.low == path.contract.high == pytest.approx(0.99880, abs=5e-6)


DATABASE = """
resource "aws_db_instance" "features" {
  identifier     = "features"
  engine         = "postgres"
  instance_class = "db.t3.medium"
  multi_az       = false
}
"""


def test_a_database_in_one_zone_behind_a_fleet_in_two_is_the_weakest_link(tmp_path: Path) -> None:
    group = fleet("ab", 4).replace(
        'instance_type = "c7i.large"',
        'instance_type = "c7i.large"\n  user_data = base64encode("DB=${aws_db_instance.features.address}")',
    )
    path = only(tmp_path, NETWORK + group + DATABASE)
    assert path.weakest.name == "aws_db_instance.features"
    assert path.model.reaches(0.999) is Truth.NO
    assert path.with_cure(path.weakest).reaches(0.999) is Truth.YES


def test_a_zone_that_is_not_known_gives_bounds(tmp_path: Path) -> None:
    text = NETWORK + fleet("ab", 4).replace(
        '[aws_subnet.zone["us-east-1a"].id, aws_subnet.zone["us-east-1b"].id]', "var.subnets"
    )
    path = only(tmp_path, text + '\nvariable "subnets" {\n  type = list(string)\n}\n')
    assert path.model.low < 0.999 <= path.model.high
    assert path.model.reaches(0.999) is Truth.MAYBE
    assert any("var.subnets" in part for part in path.missing)


def test_stated_throughput_says_how_many_are_needed(tmp_path: Path) -> None:
    needs = "traffic: {peak_rps: 70}\nmodel: {throughput_rps: 25}"
    path = only(tmp_path, NETWORK + fleet("ab", 4), needs)
    # Three of four are needed, so that a lost zone takes the service down.
    assert path.model.low == pytest.approx(0.997852 * 0.9999, abs=1e-6)
    assert path.model.reaches(0.999) is Truth.NO


@pytest.mark.parametrize(
    "form", ["terraform-aws", "cloudformation", "terraform-google", "terraform-azure", "kubernetes"]
)
def test_the_secure_designs_reach_their_target_and_the_naive_ones_do_not(form: str) -> None:
    exercise = FIXTURES / "designs" / "image-classifier"
    for path in design_of(exercise / form).availabilities:
        assert path.model.reaches(0.999) is Truth.YES
    naive = design_of(exercise / "naive" / form).availabilities
    assert naive
    assert all(path.model.reaches(0.999) is Truth.NO for path in naive)


def test_every_published_figure_has_a_source_and_a_date() -> None:
    for row in service_levels():
        assert row.source
        assert row.date
        assert row.sla is None or 0.9 < row.sla <= 1


def test_a_figure_is_from_the_providers_page_or_from_a_list_that_is_named() -> None:
    table = yaml.safe_load(files("mlarchlint.data").joinpath("sla.yaml").read_text("utf-8"))
    hosts = ("https://aws.amazon.com/", "https://cloud.google.com/", "https://learn.microsoft.com/")
    for row in table["services"]:
        assert ("page" in row) is ("source" not in row), row["service"]
        assert "page" not in row or (row["page"].startswith(hosts) and row["read"].year >= 2026), row[
            "service"
        ]
    assert sum("page" in row for row in table["services"]) >= 50


NODES = """
resource "google_vertex_ai_endpoint_with_model_garden_deployment" "model" {
  location             = "us-central1"
  publisher_model_name = "publishers/google/models/gemma3"

  deploy_config {
    dedicated_resources {
      min_replica_count = %s
    }
  }
}
"""


@pytest.mark.parametrize(("nodes", "levels"), [("1", [None]), ("2", [0.995]), ("var.nodes", [None, 0.995])])
def test_what_is_owed_may_hang_on_the_number_of_nodes(
    tmp_path: Path, nodes: str, levels: list[float | None]
) -> None:
    made = design(tmp_path, 'variable "nodes" {}\n' + NODES % nodes, "slo: {availability: 99.9}")
    node = made.graph["google_vertex_ai_endpoint_with_model_garden_deployment.model"]
    rows = rows_for(node, frozenset({"zones"}), service_levels())
    assert [row.sla for row in rows] == levels


def test_a_figure_below_the_target_does_not_look_like_it() -> None:
    assert percent(0.99979) == "99.979 %"
    assert percent(0.9989999) == "99.9 %"
    assert percent(0.9989999, below=0.999) == "99.89999 %"
    assert percent(0.999, below=0.999) == "99.9 %"


ASKED = """
provider "aws" {
  region = "us-east-1"
}

resource "aws_apigatewayv2_api" "api" {
  name          = "ranker"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "ask" {
  api_id           = aws_apigatewayv2_api.api.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.ask.invoke_arn
}

resource "aws_lambda_function" "ask" {
  function_name = "ask-model-inference"
  role          = "arn:aws:iam::111122223333:role/ask"
  package_type  = "Image"
  image_uri     = "111122223333.dkr.ecr.us-east-1.amazonaws.com/ask:1"
  tags          = { "mlarchlint:role" = "inference" }

  environment {
    variables = { ENDPOINT = aws_sagemaker_endpoint.ranker.name }
  }
}

resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    variant_name           = "main"
    model_name             = "ranker"
    instance_type          = "ml.m5.large"
    initial_instance_count = 1
  }
}

resource "aws_sagemaker_endpoint" "ranker" {
  endpoint_config_name = aws_sagemaker_endpoint_configuration.ranker.name
}
"""


def test_an_endpoint_that_a_function_asks_is_on_the_path_of_the_function(tmp_path: Path) -> None:
    path = only(tmp_path, ASKED)
    names = [component.name for component in path.components]
    assert names[-1] == "aws_sagemaker_endpoint_configuration.ranker"
    assert "aws_lambda_function.ask" in names
    assert path.weakest.name == names[-1]
    assert path.model.reaches(0.999) is Truth.NO


def test_a_load_that_fleets_share_is_put_on_none_of_them(tmp_path: Path) -> None:
    needs = "traffic: {peak_rps: 70}\nmodel: {throughput_rps: 25}"
    second = (
        fleet("ab", 4)
        .replace('"model"', '"other"')
        .replace("aws_lb_target_group.model.arn", "")
        .split("\n\n", 1)[1]
    )
    paths = design(tmp_path, NETWORK + fleet("ab", 4) + "\n" + second, needs).availabilities
    assert len(paths) == 2
    assert all(path.model.low >= 0.9997 for path in paths)


def test_what_is_switched_off_is_no_fleet_and_what_scales_to_zero_is_one(tmp_path: Path) -> None:
    assert design(tmp_path, NETWORK + fleet("ab", 0)).availabilities == ()
    path = only(tmp_path, NETWORK + fleet("ab", 0, 4))
    assert path.weakest.model.how == "1 instance over 1 zone, 1 needed"
    assert 0.99 < path.model.low < 0.999


def test_stores_that_answers_do_not_need_are_named_and_not_counted(tmp_path: Path) -> None:
    group = fleet("ab", 4).replace(
        'instance_type = "c7i.large"',
        'instance_type = "c7i.large"\n  user_data = base64encode("LOG=${aws_redshift_cluster.log.endpoint} EFS=${aws_efs_file_system.models.id}")',
    )
    stores = """
resource "aws_redshift_cluster" "log" {
  cluster_identifier = "log"
  node_type          = "ra3.large"
}

resource "aws_efs_file_system" "models" {
  availability_zone_name = "us-east-1a"
}
"""
    path = only(tmp_path, NETWORK + group + stores)
    assert {node.address for node, _ in path.soft} == {
        "aws_redshift_cluster.log",
        "aws_efs_file_system.models",
    }
    assert path.model.reaches(0.999) is Truth.YES


def test_stated_odds_replace_the_assumed_ones(tmp_path: Path) -> None:
    stated = "assume: {zone_availability: 99.99, instance_availability: 99.9}"
    path = only(tmp_path, NETWORK + fleet("a", 2), stated)
    assert path.model.low == pytest.approx(0.9999 * (1 - 0.001**2) * 0.9999)
    assert "a zone is up 99.99 % of the time, an instance 99.9 %" in path.assumptions
