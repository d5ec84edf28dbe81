"""A resource is exposed only where its address, its route and its firewalls all let the internet in."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.exposure import exposed, own_exposure, ways_in
from mlarchlint.model.truth import Truth
from tests.graph.read import read

NETWORK = """
variable "groups" { type = list(string) }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "g" { vpc_id = aws_vpc.v.id }
resource "aws_subnet" "s" {
  vpc_id                  = aws_vpc.v.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = %(map)s
}
resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
  %(route)s
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.t.id
}
resource "aws_security_group" "open" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 8888
    to_port     = 8888
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "inner" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 8888
    to_port     = 8888
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.v.cidr_block]
  }
}
resource "aws_instance" "m" {
  instance_type          = "g5.xlarge"
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = %(groups)s
  %(address)s
}
"""
OUT = 'route {\n    cidr_block = "0.0.0.0/0"\n    gateway_id = aws_internet_gateway.g.id\n  }'


def machine(folder: Path, **parts: str) -> Truth:
    given = {"map": "true", "route": OUT, "groups": "[aws_security_group.open.id]", "address": "", **parts}
    graph = read(folder, NETWORK % given)
    return exposed(graph, graph["aws_instance.m"])


def test_address_route_and_firewall_together_expose(tmp_path: Path) -> None:
    assert machine(tmp_path) is Truth.YES


@pytest.mark.parametrize(
    "parts",
    [
        {"map": "false"},
        {"address": "associate_public_ip_address = false"},
        {"route": ""},
        {"groups": "[aws_security_group.inner.id]"},
    ],
)
def test_one_that_is_missing_is_enough(tmp_path: Path, parts: dict[str, str]) -> None:
    assert machine(tmp_path, **parts) is Truth.NO


@pytest.mark.parametrize(
    "parts", [{"groups": "var.groups"}, {"groups": "concat([aws_security_group.inner.id], var.groups)"}]
)
def test_groups_from_an_input_leave_it_open(tmp_path: Path, parts: dict[str, str]) -> None:
    assert machine(tmp_path, **parts) is Truth.MAYBE


def test_an_elastic_address_counts(tmp_path: Path) -> None:
    text = NETWORK % {"map": "false", "route": OUT, "groups": "[aws_security_group.open.id]", "address": ""}
    graph = read(tmp_path, text + 'resource "aws_eip" "e" { instance = aws_instance.m.id }\n')
    assert exposed(graph, graph["aws_instance.m"]) is Truth.YES


def test_the_chain_of_evidence_names_every_link(tmp_path: Path) -> None:
    given = {"map": "true", "route": OUT, "groups": "[aws_security_group.open.id]", "address": ""}
    graph = read(tmp_path, NETWORK % given)
    [way] = ways_in(graph, graph["aws_instance.m"])
    assert [link.reason for link in way.evidence] == [
        "aws_subnet.s gives its machines public addresses",
        "aws_subnet.s routes to an internet gateway",
        "aws_security_group.open admits everybody",
    ]
    assert way.ports == ((8888, 8888),)
    assert all(link.value.span.line > 0 for link in way.evidence)


RULES = {
    "aws_security_group_rule": 'security_group_id = aws_security_group.inner.id\n type = "ingress"\n'
    'from_port = 22\n to_port = 22\n protocol = "tcp"\n cidr_blocks = ["0.0.0.0/0"]',
    "aws_vpc_security_group_ingress_rule": "security_group_id = aws_security_group.inner.id\n"
    'from_port = 22\n to_port = 22\n ip_protocol = "tcp"\n cidr_ipv6 = "::/0"',
}


@pytest.mark.parametrize("kind", RULES)
def test_rules_of_their_own_count_as_those_in_the_group(tmp_path: Path, kind: str) -> None:
    given = {"map": "true", "route": OUT, "groups": "[aws_security_group.inner.id]", "address": ""}
    graph = read(tmp_path, NETWORK % given + f'resource "{kind}" "r" {{\n{RULES[kind]}\n}}\n')
    way = own_exposure(graph, graph["aws_instance.m"])
    assert way.reachable is Truth.YES
    assert (22, 22) in way.ports


BALANCED = """
resource "aws_lb" "l" {
  internal        = %(internal)s
  subnets         = [aws_subnet.s.id]
  security_groups = [%(group)s]
}
resource "aws_lb_target_group" "p" { vpc_id = aws_vpc.v.id }
resource "aws_lb_target_group_attachment" "p" {
  target_group_arn = aws_lb_target_group.p.arn
  target_id        = aws_instance.m.id
}
%(listener)s
"""
LISTENER = """resource "aws_lb_listener" "h" {
  load_balancer_arn = aws_lb.l.arn
  port              = 443
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.p.arn
  }
}"""


def behind(folder: Path, **parts: str) -> Truth:
    given = {"internal": "false", "group": "aws_security_group.open.id", "listener": LISTENER, **parts}
    private = {"map": "false", "route": OUT, "groups": "[aws_security_group.inner.id]", "address": ""}
    graph = read(folder, NETWORK % private + BALANCED % given)
    return exposed(graph, graph["aws_instance.m"])


def test_a_public_load_balancer_exposes_what_is_behind_it(tmp_path: Path) -> None:
    assert behind(tmp_path) is Truth.YES


@pytest.mark.parametrize(
    "parts", [{"internal": "true"}, {"group": "aws_security_group.inner.id"}, {"listener": ""}]
)
def test_an_inner_a_closed_or_a_deaf_load_balancer_does_not(tmp_path: Path, parts: dict[str, str]) -> None:
    assert behind(tmp_path, **parts) is Truth.NO


GOOGLE = """
resource "google_compute_network" "n" { name = "n" }
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = google_compute_network.n.name
  source_ranges = ["%(range)s"]
  target_tags   = ["web"]
  allow {
    protocol = "tcp"
    ports    = ["443", "8000-8010"]
  }
}
resource "google_compute_instance" "m" {
  name         = "m"
  machine_type = "e2-standard-4"
  zone         = "europe-west4-a"
  tags         = ["%(tag)s"]
  boot_disk { initialize_params { image = "debian-12" } }
  network_interface {
    network = google_compute_network.n.name
    %(address)s
  }
}
"""


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, Truth.YES),
        ({"address": ""}, Truth.NO),
        ({"range": "10.0.0.0/8"}, Truth.NO),
    ],
)
def test_on_google_an_access_config_and_a_firewall_expose(
    tmp_path: Path, parts: dict[str, str], expected: Truth
) -> None:
    given = {"range": "0.0.0.0/0", "tag": "web", "address": "access_config {}", **parts}
    graph = read(tmp_path, GOOGLE % given)
    way = own_exposure(graph, graph["google_compute_instance.m"])
    assert way.reachable is expected
    if expected is Truth.YES:
        assert way.ports == ((443, 443), (8000, 8010))


def test_a_firewall_for_other_tags_is_none_of_its_business(tmp_path: Path) -> None:
    graph = read(tmp_path, GOOGLE % {"range": "0.0.0.0/0", "tag": "db", "address": "access_config {}"})
    assert own_exposure(graph, graph["google_compute_instance.m"]).reachable is not Truth.YES


AZURE = """
resource "azurerm_virtual_network" "n" {
  name          = "n"
  address_space = ["10.0.0.0/16"]
  location      = "westeurope"
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  virtual_network_name = azurerm_virtual_network.n.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "p" {
  name              = "p"
  location          = "westeurope"
  allocation_method = "Static"
}
resource "azurerm_network_interface" "i" {
  name     = "i"
  location = "westeurope"
  ip_configuration {
    name                 = "a"
    subnet_id            = azurerm_subnet.s.id
    public_ip_address_id = azurerm_public_ip.p.id
  }
}
resource "azurerm_network_security_group" "g" {
  name     = "g"
  location = "westeurope"
  %(rules)s
}
resource "azurerm_network_interface_security_group_association" "g" {
  network_interface_id      = azurerm_network_interface.i.id
  network_security_group_id = azurerm_network_security_group.g.id
}
resource "azurerm_linux_virtual_machine" "m" {
  name                  = "m"
  size                  = "Standard_NC6s_v3"
  location              = "westeurope"
  network_interface_ids = [azurerm_network_interface.i.id]
}
"""


def azure_rule(access: str, priority: int, ports: str = "*") -> str:
    return f"""security_rule {{
    name                       = "r{priority}"
    priority                   = {priority}
    direction                  = "Inbound"
    access                     = "{access}"
    protocol                   = "*"
    source_address_prefix      = "Internet"
    destination_port_range     = "{ports}"
    source_port_range          = "*"
    destination_address_prefix = "*"
  }}
"""


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (azure_rule("Allow", 200, "22"), Truth.YES),
        ("", Truth.NO),
        (azure_rule("Deny", 100) + azure_rule("Allow", 200, "22"), Truth.NO),
        (azure_rule("Allow", 100, "22") + azure_rule("Deny", 200), Truth.YES),
    ],
)
def test_on_azure_the_rule_of_the_first_priority_decides(tmp_path: Path, rules: str, expected: Truth) -> None:
    graph = read(tmp_path, AZURE % {"rules": rules})
    assert own_exposure(graph, graph["azurerm_linux_virtual_machine.m"]).reachable is expected


TEMPLATE = """
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  G: {Type: AWS::EC2::InternetGateway}
  A: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref V, InternetGatewayId: !Ref G}}
  S: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24, MapPublicIpOnLaunch: true}}
  T: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  R: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref G}}
  J: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S, RouteTableId: !Ref T}}
  F:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: notebooks
      VpcId: !Ref V
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 8888, ToPort: 8888, CidrIp: %s}]
  M:
    Type: AWS::EC2::Instance
    Properties: {SubnetId: !Ref S, SecurityGroupIds: [!Ref F], InstanceType: g5.xlarge}
"""


@pytest.mark.parametrize(("source", "expected"), [("0.0.0.0/0", Truth.YES), ("10.0.0.0/8", Truth.NO)])
def test_a_template_is_judged_alike(tmp_path: Path, source: str, expected: Truth) -> None:
    graph = read(tmp_path, TEMPLATE % source, "template.yaml")
    assert own_exposure(graph, graph["M"]).reachable is expected


MODULE = """
module "alb" {
  source  = "terraform-aws-modules/alb/aws"
  name    = "api"
  subnets = ["subnet-1", "subnet-2"]
  security_group_ingress_rules = { web = { from_port = 443, ip_protocol = "tcp", cidr_ipv4 = "%s" } }
}
"""


@pytest.mark.parametrize(("source", "expected"), [("0.0.0.0/0", Truth.YES), ("10.0.0.0/8", Truth.NO)])
def test_the_group_that_a_module_makes_is_read_from_its_input(
    tmp_path: Path, source: str, expected: Truth
) -> None:
    graph = read(tmp_path, MODULE % source)
    assert own_exposure(graph, graph["module.alb"]).admitted is expected
