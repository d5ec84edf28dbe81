"""What encrypts, observes and reaches what: facts that no single resource tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.encryption import encrypted_with, encryption_of
from mlarchlint.analysis.network_reach import may_reach, reached_by
from mlarchlint.analysis.observers import observations_of, observed_by
from mlarchlint.model.graph import Relation
from mlarchlint.model.truth import Truth
from tests.graph.designs import graph_of
from tests.graph.read import read

KEYS = """
variable "key" { type = string }
resource "aws_kms_key" "own" { enable_key_rotation = true }
data "aws_kms_alias" "theirs" { name = "alias/aws/ebs" }
resource "aws_ebs_volume" "own" {
  encrypted  = true
  kms_key_id = aws_kms_key.own.arn
}
resource "aws_ebs_volume" "theirs" {
  encrypted  = true
  kms_key_id = data.aws_kms_alias.theirs.target_key_arn
}
resource "aws_ebs_volume" "default" { encrypted = true }
resource "aws_ebs_volume" "bare" { encrypted = false }
resource "aws_ebs_volume" "open" { encrypted = tobool(var.key) }
"""


@pytest.mark.parametrize(
    ("name", "at_rest", "owner"),
    [
        ("own", Truth.YES, "customer"),
        ("theirs", Truth.YES, "platform"),
        ("default", Truth.YES, "platform"),
        ("bare", Truth.NO, "none"),
        ("open", Truth.MAYBE, "unknown"),
    ],
)
def test_a_volume_is_encrypted_with_somebodys_key(
    tmp_path: Path, name: str, at_rest: Truth, owner: str
) -> None:
    graph = read(tmp_path, KEYS)
    found = encryption_of(graph, graph[f"aws_ebs_volume.{name}"])
    assert (found.at_rest, found.owner) == (at_rest, owner)
    assert (found.key is not None) is (name in ("own", "theirs"))
    assert found.deciding.span.line > 0


def test_a_key_knows_what_it_encrypts() -> None:
    graph = graph_of("training", "terraform-aws")
    assert len([n for n in encrypted_with(graph, graph["aws_kms_key.data"]) if n.kind == "object_store"]) == 3


WATCHED = """
resource "aws_lb" "l" { internal = true }
resource "aws_lb_listener" "h" {
  load_balancer_arn = aws_lb.l.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.p.arn
  }
}
resource "aws_lb_target_group" "p" { port = 80 }
resource "aws_autoscaling_group" "g" {
  name              = "ranker"
  min_size          = 2
  max_size          = 4
  target_group_arns = [aws_lb_target_group.p.arn]
}
resource "aws_cloudwatch_metric_alarm" "cpu" {
  metric_name = "CPUUtilization"
  namespace   = "AWS/EC2"
  dimensions  = { AutoScalingGroupName = aws_autoscaling_group.g.name }
}
resource "aws_cloudwatch_metric_alarm" "slow" {
  metric_name = "TargetResponseTime"
  namespace   = "AWS/ApplicationELB"
  dimensions  = { LoadBalancer = aws_lb.l.arn_suffix }
}
resource "aws_cloudwatch_dashboard" "d" {
  dashboard_name = "ranker"
  dashboard_body = jsonencode({ widgets = [{ metrics = [["AWS/EC2", aws_autoscaling_group.g.name]] }] })
}
resource "aws_cloudwatch_metric_alarm" "other" {
  metric_name = "Errors"
  namespace   = "AWS/Lambda"
  dimensions  = { FunctionName = "elsewhere" }
}
"""


def test_a_fleet_is_observed_by_its_own_alarms_and_dashboards_and_by_those_of_its_entry(
    tmp_path: Path,
) -> None:
    graph = read(tmp_path, WATCHED)
    found = observations_of(graph, graph["aws_autoscaling_group.g"])
    assert [(o.observer.address, o.seen.address, o.relation) for o in found] == [
        ("aws_cloudwatch_dashboard.d", "aws_autoscaling_group.g", Relation.DEPENDS_ON),
        ("aws_cloudwatch_metric_alarm.cpu", "aws_autoscaling_group.g", Relation.MONITORS),
        ("aws_cloudwatch_metric_alarm.slow", "aws_lb.l", Relation.MONITORS),
    ]
    assert [n.address for n in observed_by(graph, graph["aws_cloudwatch_metric_alarm.slow"])] == ["aws_lb.l"]
    assert observed_by(graph, graph["aws_cloudwatch_metric_alarm.other"]) == ()


REACH = """
variable "more" { type = list(string) }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_security_group" "app" { vpc_id = aws_vpc.v.id }
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port = 5432
    to_port   = 5432
    protocol  = "tcp"
    %s
  }
}
resource "aws_instance" "app" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_instance" "db" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.db.id]
}
resource "aws_instance" "far" {
  subnet_id              = aws_subnet.far.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("security_groups = [aws_security_group.app.id]", Truth.YES),
        ('cidr_blocks = ["10.0.0.0/16"]', Truth.YES),
        ("cidr_blocks = [aws_subnet.a.cidr_block]", Truth.YES),
        ('cidr_blocks = ["10.0.2.0/24"]', Truth.NO),
        ("self = true", Truth.NO),
        ("cidr_blocks = var.more", Truth.MAYBE),
    ],
)
def test_a_group_or_a_range_that_holds_the_source_lets_it_in(
    tmp_path: Path, source: str, expected: Truth
) -> None:
    graph = read(tmp_path, REACH % source)
    app, database = graph["aws_instance.app"], graph["aws_instance.db"]
    assert may_reach(graph, app, database).truth is expected
    assert may_reach(graph, app, database, port=22).truth is Truth.NO


def test_another_network_is_out_of_reach_until_it_is_joined(tmp_path: Path) -> None:
    text = REACH % "security_groups = [aws_security_group.app.id]"
    graph = read(tmp_path, text)
    far, database = graph["aws_instance.far"], graph["aws_instance.db"]
    assert may_reach(graph, far, database).truth is Truth.NO
    assert [n.address for n in reached_by(graph, database, (far, graph["aws_instance.app"]))] == [
        "aws_instance.app"
    ]
    peering = """resource "aws_vpc_peering_connection" "p" {
      vpc_id      = aws_vpc.v.id
      peer_vpc_id = aws_vpc.far.id
    }"""
    graph = read(tmp_path, text + peering)
    assert may_reach(graph, graph["aws_instance.far"], graph["aws_instance.db"]).truth is Truth.YES
