"""Pods with accelerators in a scan without nodes: the card that they choose decides, or a range stands for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cost_designs import made, priced

from mlarchlint.model.estimate import ResourceEstimate
from mlarchlint.model.truth import Truth

T4, A100, H100 = Decimal("0.526"), Decimal("21.9576") / 8, Decimal("55.04") / 8


def found(card: str = "", gpus: int = 1, provider: str = "", **more: object) -> ResourceEstimate:
    traits = {"replicas": 2, "requests.gpu": gpus, "limits.gpu": gpus, **more}
    if card:
        traits["accelerator.type"] = card
    pods = made("container_service", "kubernetes", traits, type="Deployment")
    others = [made("network", provider, {"region": "us-central1"}, name="b")] if provider else []
    return priced(pods, *others).resources[pods.key]


@pytest.mark.parametrize(
    ("card", "price"),
    [
        ("nvidia-tesla-t4", T4),
        ("Tesla-T4", T4),
        ("NVIDIA-A10G", Decimal("1.006")),
        ("nvidia-l4", Decimal("0.8048")),
        ("NVIDIA-L40S", Decimal("1.861")),
        ("NVIDIA-A100-SXM4-80GB", A100),
        ("h100", H100),
        ("aws.amazon.com/neuron", Decimal("0.7582")),
        ("aws.amazon.com/neuroncore", Decimal("0.7582") / 2),
    ],
)
def test_the_card_that_pods_choose_decides(card: str, price: Decimal) -> None:
    month = found(card).monthly
    assert month.low == month.high == 2 * 730 * price


def test_without_a_card_the_range_is_from_the_least_to_that_of_large_models() -> None:
    one = found()
    assert (one.monthly.low, one.monthly.high) == (2 * 730 * T4, 2 * 730 * A100)
    assert any(
        "of a card that is not known: g4dn.xlarge to p4d.24xlarge" in text
        for i in one.items
        for text in i.assumptions
    )
    assert found(gpus=8).monthly.high == 2 * 730 * 8 * H100


def test_every_pod_of_a_group_that_serves_as_one_has_its_cards() -> None:
    assert found("nvidia-l4", group_size=4).monthly.low == 4 * found("nvidia-l4").monthly.low


def test_a_slice_of_a_card_names_no_card() -> None:
    assert found("nvidia.com/mig-1g.5gb").monthly == found().monthly


@pytest.mark.parametrize("card", ["google.com/tpu", "habana.ai/gaudi", "tpu-v5-lite-podslice"])
def test_what_no_known_node_has_is_a_gap(card: str) -> None:
    one = found(card)
    assert one.items == ()
    assert one.gaps[0].why == f"no node is known that has {card}"


def test_a_card_that_the_cloud_does_not_have_in_one_machine_is_a_gap() -> None:
    assert found("nvidia-l4", provider="google").items[0].row.sku == "g2-standard-4"
    assert found("nvidia-tesla-t4", provider="google").gaps


def test_what_may_not_exist_costs_at_most_the_dearer_card() -> None:
    pods = made(
        "container_service",
        "kubernetes",
        {"replicas": 1, "requests.gpu": 1},
        type="Deployment",
        exists=Truth.MAYBE,
    )
    month = priced(pods).resources[pods.key].monthly
    assert (month.low, month.high) == (0, 730 * A100)


def test_autopilot_has_no_price_of_accelerators() -> None:
    cluster = made("cluster", "google", {"region": "us-central1", "auto_mode": True}, name="c")
    pods = made("container_service", "kubernetes", {"replicas": 1, "requests.gpu": 1}, type="Deployment")
    assert [gap.name for gap in priced(cluster, pods).resources[pods.key].gaps] == ["accelerators"]


def test_a_ray_cluster_keeps_its_least_workers_all_month() -> None:
    traits = {"min_nodes": 2, "max_nodes": 5, "requests.gpu": 1, "accelerator.type": "Tesla-T4"}
    cluster = made("training_cluster", "kubernetes", traits, type="RayCluster")
    month = priced(cluster).resources[cluster.key].monthly
    # four runs of 24 hours with three more
    assert (month.low, month.high) == (2 * 730 * T4, (2 * 730 + 3 * 96) * T4)
    bare = made("training_cluster", "kubernetes", {"min_nodes": 1, "max_nodes": 1}, type="RayCluster")
    # a quarter of a CPU of the two of an m5.large
    assert priced(bare).monthly.low == 730 * Decimal("0.096") / 8


def test_data_processing_without_a_type_says_so() -> None:
    cluster = made("data_processor", traits={"region": "us-east-1"}, type="aws_emr_cluster")
    assert [gap.why for gap in priced(cluster).gaps] == ["no instance type is given"]
