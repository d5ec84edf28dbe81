"""How long and how much memory the Terraform front end needs as designs grow.

    python benchmarks/terraform_scale.py [INSTANCES]

Prints one line per case: instances, seconds, peak memory of the process so far.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mlarchlint.frontends.terraform import Limits, TerraformOptions, evaluate_terraform, sources_below

NODE = """
  instance_type     = "g5.xlarge"
  availability_zone = local.zones[tonumber(NUMBER) % 3]
  subnet_id         = aws_subnet.s[tonumber(NUMBER) % 3].id
  tags              = merge(local.common, { Name = "node-${NUMBER}", index = NUMBER })
  root_block_device {
    encrypted  = true
    kms_key_id = aws_kms_key.k.arn
    size       = local.sizes[format("n%d", tonumber(NUMBER))]
  }
  dynamic "ebs_block_device" {
    for_each = toset(["a", "b"])
    content {
      device_name = ebs_block_device.key
      encrypted   = true
    }
  }
}
"""
SHARED = """
locals {
  count  = COUNT
  zones  = ["us-east-1a", "us-east-1b", "us-east-1c"]
  common = { for n in range(20) : "tag${n}" => upper("value ${n}") }
  # range() itself stops at 1024, as in Terraform
  numbers = flatten([for a in range(ceil(local.count / 100)) : [for b in range(100) : a * 100 + b]])
  sizes   = { for n in local.numbers : "n${n}" => 20 + n % 100 }
}
resource "aws_subnet" "s" { count = 3 }
resource "aws_kms_key" "k" {}
"""


def for_each(count: int) -> dict[str, str]:
    head = 'resource "aws_instance" "node" {\n  for_each = local.sizes\n'
    node = NODE.replace("NUMBER", 'trimprefix(each.key, "n")')
    return {"main.tf": SHARED.replace("COUNT", str(count)) + head + node}


def count(count: int) -> dict[str, str]:
    head = 'resource "aws_instance" "node" {\n  count = local.count\n'
    use = 'resource "aws_lb" "all" { targets = aws_instance.node[*].id }\n'
    return {
        "main.tf": SHARED.replace("COUNT", str(count)) + head + NODE.replace("NUMBER", "count.index") + use
    }


def modules(count: int) -> dict[str, str]:
    call = 'module "node" {\n  source = "./node"\n  count  = local.count\n  name   = "n${count.index}"\n}\n'
    inside = 'variable "name" {}\n' + "".join(
        f'resource "aws_instance" "i{n}" {{\n  name = "${{var.name}}-{n}"\n  size = 10\n}}\n'
        for n in range(10)
    )
    return {"main.tf": SHARED.replace("COUNT", str(count // 10)) + call, "node/main.tf": inside}


def flat(count: int) -> dict[str, str]:
    """One block per resource: parsing counts too."""
    block = 'resource "aws_instance" "nN" {\n  instance_type = "m5.large"\n  tags = { Name = "n-N" }\n}\n'
    return {"main.tf": "".join(block.replace("N", str(n), 1).replace("n-N", f"n-{n}") for n in range(count))}


def measure(name: str, make: Callable[[int], dict[str, str]], size: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        for path, text in make(size).items():
            target = Path(place) / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(text)
        limits = Limits(instances=size + 1, total=10 * size, modules=size)
        begun = time.perf_counter()
        evaluation = evaluate_terraform(sources_below(Path(place)), TerraformOptions(limits=limits))
        seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    problems = f", {len(evaluation.diagnostics)} diagnostics" if evaluation.diagnostics else ""
    print(f"{name:10} {len(evaluation.instances):7} instances {seconds:7.2f} s {peak:7.0f} MiB{problems}")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for case in (for_each, count, modules, flat):
        measure(case.__name__, case, size)
