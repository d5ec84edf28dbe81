"""What is stated of parts of a path: what answers do without, planned updates, and the tier that is paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.model.truth import Truth
from tests.requirements.designs import NETWORK, design, design_of, fleet
from tests.requirements.test_availability import DATABASE, only

ASKING = fleet("ab", 4).replace(
    'instance_type = "c7i.large"',
    'instance_type = "c7i.large"\n  user_data = base64encode("DB=${aws_db_instance.features.address}")',
)


def test_a_database_that_answers_do_without_is_not_counted(tmp_path: Path) -> None:
    needs = 'slo: {availability: 99.9}\nassume: {soft: ["aws_db_instance.*"]}'
    path = only(tmp_path, NETWORK + ASKING + DATABASE, needs)
    assert path.model.reaches(0.999) is Truth.YES
    assert dict(path.soft).popitem()[1] == "answers do without it (`assume.soft`)"


def test_a_bucket_that_every_answer_reads_is_counted(tmp_path: Path) -> None:
    group = fleet("ab", 4).replace(
        'instance_type = "c7i.large"',
        'instance_type = "c7i.large"\n  user_data = base64encode("S3=${aws_s3_bucket.lookup.id}")',
    )
    bucket = '\nresource "aws_s3_bucket" "lookup" {\n  bucket = "acme-lookup"\n}\n'
    without = only(tmp_path, NETWORK + group + bucket)
    counted = only(tmp_path, NETWORK + group + bucket, "assume: {hard: [aws_s3_bucket.lookup]}")
    assert counted.contract.low == pytest.approx(without.contract.low * 0.999)


PODS = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: ranker-inference
  labels: {mlarchlint.dev/role: inference}
spec:
  replicas: 4
  strategy: {type: %s}
  selector: {matchLabels: {app: ranker}}
  template:
    metadata: {labels: {app: ranker}}
    spec:
      containers:
        - {name: model-server, image: 'registry.example.com/ranker:1', ports: [{containerPort: 8080}]}
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: ranker}}}
"""


@pytest.mark.parametrize(
    ("strategy", "updates", "taken"),
    [
        ("Recreate", "per_month: 4, restart_minutes: 10", 40 / 43_200),
        ("RollingUpdate", "per_month: 4, restart_minutes: 10", 0.0),
        ("Recreate", "zero_downtime: true", 0.0),
    ],
)
def test_updates_that_stop_the_service_take_their_share_of_the_month(
    tmp_path: Path, strategy: str, updates: str, taken: float
) -> None:
    (tmp_path / "ranker.yaml").write_text(PODS % strategy, "utf-8")
    figures = []
    for stated in ("{}", f"{{updates: {{{updates}}}}}"):
        (tmp_path / ".mlarchlint.yaml").write_text(f"requirements: {stated}\n", "utf-8")
        (path,) = design_of(tmp_path).availabilities
        figures.append(path.model.low)
    assert figures[1] == pytest.approx(figures[0] * (1 - taken))


def test_updates_of_unknown_length_leave_the_figure_open(tmp_path: Path) -> None:
    (tmp_path / "ranker.yaml").write_text(PODS % "Recreate", "utf-8")
    (tmp_path / ".mlarchlint.yaml").write_text("requirements: {updates: {per_month: 4}}\n", "utf-8")
    (path,) = design_of(tmp_path).availabilities
    assert path.model.reaches(0.999) is Truth.MAYBE
    assert any("updates.restart_minutes" in part for part in path.missing_model)


AKS = """
resource "azurerm_kubernetes_cluster" "ml" {
  name                = "ml"
  location            = "westeurope"
  resource_group_name = "ml"
  dns_prefix          = "ml"
  %s

  default_node_pool {
    name       = "system"
    vm_size    = "Standard_D4s_v5"
    node_count = 3
    zones      = ["1", "2", "3"]
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "serving" {
  name                  = "serving"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.ml.id
  vm_size               = "Standard_D4s_v5"
  node_count            = 4
  zones                 = ["1", "2", "3"]
}
"""


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        ("", "AKS Free tier: no service level"),
        ('sku_tier = "Standard"', "AKS Standard tier with zones: 99.95 %"),
        ("sku_tier = var.tier", "AKS Free tier: no service level or AKS Standard tier with zones: 99.95 %"),
    ],
)
def test_what_is_owed_for_a_control_plane_depends_on_the_tier(tmp_path: Path, tier: str, said: str) -> None:
    (tmp_path / "ranker.yaml").write_text(PODS % "RollingUpdate", "utf-8")
    made = design(tmp_path, AKS % tier + '\nvariable "tier" {\n  type = string\n}\n')
    soft = {node.address: why for path in made.availabilities for node, why in path.soft}
    why = soft["azurerm_kubernetes_cluster.ml"]
    assert why.startswith("running pods do not need the control plane")
    for part in said.split(" or "):
        assert part in why
