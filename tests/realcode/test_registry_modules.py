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
