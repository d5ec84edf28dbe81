"""What stands in for a region that is lost, and who answers users while none is."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.availability import PathAvailability
from mlarchlint.analysis.availability_math import GLOBAL, REGION, SWITCH
from mlarchlint.judgement import Judgement
from mlarchlint.judgements import judgements
from mlarchlint.model.truth import Truth
from tests.requirements.designs import design, design_of
from tests.test_fixtures import FIXTURES

REGIONS = {"here": "us-east-1", "there": "eu-west-1"}
LATENCY = 'latency_routing_policy {{\n    region = "{region}"\n  }}'
FAILOVER = 'failover_routing_policy {{\n    type = "{role}"\n  }}'
WEIGHTED = "weighted_routing_policy {{\n    weight = 50\n  }}"


def side(name: str, policy: str, count: int = 4, most: int = 4, database: bool = False) -> str:
    """A load balancer and machines in two zones of a region, and the record that leads there."""
    region = REGIONS[name]
    routing = policy.format(region=region, role="PRIMARY" if name == "here" else "SECONDARY")
    store = f"""
resource "aws_db_instance" "{name}" {{
  provider       = aws.{name}
  engine         = "postgres"
  instance_class = "db.t4g.small"
  multi_az       = false
}}
"""
    return f"""
provider "aws" {{
  alias  = "{name}"
  region = "{region}"
}}
{store if database else ""}
resource "aws_lb" "{name}" {{
  provider = aws.{name}
  name     = "ranker"
  subnets  = [aws_subnet.{name}["a"].id, aws_subnet.{name}["b"].id]
}}

resource "aws_subnet" "{name}" {{
  provider          = aws.{name}
  for_each          = toset(["a", "b"])
  vpc_id            = "vpc-1"
  availability_zone = "{region}${{each.value}}"
  cidr_block        = "10.0.1.0/24"
}}

resource "aws_lb_listener" "{name}" {{
  provider          = aws.{name}
  load_balancer_arn = aws_lb.{name}.arn
  port              = 443
  protocol          = "HTTPS"

  default_action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.{name}.arn
  }}
}}

resource "aws_lb_target_group" "{name}" {{
  provider = aws.{name}
  name     = "model-inference"
  port     = 8080
  protocol = "HTTP"
}}

resource "aws_launch_template" "{name}" {{
  provider      = aws.{name}
  image_id      = "ami-0123456789abcdef0"
  instance_type = "c7i.large"
  user_data     = base64encode("DATABASE=${{{f"aws_db_instance.{name}.address" if database else '""'}}}")
}}

resource "aws_autoscaling_group" "{name}" {{
  provider            = aws.{name}
  name                = "model-inference"
  min_size            = {count}
  max_size            = {most}
  vpc_zone_identifier = [aws_subnet.{name}["a"].id, aws_subnet.{name}["b"].id]
  target_group_arns   = [aws_lb_target_group.{name}.arn]
  health_check_type   = "ELB"

  launch_template {{
    id = aws_launch_template.{name}.id
  }}

  tag {{
    key                 = "mlarchlint:role"
    value               = "inference"
    propagate_at_launch = true
  }}
}}

