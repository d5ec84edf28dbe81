"""What a template lends to its users is told once, and with the certainty it has."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.pipeline import Result, scan

CLUSTER = """
resource "aws_autoscaling_group" "a" {
  max_size = 2
  min_size = 1
  launch_template { id = aws_launch_template.z.id }
}
resource "aws_batch_compute_environment" "b" {
  type = "MANAGED"
  compute_resources {
    type      = "SPOT"
    max_vcpus = 8
    launch_template { launch_template_id = aws_launch_template.z.id }
  }
}
resource "aws_launch_template" "z" {
  instance_type = "g5.xlarge"
  %s
}
"""
DISK = "block_device_mappings {\n  ebs { volume_size = 100 }\n}"


def encryption(folder: Path, text: str) -> list[tuple[str, bool]]:
    (folder / "main.tf").write_text(text)
    return [(f.subject.address, f.certain) for f in scan([folder]).findings if f.rule == "MLA-SE003"]


def test_the_template_has_the_finding_wherever_it_stands(tmp_path: Path) -> None:
    assert encryption(tmp_path, CLUSTER % DISK) == [("aws_launch_template.z", True)]


def test_no_user_of_a_template_without_disks_is_judged_more_surely_than_it(tmp_path: Path) -> None:
    assert encryption(tmp_path, CLUSTER % "") == [("aws_launch_template.z", False)]


LISTENER = """
resource "aws_lb" "a" { subnets = ["subnet-1", "subnet-2"] }
resource "aws_lb_listener" "a" {
  load_balancer_arn = aws_lb.a.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}
resource "aws_lb_target_group" "a" {
  port     = 80
  protocol = "HTTP"
}
resource "aws_lb_listener_rule" "a" {
  listener_arn = aws_lb_listener.a.arn
  action {
    type = "%s"
    %s
  }
}
"""


def transit(folder: Path, text: str) -> list[str]:
    (folder / "main.tf").write_text(text)
    result: Result = scan([folder])
    return [f.subject.address for f in result.findings if f.rule == "MLA-SE004"]


def test_a_rule_that_forwards_makes_a_listener_carry_data(tmp_path: Path) -> None:
    forward = LISTENER % ("forward", "target_group_arn = aws_lb_target_group.a.arn")
    assert transit(tmp_path, forward) == ["aws_lb_listener.a"]


def test_rules_that_only_redirect_do_not(tmp_path: Path) -> None:
    redirect = 'redirect {\n  protocol = "HTTPS"\n  status_code = "HTTP_301"\n}'
    assert transit(tmp_path, LISTENER % ("redirect", redirect)) == []
