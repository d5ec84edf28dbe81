"""What AWS entries make of real declarations, in both formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.pipeline import scan


def graph(folder: Path, text: str, name: str = "main.tf") -> ResourceGraph:
    (folder / name).write_text(text, "utf-8")
    return scan([folder]).graph


def bucket(folder: Path, parts: str) -> dict[str, object]:
    found = graph(folder, 'resource "aws_s3_bucket" "b" {\n  bucket = "models"\n}\n' + parts)
    return {name: value.plain() for name, value in found["aws_s3_bucket.b"].attrs.items()}


@pytest.mark.parametrize(("percent", "spot"), [(100, "none"), (0, "all"), (40, "mixed")])
def test_the_on_demand_share_tells_how_much_of_a_group_is_spot(
    tmp_path: Path, percent: int, spot: str
) -> None:
    text = f"""
resource "aws_autoscaling_group" "g" {{
  min_size = 2
  max_size = 4
  mixed_instances_policy {{
    instances_distribution {{
      on_demand_base_capacity                  = 1
      on_demand_percentage_above_base_capacity = {percent}
    }}
  }}
}}
"""
    group = graph(tmp_path, text)["aws_autoscaling_group.g"]
    assert group["spot"].plain() == spot
    assert group["on_demand_base"].plain() == 1


def test_a_group_takes_spot_and_instance_type_from_its_launch_template(tmp_path: Path) -> None:
    text = """
resource "aws_launch_template" "l" {
  instance_type = "g5.xlarge"
  instance_market_options {
    market_type = "spot"
  }
}
resource "aws_autoscaling_group" "g" {
  min_size = 1
  max_size = 2
  launch_template {
    id = aws_launch_template.l.id
  }
}
"""
    group = graph(tmp_path, text)["aws_autoscaling_group.g"]
    assert group["spot"].plain() == "all"
    assert group["instance_type"].plain() == "g5.xlarge"


def test_a_listener_that_only_redirects_says_so(tmp_path: Path) -> None:
    text = """
resource "aws_lb_listener" "h" {
  port = 80
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
"""
    listener = graph(tmp_path, text)["aws_lb_listener.h"]
    assert listener["tls"].plain() is False
    assert listener["redirects_to_tls"].plain() is True


def test_requests_flow_from_the_balancer_to_the_group(tmp_path: Path) -> None:
    text = """
resource "aws_lb" "lb" {}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.lb.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_lb_target_group" "t" {}
resource "aws_autoscaling_group" "g" {
  min_size          = 2
  max_size          = 4
  target_group_arns = [aws_lb_target_group.t.arn]
}
"""
    found = graph(tmp_path, text)
    path = [r.address for r in found.reach(found["aws_lb.lb"], Relation.ROUTES_TO)]
    assert path == ["aws_lb_listener.l", "aws_lb_target_group.t", "aws_autoscaling_group.g"]


def test_a_bucket_is_encrypted_and_private_by_default_but_has_no_versions(tmp_path: Path) -> None:
    traits = bucket(tmp_path, "")
    assert traits["encrypted_at_rest"] is True
    assert traits["restrict_public"] is True
    assert traits["versioning"] is False


def test_the_resources_beside_a_bucket_complete_it(tmp_path: Path) -> None:
    traits = bucket(
        tmp_path,
        """
resource "aws_s3_bucket_versioning" "b" {
  bucket = aws_s3_bucket.b.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_lifecycle_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    id     = "tier"
    status = "Enabled"
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
  }
}
""",
    )
    assert traits["versioning"] is True
    assert (traits["lifecycle_rules"], traits["transition_days"]) == (1, 30)


def test_what_a_public_access_block_leaves_out_is_open(tmp_path: Path) -> None:
    traits = bucket(
        tmp_path,
        'resource "aws_s3_bucket_public_access_block" "b" {\n'
        "  bucket            = aws_s3_bucket.b.id\n  block_public_acls = true\n}\n",
    )
    assert traits["block_public_acls"] is True
    assert traits["restrict_public"] is False


def test_an_endpoint_stands_for_its_configuration(tmp_path: Path) -> None:
    text = """
