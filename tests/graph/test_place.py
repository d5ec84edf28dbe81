"""Region and account of each resource: its own attributes, then its provider block."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate

PROVIDERS = """
provider "aws" {
  region = "eu-west-1"
  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/deploy"
  }
}

provider "aws" {
  alias               = "us"
  region              = "us-east-1"
  allowed_account_ids = ["444455556666"]
}

provider "aws" {
  alias  = "open"
  region = var.region
  assume_role {
    role_arn = var.role
  }
}

provider "google" {
  project = "shop"
  region  = "us-central1"
}

provider "azurerm" {
  subscription_id = "sub-1"
  features {}
}

variable "region" { type = string }
variable "role" { type = string }
"""


def read(folder: Path, text: str, **modules: str) -> ResourceGraph:
    (folder / "main.tf").write_text(PROVIDERS + text)
    for name, body in modules.items():
        (folder / name).mkdir()
        (folder / name / "main.tf").write_text(body)
    config = Config()
    return normalise(evaluate(discover([folder], config), config).instances, built_in_kinds())


def where(graph: ResourceGraph, address: str) -> tuple[str | None, str | None]:
    [node] = [node for node in graph if node.address == address]
    return node["region"].text(), node["account"].text()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ("eu-west-1", "111122223333")),
        ("provider = aws.us", ("us-east-1", "444455556666")),
        ('region = "ap-south-1"', ("ap-south-1", "111122223333")),
    ],
)
def test_aws_by_provider_alias_and_own_region(tmp_path: Path, body: str, expected: tuple[str, str]) -> None:
    graph = read(tmp_path, f'resource "aws_db_instance" "x" {{\n  {body}\n}}\n')
    assert where(graph, "aws_db_instance.x") == expected


def test_what_the_provider_leaves_open_is_unknown(tmp_path: Path) -> None:
    graph = read(tmp_path, 'resource "aws_sqs_queue" "x" {\n  provider = aws.open\n}\n')
    [node] = graph
    assert node["region"].is_unknown
    assert node["account"].is_unknown
    assert "var.region" in node["region"].why


def test_a_module_has_the_providers_it_is_given(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "./m"\n  providers = { aws = aws.us }\n}\n'
    graph = read(tmp_path, call, m='resource "aws_sqs_queue" "x" {}\n')
    assert where(graph, "module.m.aws_sqs_queue.x") == ("us-east-1", "444455556666")


def test_a_module_without_a_provider_of_its_own_has_that_of_its_caller(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "./m"\n}\n'
    graph = read(tmp_path, call, m='resource "aws_sqs_queue" "x" {}\n')
    assert where(graph, "module.m.aws_sqs_queue.x") == ("eu-west-1", "111122223333")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ("us-central1", "shop")),
        ('zone = "europe-west1-b"', ("europe-west1", "shop")),
        ('project = "other"', ("us-central1", "other")),
    ],
)
def test_google_by_zone_and_project(tmp_path: Path, body: str, expected: tuple[str, str]) -> None:
    graph = read(tmp_path, f'resource "google_compute_instance" "x" {{\n  {body}\n}}\n')
    assert where(graph, "google_compute_instance.x") == expected


def test_azure_by_location_and_subscription(tmp_path: Path) -> None:
    graph = read(tmp_path, 'resource "azurerm_storage_account" "x" {\n  location = "West Europe"\n}\n')
    assert where(graph, "azurerm_storage_account.x") == ("westeurope", "sub-1")


NODES = """
resource "aws_eks_cluster" "ml" {
  name = "ml"
}

resource "aws_eks_node_group" "gpu" {
  cluster_name   = aws_eks_cluster.ml.name
  instance_types = ["g5.xlarge"]
  labels         = { pool = "gpu" }
  scaling_config {
    min_size     = 0
    max_size     = 4
    desired_size = 1
  }
}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm, namespace: chat}
spec:
  template:
    spec:
      nodeSelector: {pool: gpu}
      containers: [{name: llm, image: "vllm/vllm-openai:v0.6"}]
"""


def test_pods_are_where_their_nodes_are(tmp_path: Path) -> None:
    (tmp_path / "llm.yaml").write_text(DEPLOYMENT)
    graph = read(tmp_path, NODES)
    assert where(graph, "Deployment/chat/llm") == ("eu-west-1", None)


def test_pods_without_known_nodes_are_nowhere(tmp_path: Path) -> None:
    (tmp_path / "llm.yaml").write_text(DEPLOYMENT)
    graph = read(tmp_path, "")
    assert graph["Deployment/chat/llm"]["region"].is_absent


TEMPLATE = """
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties: {InstanceType: ml.t3.medium, RoleArn: %s}
"""


@pytest.mark.parametrize(
    ("role", "account"),
    [("arn:aws:iam::111122223333:role/ml", "111122223333"), ("!Sub 'arn:${AWS::Partition}:iam::x'", None)],
)
def test_a_template_is_in_the_account_of_the_role_it_passes(
    tmp_path: Path, role: str, account: str | None
) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE % role)
    assert read(tmp_path, "")["Notebook"]["account"].text() == account


def test_the_account_of_a_template_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("Resources: {Data: {Type: AWS::S3::Bucket}}\n")
    config = Config(parameters={"AWS::AccountId": "111122223333", "AWS::Region": "eu-west-1"})
    graph = normalise(evaluate(discover([tmp_path], config), config).instances, built_in_kinds())
    assert where(graph, "Data") == ("eu-west-1", "111122223333")
