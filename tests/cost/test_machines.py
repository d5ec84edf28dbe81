from __future__ import annotations

from decimal import Decimal

from cost_designs import cents, made, priced

from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Mode
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.usage import Usage

DISK = {"root_disk_gib": 20, "root_disk_type": "gp3"}


def test_an_instance_costs_its_hours_and_its_root_disk() -> None:
    machine = made("compute_instance", traits={"region": "us-east-1", "instance_type": "t3.medium", **DISK})
    # 730 x 0.0416 + 20 x 0.08
    assert priced(machine).monthly.low == Decimal("730") * Decimal("0.0416") + Decimal("1.6")


def test_items_name_their_price_row() -> None:
    machine = made("compute_instance", traits={"region": "eu-west-1", "instance_type": "t3.medium", **DISK})
    item = priced(machine).resources[machine.key].items[0]
    assert (item.row.region, item.row.sku, item.row.price) == ("eu-west-1", "t3.medium", Decimal("0.0456"))
    assert item.row.source == "aws-price"
    assert item.row.as_of == "2025-11-04"


def test_an_unknown_region_is_assumed_and_said() -> None:
    machine = made("compute_instance", traits={"instance_type": "t3.medium", **DISK})
    found = priced(machine).resources[machine.key]
    assert found.items[0].row.region == "us-east-1"
    assert "us-east-1 is assumed" in found.assumptions[0]


def test_a_zone_tells_the_region() -> None:
    machine = made("compute_instance", "google", {"zones": ["europe-west1-b"], "instance_type": "e2-medium"})
    assert priced(machine).resources[machine.key].items[0].row.region == "europe-west1"


def test_an_unknown_type_is_a_gap_with_its_reason_and_place() -> None:
    unknown = Value.unknown("var.size has no value", made("x").span)
    machine = made("compute_instance", traits={"region": "us-east-1", "instance_type": unknown, **DISK})
    gaps = priced(machine).gaps
    assert [gap.name for gap in gaps] == ["machine"]
    assert "var.size has no value" in gaps[0].why
    assert gaps[0].span.file == "main.tf"


def test_a_type_that_does_not_exist_is_a_gap() -> None:
    machine = made("compute_instance", traits={"region": "us-east-1", "instance_type": "t9.mega", **DISK})
    assert "no instance type that the catalog knows" in priced(machine).gaps[0].why


def test_a_retired_type_without_a_price_says_so() -> None:
    machine = made("compute_instance", traits={"region": "eu-north-1", "instance_type": "p3.2xlarge", **DISK})
    assert "retired" in priced(machine).gaps[0].why


def test_a_region_without_prices_is_a_gap_and_never_zero() -> None:
    machine = made(
        "compute_instance", traits={"region": "mars-north-1", "instance_type": "t3.medium", **DISK}
    )
    found = priced(machine)
    assert not found.resources[machine.key].items
    assert all("no prices of the region mars-north-1" in gap.why for gap in found.gaps)


def test_a_group_reaches_from_its_least_to_its_largest_size() -> None:
    traits = {
        "region": "us-east-1",
        "instance_type": "m5.large",
        "min_count": 2,
        "desired_count": 3,
        "max_count": 6,
    }
    group = made("compute_group", traits={**traits, **DISK})
    one = Decimal("730") * Decimal("0.096") + Decimal("1.6")
    assert priced(group).monthly.low == 2 * one
    assert priced(group).monthly.high == 6 * one


def test_an_autoscaler_sets_the_bounds_of_what_it_scales() -> None:
    group = made(
        "compute_group",
        traits={"region": "us-east-1", "instance_type": "m5.large", "desired_count": 3, **DISK},
    )
    scaler = made("autoscaler", traits={"min": 1, "max": 4})
    one = Decimal("730") * Decimal("0.096") + Decimal("1.6")
    found = priced(group, scaler, edges=((scaler, Relation.SCALES, group),)).monthly
    assert (found.low, found.high) == (one, 4 * one)


def test_an_unknown_size_is_a_gap() -> None:
    group = made("compute_group", traits={"region": "us-east-1", "instance_type": "m5.large"})
    assert priced(group).gaps[0].name == "machines"


def test_spot_capacity_has_its_own_price() -> None:
    traits = {"region": "us-east-1", "instance_type": "m5.xlarge", "spot": "all", "desired_count": 1, **DISK}
    group = made("compute_group", traits=traits)
    item = priced(group).resources[group.key].items[0]
    # 0.192 less 66 %
    assert item.row.price == Decimal("0.06528")
    assert item.row.source == "spot-advisor"


