"""A text that is only partly known still says what it is: an image, a command, a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.model.resource import Resource
from mlarchlint.pipeline import Result, scan


def scanned(folder: Path, **files: str) -> Result:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return scan([folder])


def only(result: Result, kind: str) -> Resource:
    (found,) = result.graph.of_kind(kind)
    return found


TASK = """
resource "aws_ecr_repository" "app" { name = "app" }
variable "tag" { type = string }
resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = %s
}
"""


def test_encoded_containers_are_read_although_the_image_is_not_known(tmp_path: Path) -> None:
    containers = """jsonencode([{
      name = "app"
      image = "${aws_ecr_repository.app.repository_url}/vllm:${var.tag}"
      portMappings = [{ containerPort = 8000 }]
      command = ["vllm", "serve"]
    }])"""
    task = only(scanned(tmp_path, main__tf=TASK % containers), "container_template")
    (image,) = task["images"].items()
    assert image.is_unknown
    assert image.clue() == "*/vllm:*"
    assert [port.number() for port in task["ports"].items()] == [8000]
    assert "vllm serve" in " ".join(value.clue() or "" for value in task["commands"].walk())


def test_json_written_as_text_is_read_around_what_is_not_known(tmp_path: Path) -> None:
    containers = """<<EOT
      [{"name": "app", "image": "${aws_ecr_repository.app.repository_url}:${var.tag}-triton",
        "portMappings": [{"containerPort": 8001}], "memory": ${var.tag}}]
    EOT"""
    task = only(scanned(tmp_path, main__tf=TASK % containers), "container_template")
    assert [port.number() for port in task["ports"].items()] == [8001]
    assert [image.clue() for image in task["images"].items()] == ["*:*-triton"]


def test_a_list_with_an_unknown_element_is_unknown_as_a_whole(tmp_path: Path) -> None:
    """`[${var.more}]` could be any number of containers."""
    containers = '<<EOT\n[{"name": "app", "image": "a"}, ${var.tag}]\nEOT'
    task = only(scanned(tmp_path, main__tf=TASK % containers), "container_template")
    assert task["images"].is_unknown


def test_a_serving_image_gives_the_role_although_its_registry_is_not_known(tmp_path: Path) -> None:
    text = TASK % 'jsonencode([{name = "c", image = "${var.tag}/text-generation-inference:2.0"}])'
    text += """
resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = aws_ecs_task_definition.app.arn
}
"""
    result = scanned(tmp_path, main__tf=text)
    assert [workload.role for workload in result.workloads] == ["inference"]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ('"${var.tag}-x"', "*-x"),
        ('format("%s/%s:1", var.tag, "triton")', "*/triton:1"),
        ('join("/", [var.tag, "triton"])', "*/triton"),
        ('var.tag == "" ? var.tag : var.tag', None),
    ],
)
def test_what_is_known_of_a_text(tmp_path: Path, expression: str, shown: str | None) -> None:
    text = f'variable "tag" {{}}\nresource "aws_instance" "a" {{\n  ami = {expression}\n}}\n'
    value = only(scanned(tmp_path, main__tf=text), "compute_instance").instance.get("ami")
    assert value.is_unknown
    assert value.clue() == shown


def test_a_secret_leaves_no_trace(tmp_path: Path) -> None:
    text = """
variable "key" {
  type      = string
  sensitive = true
}
variable "tag" { type = string }
resource "aws_instance" "a" { ami = "${var.tag}-${sensitive("hidden")}" }
resource "aws_ecs_task_definition" "b" {
  family                = "b"
  container_definitions = jsonencode([{ image = var.tag, password = sensitive("hidden") }])
}
"""
    result = scanned(tmp_path, main__tf=text)
    ami = only(result, "compute_instance").instance.get("ami")
    assert ami.clue() is None
    held = only(result, "container_template").instance.get("container_definitions")
    assert held.inside is None
    assert "hidden" not in repr(held)


def test_a_substituted_image_of_a_template_gives_the_role(tmp_path: Path) -> None:
    template = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: main
          Image: !Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/tritonserver:23.04"
  Service:
    Type: AWS::ECS::Service
    Properties: {TaskDefinition: !Ref Task}
"""
    result = scanned(tmp_path, stack__yaml=template)
    assert [workload.role for workload in result.workloads] == ["inference"]
    (image,) = only(result, "container_template")["images"].items()
    assert image.is_unknown
    assert image.clue() == "*.dkr.ecr.*.amazonaws.com/tritonserver:23.04"


def test_a_service_is_known_by_the_name_of_its_task(tmp_path: Path) -> None:
    text = """
variable "image" {}
resource "aws_ecs_task_definition" "mlflow_server" {
  family                = "server"
  container_definitions = "[{\\"name\\": \\"c\\", \\"image\\": \\"${var.image}\\"}]"
}
resource "aws_ecs_service" "this" {
  name            = "main"
  task_definition = aws_ecs_task_definition.mlflow_server.arn
}
"""
    assert [workload.role for workload in scanned(tmp_path, main__tf=text).workloads] == ["tracking"]


def test_a_tracking_server_behind_a_load_balancer_is_no_model_server(tmp_path: Path) -> None:
    text = """
variable "image" {}
resource "aws_lb" "mlflow" { subnets = ["subnet-1", "subnet-2"] }
resource "aws_lb_target_group" "mlflow" { port = 5000 }
resource "aws_lb_listener" "mlflow" {
  load_balancer_arn = aws_lb.mlflow.arn
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.mlflow.arn
  }
}
resource "aws_ecs_task_definition" "mlflow" {
  family                = "mlflow"
  container_definitions = jsonencode([{ name = "c", image = var.image }])
}
resource "aws_ecs_service" "this" {
  name            = "main"
  task_definition = aws_ecs_task_definition.mlflow.arn
  load_balancer { target_group_arn = aws_lb_target_group.mlflow.arn }
}
"""
    assert [workload.role for workload in scanned(tmp_path, main__tf=text).workloads] == ["tracking"]
