"""What registry modules make of their inputs stands in the graph, linked to what it runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.model.graph import Relation
from tests.graph.read import read

EKS = """
module "eks" {
  source     = "terraform-aws-modules/eks/aws"
  version    = "%(version)s"
  %(name)s   = "ml"
  subnet_ids = ["subnet-1", "subnet-2"]
  %(groups)s
}
"""


@pytest.mark.parametrize(
    ("version", "name", "overrides"),
    [
        ("~> 20.0", "cluster_name", 'override = [{ instance_type = "g5.xlarge" }, { instance_type = "g4dn.xlarge" }]'),
        (
            "~> 21.0",
            "name",
            'launch_template = { override = [{ instance_type = "g5.xlarge" }, { instance_type = "g4dn.xlarge" }] }',
        ),
    ],
)  # fmt: skip
def test_self_managed_groups_are_machines_of_the_cluster(
    tmp_path: Path, version: str, name: str, overrides: str
) -> None:
    groups = f"""self_managed_node_groups = {{
    gpu = {{
      min_size = 0
      max_size = 8
      use_mixed_instances_policy = true
      mixed_instances_policy = {{
        instances_distribution = {{
          on_demand_base_capacity                  = 1
          on_demand_percentage_above_base_capacity = 0
        }}
        {overrides}
      }}
    }}
    off = {{ create = false }}
  }}"""
    graph = read(tmp_path, EKS % {"version": version, "name": name, "groups": groups})
    group = graph['module.eks.module.self_managed_node_group["gpu"]']
    assert group.kind == "compute_group"
    assert group["instance_types"].plain() == ["g5.xlarge", "g4dn.xlarge"]
    assert (group["spot"].text(), group["on_demand_base"].raw) == ("all", 1)
    assert (group["min_count"].raw, group["max_count"].raw) == (0, 8)
    assert [node.address for node in graph.sources(group, Relation.CONTAINS)] == ["module.eks"]
    assert len(graph.of_kind("compute_group")) == 1


def test_the_defaults_of_version_20_complete_a_group(tmp_path: Path) -> None:
    groups = """self_managed_node_group_defaults = { instance_type = "p4d.24xlarge" }
  self_managed_node_groups = { train = { max_size = 2 } }"""
    graph = read(tmp_path, EKS % {"version": "~> 20.0", "name": "cluster_name", "groups": groups})
    group = graph['module.eks.module.self_managed_node_group["train"]']
    assert group["instance_type"].text() == "p4d.24xlarge"


def test_disks_of_a_group_are_read_under_whatever_name(tmp_path: Path) -> None:
    groups = """eks_managed_node_groups = {
    a = { block_device_mappings = { root = { device_name = "/dev/xvda", ebs = { encrypted = true } } } }
    b = {}
    c = { instance_types = ["m6i.large"] }
  }"""
    graph = read(tmp_path, EKS % {"version": "~> 21.0", "name": "name", "groups": groups})
    a, c = (graph[f'module.eks.module.eks_managed_node_group["{name}"]'] for name in "ac")
    assert a["encrypted_at_rest"].raw is True
    assert c["encrypted_at_rest"].raw is False
    assert c["encrypted_at_rest"].default


ECS = """
resource "aws_autoscaling_group" "gpu" {
  min_size            = 1
  max_size            = 4
  vpc_zone_identifier = ["subnet-1", "subnet-2"]
}
module "ecs" {
  source       = "terraform-aws-modules/ecs/aws%(inner)s"
  %(name)s = "ml"
  %(providers)s
}
module "service" {
  source      = "terraform-aws-modules/ecs/aws//modules/service"
  name        = "ranker"
  cluster_arn = module.ecs.cluster_arn
  capacity_provider_strategy = { gpu = { capacity_provider = "gpu", weight = 1 } }
  container_definitions = { ranker = { image = "acme/ranker:1", %(check)s } }
}
"""
OLD = """autoscaling_capacity_providers = {
    gpu = {
      auto_scaling_group_arn = aws_autoscaling_group.gpu.arn
      managed_scaling        = { status = "ENABLED" }
    }
  }"""
NEW = """capacity_providers = {
    gpu = {
      auto_scaling_group_provider = {
        auto_scaling_group_arn = aws_autoscaling_group.gpu.arn
        managed_scaling        = { status = "ENABLED" }
      }
    }
  }"""


@pytest.mark.parametrize("inner", ["", "//modules/cluster"])
@pytest.mark.parametrize(
    ("providers", "check"),
    [
        (OLD, 'health_check = { command = ["CMD", "true"] }'),
        (NEW, 'healthCheck = { command = ["CMD", "true"] }'),
    ],
)
def test_capacity_providers_join_services_to_their_machines(
    tmp_path: Path, inner: str, providers: str, check: str
) -> None:
    name = "name" if inner else "cluster_name"
    graph = read(tmp_path, ECS % {"inner": inner, "name": name, "providers": providers, "check": check})
    place = ".module.cluster" if not inner else ""
    provider = graph[f'module.ecs{place}.aws_ecs_capacity_provider.this["gpu"]']
    group = graph["aws_autoscaling_group.gpu"]
    service = graph["module.service"]
    assert provider["autoscale"].raw is True
    assert group in graph.targets(provider, Relation.SCALES)
    assert provider in graph.targets(graph["module.ecs"], Relation.CONTAINS)
    assert provider in graph.targets(service, Relation.USES)
    assert group in graph.targets(service, Relation.PLACED_IN)
    assert service["health_check.enabled"].raw is True


def test_services_of_the_cluster_module_are_services_of_their_own(tmp_path: Path) -> None:
    text = """module "ecs" {
      source       = "terraform-aws-modules/ecs/aws"
      cluster_name = "ml"
      services = {
        ranker = {
          desired_count = 3
          capacity_provider_strategy = { s = { capacity_provider = "FARGATE_SPOT" } }
          container_definitions = { ranker = { image = "acme/ranker:1" } }
        }
      }
    }"""
    graph = read(tmp_path, text)
    service = graph['module.ecs.module.service["ranker"]']
    assert service.kind == "container_service"
    assert (service["replicas"].raw, service["spot"].text()) == (3, "all")
    assert [node.address for node in graph.sources(service, Relation.CONTAINS)] == ["module.ecs"]
