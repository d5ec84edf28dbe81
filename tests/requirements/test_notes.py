"""Notes beside the requirements: quotas, what a region does not sell, the design in other regions."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

from mlarchlint.analysis.quotas import demands, quotas
from mlarchlint.analysis.region_offers import candidates, home_of, offer
from mlarchlint.kinds import built_in_kinds
from mlarchlint.notes import Note, notes
from mlarchlint.prices import embedded
from mlarchlint.registry import built_in_rules
from tests.requirements.designs import NETWORK, design, fleet
from tests.requirements.test_check import SCHEMA, run, sample

NEEDS = "slo: {availability: 99.9}"


def noted(folder: Path, terraform: str, needs: str = NEEDS) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {}
    for note in notes(design(folder, terraform, needs)):
        found.setdefault(note.topic, []).append(note)
    return found


@pytest.mark.parametrize(
    ("machine", "most", "said"),
    [
        ("g5.2xlarge", 3, "G and VT instances (L-DB2E81BA) in us-east-1: 24 vCPU at most, 0 by default"),
        (
            "p4d.24xlarge",
            1,
            "Running On-Demand P instances (L-417A185B) in us-east-1: 96 vCPU at most, 0 by default",
        ),
        ("c7i.large", 3, "(L-1216C47A) in us-east-1: 6 vCPU at most, 5 by default"),
        (
            "inf2.xlarge",
            2,
            "Running On-Demand Inf instances (L-1945791B) in us-east-1: 8 vCPU at most, 0 by default",
        ),
    ],
)
def test_a_quota_that_the_largest_fleet_would_meet_is_named(
    tmp_path: Path, machine: str, most: int, said: str
) -> None:
    (note,) = noted(tmp_path, NETWORK + fleet("ab", 1, most, machine))["quota"]
    assert said in note.text
    assert note.source == "Amazon EC2 endpoints and quotas, 2026-07-30"
    assert note.details == (f"aws_autoscaling_group.model: {said.rpartition(': ')[2].split()[0]}",)


def test_what_fits_into_the_default_quota_is_not_named(tmp_path: Path) -> None:
    assert "quota" not in noted(tmp_path, NETWORK + fleet("ab", 2, 2, "c7i.large"))


def test_endpoints_and_functions_have_quotas_of_their_own(tmp_path: Path) -> None:
    endpoint = """
provider "aws" {
  region = "eu-west-1"
}

resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    variant_name           = "main"
    model_name             = "ranker"
    instance_type          = "ml.g5.xlarge"
    initial_instance_count = 2
  }
}

resource "aws_sagemaker_endpoint" "ranker" {
  endpoint_config_name = aws_sagemaker_endpoint_configuration.ranker.name
}
"""
    (note,) = noted(tmp_path, endpoint)["quota"]
    assert "SageMaker endpoints in eu-west-1: 2 instances at most, 0 by default" in note.text


def test_a_function_asks_for_as_many_executions_as_requests_run_at_once(tmp_path: Path) -> None:
    function = """
provider "aws" {
  region = "eu-west-1"
}

resource "aws_lambda_function" "model" {
  function_name = "model-inference"
  role          = "arn:aws:iam::111122223333:role/model"
  package_type  = "Image"
  image_uri     = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/model:1"
  tags          = { "mlarchlint:role" = "inference" }
}
"""
    for rps, asked in ((1000, False), (9000, True)):
        needs = f"traffic: {{peak_rps: {rps}}}\nmodel: {{service_time_ms: {{p50: 500}}}}"
        made = design(tmp_path, function, needs)
        found = demands(made.graph, made.capacities)
        assert [demand.amount for demand in found] == ([4500.0] if asked else [])


def test_google_cards_have_a_quota_in_every_project(tmp_path: Path) -> None:
    text = """
resource "google_compute_instance" "model" {
  name         = "model-inference"
  machine_type = "g2-standard-8"
  zone         = "europe-west4-a"
}
"""
    (note,) = noted(tmp_path, text)["quota"]
    assert "europe-west4: 1 accelerators at most, set for each project" in note.text


IN_IRELAND = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
SAGEMAKER = """
resource "aws_sagemaker_training_job" "model" {
  training_job_name = "model"

  resource_config {
    instance_type     = "ml.p4d.24xlarge"
    instance_count    = 4
    volume_size_in_gb = 100
  }
}

resource "aws_sagemaker_notebook_instance" "lab" {
  name          = "lab"
  instance_type = "ml.g4dn.xlarge"
}
"""
NODES = """
resource "aws_eks_node_group" "model" {
  cluster_name   = "ml"
  instance_types = ["t3.medium"]

  scaling_config {
    min_size     = 1
    desired_size = 1
    max_size     = %d
  }
}
"""
SPOT_TASKS = """
resource "aws_ecs_service" "batch" {
  name            = "batch"
  desired_count   = 4
  task_definition = aws_ecs_task_definition.batch.arn

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }
}