resource "aws_sagemaker_model" "m" {
  name               = "m"
  execution_role_arn = "arn:aws:iam::111122223333:role/x"
  primary_container {
    image       = "repo/image:1"
    environment = { MODEL_NAME = "x" }
  }
}
resource "aws_sagemaker_endpoint_configuration" "c" {
  production_variants {
    model_name             = aws_sagemaker_model.m.name
    initial_instance_count = 2
    instance_type          = "ml.g5.xlarge"
  }
}
resource "aws_sagemaker_endpoint" "e" {
  endpoint_config_name = aws_sagemaker_endpoint_configuration.c.name
}
resource "aws_appautoscaling_target" "t" {
  min_capacity       = 2
  max_capacity       = 4
  resource_id        = "endpoint/${aws_sagemaker_endpoint.e.name}/variant/a"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  service_namespace  = "sagemaker"
}
"""
    found = graph(tmp_path, text)
    endpoint = found["aws_sagemaker_endpoint_configuration.c"]
    assert found["aws_sagemaker_endpoint.e"].part_of == endpoint.key
    assert [r.address for r in found.sources(endpoint, Relation.SCALES)] == ["aws_appautoscaling_target.t"]
    assert endpoint["min_count"].plain() == 2
    assert endpoint["env_names"].plain() == ["MODEL_NAME"]


def test_containers_of_a_task_definition_are_read_from_its_json(tmp_path: Path) -> None:
    text = """
resource "aws_ecs_task_definition" "t" {
  family = "svc"
  container_definitions = jsonencode([
    { name = "a", image = "vllm/vllm-openai:1", portMappings = [{ containerPort = 8000 }] },
    { name = "b", image = "otel/collector:1" },
  ])
}
resource "aws_ecs_service" "s" {
  task_definition = aws_ecs_task_definition.t.arn
  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
  }
}
"""
    service = graph(tmp_path, text)["aws_ecs_service.s"]
    assert service["images"].plain() == ["vllm/vllm-openai:1", "otel/collector:1"]
    assert service["ports"].plain() == [8000]
    assert service["spot"].plain() == "all"


def test_a_default_may_differ_between_the_formats(tmp_path: Path) -> None:
    terraform = 'resource "aws_db_instance" "d" {\n  instance_class = "db.t3.micro"\n}\n'
    template = (
        "Resources:\n  D:\n    Type: AWS::RDS::DBInstance\n    Properties: {DBInstanceClass: db.t3.micro}\n"
    )
    (tmp_path / "t").mkdir()
    (tmp_path / "c").mkdir()
    assert graph(tmp_path / "t", terraform)["aws_db_instance.d"]["backup_days"].plain() == 0
    assert graph(tmp_path / "c", template, "t.yaml")["D"]["backup_days"].plain() == 1


def test_a_key_that_is_referenced_is_a_customer_key(tmp_path: Path) -> None:
    text = """
resource "aws_kms_key" "k" {}
resource "aws_efs_file_system" "f" {
  encrypted  = true
  kms_key_id = aws_kms_key.k.arn
}
"""
    found = graph(tmp_path, text)
    share = found["aws_efs_file_system.f"]
    assert share["key"].plain() == "customer"
    assert [r.address for r in found.targets(share, Relation.ENCRYPTS_WITH)] == ["aws_kms_key.k"]


def test_a_registry_module_is_read_by_its_inputs(tmp_path: Path) -> None:
    text = """
module "db" {
  source         = "terraform-aws-modules/rds/aws"
  version        = "6.0.0"
  identifier     = "tracking"
  engine         = "postgres"
  instance_class = "db.t3.medium"
}
"""
    database = graph(tmp_path, text)["module.db"]
    assert database.kind == "database"
    assert database["ha"].plain() == "none"
    assert database["encrypted_at_rest"].plain() is True
