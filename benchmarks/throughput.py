"""Lines a second over a generated Terraform tree: serving stacks with modules, loops and locals.

The tree is made afresh, always the same; the time is that of a whole scan, process start included.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from processes import best

SERVICE = """\
variable "name" {{ type = string }}
variable "zones" {{ type = list(string) }}
locals {{
  tags = merge({{ service = var.name }}, {{ part = "{part}" }})
  cidr = cidrsubnet("10.0.0.0/16", 8, {part})
}}
resource "aws_lb" "front" {{
  name               = "${{var.name}}-{part}"
  load_balancer_type = "application"
  subnets            = [for s in aws_subnet.private : s.id]
  tags               = local.tags
}}
resource "aws_subnet" "private" {{
  for_each          = toset(var.zones)
  availability_zone = each.value
  cidr_block        = local.cidr
  vpc_id            = "vpc-1"
}}
resource "aws_lb_target_group" "model" {{
  port     = 8501
  protocol = "HTTPS"
  vpc_id   = "vpc-1"
  health_check {{
    path     = "/v1/models/{part}"
    interval = 15
  }}
}}
resource "aws_autoscaling_group" "model" {{
  name                = "model-server-${{var.name}}"
  min_size            = 2
  max_size            = length(var.zones) * 3
  vpc_zone_identifier = [for s in aws_subnet.private : s.id]
  target_group_arns   = [aws_lb_target_group.model.arn]
  health_check_type   = "ELB"
  dynamic "tag" {{
    for_each = local.tags
    content {{
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }}
  }}
}}
resource "aws_s3_bucket" "data" {{
  count  = 2
  bucket = format("%s-%d-%s", var.name, count.index, "{part}")
}}
"""
ROOT = """\
module "service" {{
  source = "../../services/{stack}"
  name   = "stack-{stack}"
  zones  = ["us-east-1a", "us-east-1b"]
}}
"""


def generate(folder: Path, lines: int) -> int:
    """Writes about so many lines; the exact number."""
    written = stack = 0
    while written < lines:
        service = folder / "services" / str(stack)
        root = folder / "stacks" / str(stack)
        service.mkdir(parents=True)
        root.mkdir(parents=True)
        body = SERVICE.format(part=stack % 200)
        (service / "main.tf").write_text(body)
        (root / "main.tf").write_text(ROOT.format(stack=stack))
        written += body.count("\n") + 5
        stack += 1
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        lines = generate(Path(place), options.lines)
        command = [sys.executable, "-m", "mlarchlint", "scan", "--fail-on", "never", place]
        times = best(command, options.runs)
    print("\n".join(line for line in times.output.splitlines() if line.startswith("Read ")) or times.output)
    print(f"{lines} lines in {times.wall:.2f} s: {lines / times.wall:,.0f} lines a second (target 20,000)")
    print(f"processor time {times.processor:.2f} s: {lines / times.processor:,.0f} lines a second")


if __name__ == "__main__":
    main()