def test_a_mixed_group_pays_its_base_on_demand() -> None:
    traits = {
        "region": "us-east-1", "instance_type": "m5.xlarge", "spot": "mixed", "on_demand_base": 1,
        "on_demand_percent": 25, "desired_count": 5, **DISK,
    }  # fmt: skip
    group = made("compute_group", traits=traits)
    items = {item.name: item for item in priced(group).resources[group.key].items}
    assert items["m5.xlarge, on demand"].quantity_low == 730 * 2  # 1 + 25 % of 4
    assert items["m5.xlarge, spot"].quantity_low == 730 * 3


def test_spot_without_a_known_price_is_a_gap_and_at_most_on_demand() -> None:
    traits = {"region": "westus3", "instance_type": "Standard_D4s_v5", "spot": "all"}
    machine = made("compute_instance", "azure", traits)
    found = priced(machine)
    item = found.resources[machine.key].items[0]
    assert item.quantity_low == 0
    assert item.quantity_high == 730
    assert any("no spot price" in gap.why for gap in found.gaps)


def test_google_machines_get_the_sustained_use_price_of_a_full_month() -> None:
    machine = made("compute_instance", "google", {"region": "us-central1", "instance_type": "n1-standard-4"})
    item = priced(machine).resources[machine.key].items[0]
    assert (item.unit, item.row.price) == ("month", Decimal("97.089489"))


def test_attached_accelerators_are_added_and_built_in_ones_are_not() -> None:
    cards = {"accelerator.type": "nvidia-tesla-t4", "accelerator.count": 2}
    attached = made(
        "compute_instance", "google", {"region": "us-central1", "instance_type": "n1-standard-4", **cards}
    )
    names = [item.name for item in priced(attached).resources[attached.key].items]
    assert "2 x nvidia-tesla-t4" in names
    card = next(item for item in priced(attached).resources[attached.key].items if "t4" in item.name)
    # all month: 0.35 less the sustained use discount
    assert card.row.price == Decimal("0.245")
    built_in = {"accelerator.type": "nvidia-l4", "accelerator.count": 1, "instance_type": "g2-standard-4"}
    machine = made("compute_instance", "google", {"region": "us-central1", **built_in})
    assert all("nvidia" not in item.name for item in priced(machine).resources[machine.key].items)


def test_azure_sizes_are_found_in_any_spelling() -> None:
    machine = made("compute_instance", "azure", {"region": "West Europe", "instance_type": "standard_d4s_V5"})
    item = priced(machine).resources[machine.key].items[0]
    assert (item.row.region, item.row.price) == ("westeurope", Decimal("0.23"))


def test_a_type_that_depends_on_a_condition_spans_both() -> None:
    value = Value.unknown("IsProd is not known")
    value = Value(
        value.state, why=value.why,
        scenarios=(("IsProd is true", Value.known("m5.xlarge")), ("IsProd is false", Value.known("t3.medium"))),
    )  # fmt: skip
    machine = made("compute_instance", traits={"region": "us-east-1", "instance_type": value, **DISK})
    assert cents(priced(machine).monthly) == ("31.97", "141.76")


def test_what_may_not_exist_costs_nothing_in_the_low_figure() -> None:
    machine = made(
        "compute_instance",
        traits={"region": "us-east-1", "instance_type": "t3.medium", **DISK},
        exists=Truth.MAYBE,
    )
    found = priced(machine).monthly
    assert found.low == 0
    assert found.high > 30


def test_an_unknown_number_of_instances_is_a_gap() -> None:
    machine = made(
        "compute_instance",
        traits={"region": "us-east-1", "instance_type": "t3.medium", **DISK},
        symbolic=True,
    )
    assert any("one is counted" in gap.why for gap in priced(machine).gaps)


def test_data_sources_cost_nothing() -> None:
    machine = made("compute_instance", traits={"instance_type": "t3.medium"}, mode=Mode.DATA)
    assert not priced(machine).resources


def test_a_training_job_costs_its_runs() -> None:
    traits = {"region": "us-east-1", "instance_type": "ml.g5.xlarge", "nodes": 2}
    job = made("batch_job", traits=traits, type="aws_sagemaker_training_job")
    needs = {"training.max_run_hours": 24, "training.runs_per_month": 1}
    # 2 machines x 24 h x 1.4084
    assert priced(job, needs=needs).monthly.high == Decimal("67.6032")


