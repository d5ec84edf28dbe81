"""Designs made of Terraform text, through the whole flow."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.config_layers import load_config
from mlarchlint.design import Design
from mlarchlint.pipeline import scan


def design_of(folder: Path) -> Design:
    config = load_config([folder])
    result = scan([folder], config)
    return Design(
        result.graph, result.roles, result.workloads, result.estimate, config.requirements, config.workspace
    )


def design(folder: Path, terraform: str, requirements: str = "") -> Design:
    """requirements: the YAML below `requirements:`, without indentation."""
    (folder / "main.tf").write_text(terraform, "utf-8")
    if requirements:
        lines = "\n".join(f"  {line}" for line in requirements.strip().splitlines())
        (folder / ".mlarchlint.yaml").write_text(f"requirements:\n{lines}\n", "utf-8")
    return design_of(folder)


NETWORK = """
provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "zone" {
  for_each          = toset(["us-east-1a", "us-east-1b", "us-east-1c"])
  vpc_id            = aws_vpc.main.id
  availability_zone = each.value
  cidr_block        = "10.0.1.0/24"
}

resource "aws_lb" "api" {
  name    = "ranker"
  subnets = [aws_subnet.zone["us-east-1a"].id, aws_subnet.zone["us-east-1b"].id]
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.api.arn
  port              = 443
  protocol          = "HTTPS"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.model.arn
  }
}

resource "aws_lb_target_group" "model" {
  name     = "model-inference"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
"""


def fleet(zones: str = "ab", count: int = 2, most: int | None = None, machine: str = "c7i.large") -> str:
    """A serving group over the zones named by letters."""
    subnets = ", ".join(f'aws_subnet.zone["us-east-1{zone}"].id' for zone in zones)
    return f"""
resource "aws_launch_template" "model" {{
  image_id      = "ami-0123456789abcdef0"
  instance_type = "{machine}"
}}

resource "aws_autoscaling_group" "model" {{
  name                = "model-inference"
  min_size            = {count}
  max_size            = {most or count}
  vpc_zone_identifier = [{subnets}]
  target_group_arns   = [aws_lb_target_group.model.arn]
  health_check_type   = "EC2"

  launch_template {{
    id = aws_launch_template.model.id
  }}

  tag {{
    key                 = "mlarchlint:role"
    value               = "inference"
    propagate_at_launch = true
  }}
}}
"""


CDN = """
resource "aws_cloudfront_distribution" "cdn" {
  enabled = true

  origin {
    domain_name = aws_lb.api.dns_name
    origin_id   = "api"
  }
}
"""

_REFRESH = """
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 150
    }
  }
"""


def refreshed(group: str) -> str:
    """The group of `fleet`, with a rolling update that waits for the load balancer."""
    found = group.replace('health_check_type   = "EC2"\n', 'health_check_type   = "ELB"\n' + _REFRESH)
    assert found != group
    return found