resource "aws_ecs_task_definition" "batch" {
  family                   = "batch"
  requires_compatibilities = ["FARGATE"]
  cpu                      = "4096"
  memory                   = "8192"
  container_definitions    = "[]"
}
"""
SERVED = """
resource "google_vertex_ai_endpoint_with_model_garden_deployment" "model" {
  location             = "us-central1"
  publisher_model_name = "publishers/google/models/gemma3"

  deploy_config {
    dedicated_resources {
      min_replica_count = 1
      max_replica_count = 3

      machine_spec {
        machine_type      = "g2-standard-24"
        accelerator_type  = "NVIDIA_L4"
        accelerator_count = 2
      }
    }
  }
}
"""


def test_sagemaker_counts_machines_by_what_they_are_for(tmp_path: Path) -> None:
    said = {note.text for note in noted(tmp_path, IN_IRELAND + SAGEMAKER)["quota"]}
    assert said == {
        "instances of each accelerated type for SageMaker training jobs in eu-west-1: 4 instances at most, 0 by default",
        "instances of each accelerated type for SageMaker notebooks in eu-west-1: 1 instances at most, 0 by default",
    }


def test_a_node_group_may_have_only_so_many_nodes(tmp_path: Path) -> None:
    said = [note.text for note in noted(tmp_path, IN_IRELAND + NODES % 451)["quota"]]
    assert "Nodes per managed node group (L-BD136A63) in eu-west-1: 451 nodes at most, 450 by default" in said
    few = noted(tmp_path, IN_IRELAND + NODES % 2)
    assert "quota" not in few


def test_spot_tasks_have_a_quota_of_their_own(tmp_path: Path) -> None:
    (note,) = noted(tmp_path, IN_IRELAND + SPOT_TASKS)["quota"]
    assert note.text.startswith("Fargate Spot vCPU resource count (L-36FBB829) in eu-west-1: 16 vCPU at most")


def test_cards_that_serve_on_vertex_are_counted_apart(tmp_path: Path) -> None:
    (note,) = noted(tmp_path, SERVED)["quota"]
    assert note.text.startswith("custom model serving GPUs of the card in the region")
    assert "in us-central1: 6 accelerators at most" in note.text


def test_every_quota_has_a_source_an_address_and_a_date() -> None:
    for quota in quotas():
        assert quota.url.startswith("https://")
        assert quota.date >= "2026"
        assert quota.default is None or quota.default >= 0


def test_a_type_that_has_prices_elsewhere_only_is_named(tmp_path: Path) -> None:
    network = NETWORK.replace("us-east-1", "ap-southeast-6")
    group = fleet("ab", 2, 2, "p3.2xlarge").replace("us-east-1", "ap-southeast-6")
    (note,) = noted(tmp_path, network + group)["offer"]
    assert "p3.2xlarge has no price in ap-southeast-6, and one in" in note.text
    assert "offer" not in noted(tmp_path, NETWORK + fleet("ab", 2, 2, "p3.2xlarge"))
    # A type in no region's list is no matter of the region.
    assert "offer" not in noted(tmp_path, NETWORK + fleet("ab", 2, 2, "p99.unheard"))


SERVICE = """
provider "aws" {
  region = "%s"
}

resource "aws_apprunner_service" "model" {
  service_name = "model-inference"
}