resource "aws_route53_record" "{name}" {{
  zone_id        = "Z1"
  name           = "api.example.com"
  type           = "A"
  set_identifier = "{name}"

  {routing}

  alias {{
    name                   = aws_lb.{name}.dns_name
    zone_id                = "Z2"
    evaluate_target_health = true
  }}
}}
"""


def both(policy: str, count: int = 4, most: int = 4, database: bool = False) -> str:
    return "".join(side(name, policy, count, most, database) for name in REGIONS)


NEEDS = """
traffic: {peak_rps: 100}
model: {throughput_rps: 25, service_time_ms: {p50: 30, p95: 60}}
users: [{region: us-east, share: 0.5}, {region: dublin, share: 0.5}]
"""


def path_of(folder: Path, terraform: str, needs: str = NEEDS) -> PathAvailability:
    (path,) = design(folder, terraform, needs).availabilities
    return path


def test_two_regions_are_designed_for_what_a_global_service_is(tmp_path: Path) -> None:
    path = path_of(tmp_path, both(LATENCY, 8, 8))
    assert path.path.switch is Truth.YES
    assert path.model.low == path.model.high == GLOBAL


def test_what_stands_in_has_to_carry_the_other_region_too(tmp_path: Path) -> None:
    # Half of the load needs two of four machines, all of it all four: one zone less is too few.
    path = path_of(tmp_path, both(LATENCY))
    figures = {component.name: component.model.low for component in path.components}
    assert figures["aws_autoscaling_group.here"] == pytest.approx(REGION, abs=1e-4)
    assert figures["aws_autoscaling_group.there"] < 0.997
    # Where the autoscaler may go further, the same fleet is enough.
    grown = path_of(tmp_path, both(LATENCY, 4, 16))
    figures = {component.name: component.model.low for component in grown.components}
    assert figures["aws_autoscaling_group.there"] >= figures["aws_autoscaling_group.here"] - 0.0025
    assert grown.model.low >= path.model.low


def test_too_few_to_stand_in_is_no_way_out(tmp_path: Path) -> None:
    alone = path_of(tmp_path, both(LATENCY, 3, 3))
    # Three machines never carry what four are needed for.
    assert alone.model.low < REGION


def test_a_database_of_one_region_is_of_no_concern_to_the_other(tmp_path: Path) -> None:
    path = path_of(tmp_path, both(LATENCY, 8, 8, database=True))
    stores = [component for component in path.components if component.name.startswith("aws_db_instance")]
    assert len(stores) == 2
    way = min(store.model.low for store in stores)
    # One way works, or the switch and the other one do.
    assert path.model.low > 1 - (1 - way**2) * (1 - SWITCH * way**2) - 1e-3 > way


def served(folder: Path, policy: str) -> dict[str, str]:
    found = design(folder, both(policy), NEEDS).latencies
    return {user.region: user.serving for user in found}


def test_users_are_answered_by_the_nearest_region_behind_latency_records(tmp_path: Path) -> None:
    assert served(tmp_path, LATENCY) == {"us-east": "us-east-1", "dublin": "eu-west-1"}


def test_the_second_of_two_records_that_fail_over_answers_nobody(tmp_path: Path) -> None:
    assert served(tmp_path, FAILOVER) == {"us-east": "us-east-1", "dublin": "us-east-1"}


def test_records_by_weight_send_users_anywhere(tmp_path: Path) -> None:
    assert served(tmp_path, WEIGHTED) == {"us-east": "eu-west-1", "dublin": "us-east-1"}
    # What falls on each is not known then.
    assert not any(one.alone for one in design(tmp_path, both(WEIGHTED), NEEDS).capacities)


def test_one_of_two_carries_all_wherever_users_are(tmp_path: Path) -> None:
    needs = "traffic: {peak_rps: 100}\nmodel: {throughput_rps: 25}\nresilience: {survive_region_loss: true}"
    for policy in (LATENCY, WEIGHTED):
        capacities = design(tmp_path, both(policy), needs).capacities
        assert [(one.origin_peak, one.alone) for one in capacities] == [(100, True), (100, True)]


@pytest.mark.parametrize(
    ("fixture", "switch"), [("origins-of-a-cdn", Truth.YES), ("origins-not-checked", Truth.NO)]
)
def test_origins_of_a_cdn_stand_in_for_each_other_if_they_are_checked(fixture: str, switch: Truth) -> None:
    (path,) = design_of(FIXTURES / "MLA-HA013" / fixture).serving_paths
    assert [chain.fleets[0].node.address for chain in path.chains] == [
        "azurerm_linux_virtual_machine_scale_set.us",
        "azurerm_linux_virtual_machine_scale_set.eu",
    ]
    assert path.switch is switch


def loss_of_a_region(folder: Path, terraform: str) -> Judgement:
    found = design(folder, terraform, NEEDS + "resilience: {survive_region_loss: true}\n")
    return next(one for one in judgements(found) if one.requirement == "loss of a region")


def test_a_second_region_is_of_use_where_something_leads_to_it(tmp_path: Path) -> None:
    led = loss_of_a_region(tmp_path, both(LATENCY, 8, 8))
    assert (led.met, led.computed) == (Truth.YES, "eu-west-1, us-east-1")
    blind = both(LATENCY, 8, 8).replace("evaluate_target_health = true", "evaluate_target_health = false")
    assert loss_of_a_region(tmp_path, blind).met is Truth.NO
    apart = both(LATENCY, 8, 8).replace('"api.example.com"', '"us.example.com"', 1)
    said = loss_of_a_region(tmp_path, apart)
    assert (said.met, said.rule) == (Truth.NO, "MLA-HA013")
    assert said.closes.startswith("something that leads from one region to the other")
    alone = loss_of_a_region(tmp_path, side("here", LATENCY))
    assert (alone.met, alone.rule, alone.closes) == (Truth.NO, "MLA-HA012", "a fleet in a second region")