def test_a_training_cluster_pays_for_idle_nodes_only_if_it_keeps_them() -> None:
    traits = {"region": "eastus", "instance_type": "Standard_NC4as_T4_v3", "min_nodes": 0, "max_nodes": 4}
    cluster = made("training_cluster", "azure", traits)
    found = priced(cluster, needs={"training": {"max_run_hours": 10, "runs_per_month": 2}}).monthly
    assert found.low == 0
    assert found.high == 4 * 20 * Decimal("0.526")


def test_commitments_cover_their_share() -> None:
    machine = made("compute_instance", traits={"region": "us-east-1", "instance_type": "t3.medium", **DISK})
    needs = {"budget": {"commitments": {"coverage": Decimal("0.5"), "term": "1y"}}}
    items = {item.name: item for item in priced(machine, needs=needs).resources[machine.key].items}
    assert items["t3.medium, committed"].quantity_low == 365
    assert items["t3.medium, on demand"].quantity_low == 365


def test_the_usage_says_how_many_machines_are_committed_to_and_they_are_paid_all_month() -> None:
    traits = {"region": "us-east-1", "instance_type": "t3.medium", "min_count": 2, "max_count": 4, **DISK}
    fleet = made("compute_group", traits=traits)

    def items(**used: object) -> dict[str, tuple[int, int]]:
        found = priced(fleet, usage=Usage({fleet.address: used})).resources[fleet.key].items
        hours = {item.name: (item.quantity_low, item.quantity_high) for item in found}
        return {name: (int(low), int(high)) for name, (low, high) in hours.items() if name.startswith("t3")}

    two = {"t3.medium, committed": (1460, 1460), "t3.medium, on demand": (0, 1460)}
    assert items(committed_instances=2) == items(committed_instances=2, committed_term="1y") == two
    # More than ever run: paid anyway.
    assert items(committed_instances=5) == {"t3.medium, committed": (3650, 3650)}
    # No price of it: on demand, and that is said.
    assert items(committed_instances=2, committed_term="3y") == {"t3.medium, on demand": (1460, 2920)}
    said = priced(fleet, usage=Usage({fleet.address: {"committed_instances": 2, "committed_term": "3y"}}))
    assert any("commitment of 3y" in text for text in said.resources[fleet.key].assumptions)


def test_a_usage_file_says_how_long_a_machine_runs() -> None:
    machine = made("compute_instance", traits={"region": "us-east-1", "instance_type": "t3.medium", **DISK})
    usage = Usage({machine.address: {"monthly_hours": 100}})
    assert priced(machine, usage=usage).resources[machine.key].items[0].quantity_low == 100


def test_a_node_type_with_disks_on_azure_is_billed_by_step() -> None:
    traits = {"region": "westeurope", "type": "Premium_LRS", "size_gib": 100}
    volume = made("block_volume", "azure", traits)
    item = priced(volume).resources[volume.key].items[0]
    assert (item.row.sku, item.row.price) == ("p10-lrs", Decimal("21.68"))


def test_gp3_is_charged_for_what_exceeds_its_included_performance() -> None:
    traits = {"region": "us-east-1", "type": "gp3", "size_gib": 100, "iops": 4000, "throughput_mibs": 250}
    # 100 x 0.08 + 1000 x 0.005 + 125 x 0.04
    assert priced(made("block_volume", traits=traits)).monthly.low == Decimal("18.000")


def test_custom_machine_types_are_priced_by_their_parts() -> None:
    machine = made(
        "compute_instance", "google", {"region": "us-central1", "instance_type": "n2-custom-4-16384"}
    )
    items = {item.name: item.monthly.low for item in priced(machine).resources[machine.key].items}
    # All month: 0.8 of the price.
    assert items["n2-custom-4-16384, vCPU"] == 730 * 4 * Decimal("0.033174") * Decimal("0.8")
    assert items["n2-custom-4-16384, memory"] == 730 * 16 * Decimal("0.004446") * Decimal("0.8")


def test_a_retired_type_with_a_last_price_says_so() -> None:
    machine = made("compute_instance", traits={"region": "us-east-1", "instance_type": "p3.2xlarge", **DISK})
    found = priced(machine).resources[machine.key]
    assert found.items[0].row.price == Decimal("3.06")
    assert any("retired" in text for text in found.assumptions)
