"""The usual registry modules put together: their inputs say where things stand, though their code is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.pipeline import Result, scan

NETWORK = """
data "aws_availability_zones" "all" {}
locals { azs = %s }
module "vpc" {
  source          = "terraform-aws-modules/vpc/aws"
  cidr            = "10.0.0.0/16"
  azs             = local.azs
  private_subnets = [for k, v in local.azs : cidrsubnet("10.0.0.0/16", 4, k)]
}
"""
SERVING = """
module "alb" {
  source    = "terraform-aws-modules/alb/aws"
  name      = "ranker-inference"
  subnets   = module.vpc.private_subnets
  listeners = { web = { port = 80, protocol = "HTTP", %s } }
}
module "asg" {
  source              = "terraform-aws-modules/autoscaling/aws"
  name                = "ranker-inference"
  min_size            = 2
  max_size            = 4
  instance_type       = "g5.xlarge"
  health_check_type   = "ELB"
  vpc_zone_identifier = %s
  traffic_source_attachments = {
    alb = { traffic_source_identifier = module.alb.target_groups["a"].arn }
  }
}
"""
TWO = "slice(data.aws_availability_zones.all.names, 0, 2)"
FORWARD = 'forward = { target_group_key = "a" }'


def scanned(folder: Path, text: str) -> Result:
    (folder / "main.tf").write_text(text)
    return scan([folder])


def verdicts(result: Result, rule: str) -> list[tuple[str, bool]]:
    return [(f.subject.address, f.certain) for f in result.findings if f.rule == rule]


@pytest.mark.parametrize(
    ("azs", "subnets", "expected"),
    [
        (TWO, "module.vpc.private_subnets", []),
        ('["us-east-1a", "us-east-1b"]', "module.vpc.private_subnets", []),
        ('["us-east-1a"]', "module.vpc.private_subnets", [("module.asg", True)]),
        (TWO, "[module.vpc.private_subnets[0]]", [("module.asg", True)]),
        (TWO, "[module.vpc.private_subnets[0], module.vpc.private_subnets[1]]", []),
        (TWO, "slice(module.vpc.private_subnets, 0, 1)", [("module.asg", False)]),
        (TWO, "module.vpc.database_subnets", [("module.asg", False)]),
    ],
)
def test_a_group_stands_in_the_zones_of_the_network_module(
    tmp_path: Path, azs: str, subnets: str, expected: list[tuple[str, bool]]
) -> None:
    result = scanned(tmp_path, NETWORK % azs + SERVING % (FORWARD, subnets))
    assert {w.role for w in result.workloads} == {"inference"}
    assert verdicts(result, "MLA-HA001") == expected


def test_a_plain_listener_of_the_load_balancer_module_is_found(tmp_path: Path) -> None:
    plain = scanned(tmp_path, NETWORK % TWO + SERVING % (FORWARD, "module.vpc.private_subnets"))
    assert verdicts(plain, "MLA-SE004") == [("module.alb", True)]
    redirect = 'redirect = { port = "443", protocol = "HTTPS", status_code = "HTTP_301" }'
    safe = scanned(tmp_path, NETWORK % TWO + SERVING % (redirect, "module.vpc.private_subnets"))
    assert verdicts(safe, "MLA-SE004") == []


SERVICE = """
resource "aws_ecs_service" "inference" {
  name = "ranker-inference"
  tags = { ml-role = "inference" }
  network_configuration { subnets = %s }
}
"""
DEFAULT = """
data "aws_vpc" "main" { default = true }
data "aws_subnets" "main" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }
  %s
}
"""


@pytest.mark.parametrize(
    ("more", "subnets", "expected"),
    [
        ("", "data.aws_subnets.main.ids", []),
        ("", "[data.aws_subnets.main.ids[0]]", [("aws_ecs_service.inference", True)]),
        ("", "[data.aws_subnets.main.ids[0], data.aws_subnets.main.ids[1]]", [("aws_ecs_service.inference", False)]),
        ('tags = { Tier = "private" }', "data.aws_subnets.main.ids", [("aws_ecs_service.inference", False)]),
    ],
)  # fmt: skip
def test_the_default_network_has_a_subnet_in_every_zone(
    tmp_path: Path, more: str, subnets: str, expected: list[tuple[str, bool]]
) -> None:
    result = scanned(tmp_path, DEFAULT % more + SERVICE % subnets)
    assert verdicts(result, "MLA-HA001") == expected


CLUSTER = """
module "eks" {
  source       = "terraform-aws-modules/eks/aws"
  cluster_name = "ml"
  vpc_id       = module.vpc.vpc_id
  subnet_ids   = module.vpc.private_subnets
  eks_managed_node_group_defaults = { capacity_type = "ON_DEMAND" }
  eks_managed_node_groups = {
    serving = {
      instance_types = ["g5.xlarge"]
      min_size       = 2
      max_size       = 4
      labels         = { pool = "serving" }
      subnet_ids     = %s
    }
    learning = {
      instance_types = ["p4d.24xlarge"]
      labels         = { pool = "learning" }
      taints         = { gpu = { key = "nvidia.com/gpu", effect = "NO_SCHEDULE" } }
    }
    nothing = { create = false }
  }
}
resource "kubernetes_deployment_v1" "vllm" {
  metadata { name = "vllm" }
  spec {
    selector { match_labels = { app = "vllm" } }
    template {
      metadata { labels = { app = "vllm" } }
      spec {
        node_selector = { pool = "serving" }
        container {
          name  = "vllm"
          image = "vllm/vllm-openai:v0.6"
        }
      }
    }
  }
}
resource "kubernetes_job_v1" "train" {
  metadata { name = "train" }
  spec {
    template {
      metadata {}
      spec {
        node_selector = { pool = "learning" }
        toleration {
          key      = "nvidia.com/gpu"
          operator = "Exists"
        }
        container {
          name    = "train"
          image   = "pytorch/pytorch:2.4"
          command = ["torchrun", "train.py"]
        }
      }
    }
  }
}
"""


def test_the_node_groups_of_a_cluster_module_host_what_selects_them(tmp_path: Path) -> None:
    result = scanned(tmp_path, NETWORK % TWO + CLUSTER % "module.vpc.private_subnets")
    serving, learning = (f'module.eks.module.eks_managed_node_group["{n}"]' for n in ("serving", "learning"))
    assert [node.address for node in result.graph.of_kind("compute_group")] == [serving, learning]
    assert {key: role.role for key, role in result.roles.items() if "node_group" in key} == {
        serving: "inference",
        learning: "training",
    }
    assert verdicts(result, "MLA-HA001") == []
    assert verdicts(result, "MLA-CO001") == [(learning, True)]


def test_a_node_group_of_a_cluster_module_may_stand_in_one_zone(tmp_path: Path) -> None:
    result = scanned(tmp_path, NETWORK % TWO + CLUSTER % "[module.vpc.private_subnets[1]]")
    assert verdicts(result, "MLA-HA001") == [('module.eks.module.eks_managed_node_group["serving"]', True)]


def test_what_uses_a_network_module_does_not_hold_what_is_in_it(tmp_path: Path) -> None:
    database = 'module "db" {\n  source = "terraform-aws-modules/rds/aws"\n  db_subnet_group_name = module.vpc.database_subnet_group\n}\n'
    graph = scanned(tmp_path, NETWORK % TWO + CLUSTER % "null" + database).graph
    assert not [edge for edge in graph.edges if edge.source == "module.db" and edge.target == "module.eks"]


@pytest.mark.parametrize(
    ("zones", "expected"),
    [('["us-east-1a", "us-east-1b"]', []), ('["us-east-1a"]', [("aws_ecs_service.inference", True)])],
)
def test_subnets_that_a_module_lays_out_by_zone(
    tmp_path: Path, zones: str, expected: list[tuple[str, bool]]
) -> None:
    text = f'module "subnets" {{\n  source = "cloudposse/dynamic-subnets/aws"\n  availability_zones = {zones}\n}}\n'
    result = scanned(tmp_path, text + SERVICE % "module.subnets.private_subnet_ids")
    assert verdicts(result, "MLA-HA001") == expected