resource "aws_sagemaker_monitoring_schedule" "drift" {
  name = "drift"
}
"""


def test_services_that_the_region_lacks_are_named_with_what_the_lists_say(tmp_path: Path) -> None:
    offered, made = noted(tmp_path, SERVICE % "eu-north-1")["offer"], noted(tmp_path, SERVICE % "af-south-1")
    (service,) = offered
    assert service.text.startswith(
        "AWS App Runner is not offered in eu-north-1, and 11 other regions have it ("
    )
    assert service.details == ("aws_apprunner_service.model",)
    assert "AWS regional services list, 2026" in service.source
    _, kind = made["offer"]
    assert kind.text.startswith(
        "Amazon SageMaker AI: CloudFormation has no AWS::SageMaker::MonitoringSchedule in af-south-1, and "
    )
    assert kind.text.endswith("see whether it is offered there")
    assert "offer" not in noted(tmp_path, SERVICE % "eu-west-1")
    assert "offer" not in noted(tmp_path, SERVICE % "cn-north-1")


def test_every_service_that_a_region_lacks_is_in_others_and_its_lists_have_dates() -> None:
    table = yaml.safe_load(files("mlarchlint.data").joinpath("service_regions.yaml").read_text("utf-8"))
    for source in table["sources"].values():
        assert source["url"].startswith("https://")
        assert str(source["date"]) >= "2026"
    kinds = set(built_in_rules()["MLA-DG008"].kinds)
    for row in table["services"]:
        lacking = {*row["not_in"], *row["no_type_in"]}
        assert lacking
        assert lacking < set(table["regions"])
        assert not set(row["not_in"]) & set(row["no_type_in"])
        for name in row["types"]:
            kind = built_in_kinds().find("cloudformation" if "::" in name else "terraform", name)
            assert kind is not None, name
            assert kind.kind in kinds, name


# -- the same design in other regions ---------------------------------------------------------


def test_candidates_are_where_data_may_be_or_else_where_users_are() -> None:
    users = ({"region": "london"}, {"region": "singapore"}, {"region": "us-east"})
    assert candidates("aws", "us-east-1", (), users, embedded()) == ("eu-west-2", "ap-southeast-1")
    assert candidates("aws", "us-east-1", ("eu-west-1", "nowhere"), users, embedded()) == ("eu-west-1",)
    assert candidates("aws", "us-east-1", (), (), embedded()) == ()


def test_prices_of_the_other_region_are_those_of_its_rows(tmp_path: Path) -> None:
    made = design(tmp_path, NETWORK + fleet("ab", 2, 2, "c7i.large"), NEEDS)
    home = home_of(made.graph, made.estimate)
    assert home == ("aws", "us-east-1")
    same = offer(made.graph, made.estimate, home, "us-east-1", embedded())
    assert same.here == same.there
    other = offer(made.graph, made.estimate, home, "eu-west-2", embedded())
    rows = [embedded().price("aws", region, "ec2", "c7i.large") for region in ("us-east-1", "eu-west-2")]
    assert rows[0] is not None
    assert rows[1] is not None
    machines = made.cost(made.graph["aws_autoscaling_group.model"]).items[0]
    assert other.there.low - other.here.low >= machines.quantity_low * (rows[1].price - rows[0].price) - 5


def test_a_region_is_compared_by_what_has_a_price_in_both_and_what_is_missing_is_said(tmp_path: Path) -> None:
    needs = (
        "users: [{region: bangkok}, {region: tokyo}]\ndata: {residency: {allowed_regions: [ap-southeast-6]}}"
    )
    made = NETWORK + fleet("ab", 2, 2, "p3.2xlarge") + SERVICE.partition("}\n")[2]
    (note,) = noted(tmp_path, made, needs.replace("bangkok", "sydney"))["region"]
    assert note.text == (
        "the same design in ap-southeast-6: nothing of what it costs in us-east-1 has a price there"
    )
    details = "\n".join(note.details)
    assert "AWS App Runner is not offered there (aws_apprunner_service.model)" in details
    assert "p3.2xlarge has no price there, while other machines have (aws_autoscaling_group.model)" in details
    # Where one of the places is not known, no mean is.
    assert "round trip" not in "\n".join(noted(tmp_path, made, needs)["region"][0].details)


def test_users_say_how_far_a_candidate_is(tmp_path: Path) -> None:
    notes_of = noted(tmp_path, NETWORK + fleet("ab", 2, 2, "c7i.large"), "users: [{region: london}]")
    (note,) = notes_of["region"]
    assert note.details[0] == "a round trip of the users: 5 ms on average, 80 ms to us-east-1"


def test_notes_are_shown_where_nothing_can_be_judged(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(NETWORK + fleet("ab", 2, 2, "c7i.large"))
    (tmp_path / ".mlarchlint.yaml").write_text("requirements:\n  users: [{region: london}]\n")
    said = run(tmp_path).stdout
    assert said.startswith("No requirements are written: nothing to check.")
    assert "NOTE     region: the same design in eu-west-2: $" in said


def test_notes_are_part_of_every_form_of_the_report_and_of_no_verdict(tmp_path: Path) -> None:
    sample(tmp_path)
    report = json.loads(run(tmp_path, "--format", "json").stdout)
    jsonschema.validate(report, json.loads(SCHEMA.read_text("utf-8")))
    regions = [note["text"] for note in report["notes"] if note["topic"] == "region"]
    assert [text.partition(":")[0] for text in regions] == [
        f"the same design in {region}" for region in ("eu-west-2", "ap-southeast-1")
    ]
    assert "NOTE     region: the same design in eu-west-2: $" in run(tmp_path).stdout
    assert "- the same design in eu-west-2: " in run(tmp_path, "--format", "markdown").stdout
    assert run(tmp_path).exit_code == 0


def test_without_requirements_there_are_no_notes(tmp_path: Path) -> None:
    assert notes(design(tmp_path, NETWORK + fleet("ab", 2, 9, "g5.xlarge"))) == ()
