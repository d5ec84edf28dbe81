"""Container Apps, Front Door, Cloud Armor, Cloud SQL Enterprise Plus and Dataflow."""

from __future__ import annotations

from decimal import Decimal

from cost_designs import cents, made, money, priced

from mlarchlint.usage import Usage

SECONDS = 730 * 3600
WEST_EUROPE = {"region": "westeurope"}
APP = {**WEST_EUROPE, "requests.cpu": Decimal("0.5"), "limits.memory_gib": 1}


def test_least_replicas_idle_in_the_low_figure_and_are_busy_in_the_high_one() -> None:
    app = made("serverless_container", "azure", {**APP, "min_count": 1}, type="azurerm_container_app")
    found = priced(app, needs={"traffic.predictions_per_day": 0})
    rate = Decimal("0.000004")
    low = SECONDS * (rate / 2 + rate)
    high = SECONDS * (Decimal("0.000034") / 2 + rate)
    assert not found.gaps
    assert found.monthly == money(str(low), str(high))


def test_an_app_that_scales_to_zero_is_paid_by_its_work() -> None:
    app = made("serverless_container", "azure", {**APP, "min_count": 0}, type="azurerm_container_app")
    usage = {"azurerm_container_app.a": {"monthly_requests": 10_000_000, "average_request_duration_ms": 200}}
    found = priced(app, usage=Usage(by_address=usage)).monthly
    busy = 2_000_000 * (Decimal("0.000034") / 2 + Decimal("0.000004"))
    assert found == money(str(busy + 10 * Decimal("0.56")))


def test_the_free_grant_of_container_apps_is_taken_off() -> None:
    app = made("serverless_container", "azure", {**APP, "min_count": 0}, type="azurerm_container_app")
    usage = {"azurerm_container_app.a": {"monthly_requests": 2_000_000, "average_request_duration_ms": 100}}
    assert priced(app, usage=Usage(by_address=usage, free_tier=True)).monthly.high == 0


def test_container_instances_stay_a_gap() -> None:
    group = made("serverless_container", "azure", APP, type="azurerm_container_group")
    found = priced(group)
    assert found.monthly.high == 0
    assert "Container Instances" in found.gaps[0].why


def test_a_dedicated_workload_profile_is_a_gap() -> None:
    body = {"workload_profile_name": "D4"}
    app = made("serverless_container", "azure", APP, type="azurerm_container_app", body=body)
    assert [gap.name for gap in priced(app).gaps] == ["workload profile"]


def test_front_door_has_a_base_fee_by_tier_requests_and_data() -> None:
    needs = {"traffic.predictions_per_day": 0}
    made_of = {tier: made("cdn", "azure", {"tier": tier}, type="azurerm_cdn_frontdoor_profile") for tier in
               ("Standard_AzureFrontDoor", "Premium_AzureFrontDoor")}  # fmt: skip
    found = {tier: cents(priced(one, needs=needs).monthly)[1] for tier, one in made_of.items()}
    assert found == {"Standard_AzureFrontDoor": "35.00", "Premium_AzureFrontDoor": "330.00"}
    usage = {
        "azurerm_cdn_frontdoor_profile.a": {"monthly_requests": 10_000_000, "monthly_outbound_gb": 20_000}
    }
    profile = made_of["Standard_AzureFrontDoor"]
    # 35, a thousand times 0.009, 10,000 GB at 0.083 and as many at 0.065
    assert cents(priced(profile, usage=Usage(by_address=usage)).monthly) == ("1524.00", "1524.00")


def test_cloud_armor_has_a_price_of_its_policy_rules_and_requests() -> None:
    policy = made("waf", "google", {"rules": 2}, type="google_compute_security_policy")
    found = priced(policy, needs={"traffic.predictions_per_day": 0})
    assert not found.gaps
    assert cents(found.monthly) == ("7.00", "7.00")


def test_a_firewall_of_azure_is_billed_with_what_it_protects() -> None:
    assert priced(made("waf", "azure", type="azurerm_cdn_frontdoor_firewall_policy")).monthly.high == 0


def test_enterprise_plus_is_priced_by_vcpu_with_eight_gib_each() -> None:
    traits = {
        "region": "us-central1",
        "instance_type": "db-perf-optimized-N-4",
        "storage_gib": 100,
        "engine": "postgres",
    }
    body = {"settings": [{"ip_configuration": [{"ipv4_enabled": False}]}]}
    found = priced(made("database", "google", traits, type="google_sql_database_instance", body=body))
    # 4 x 0.0537 x 730, 32 x 6.643, 100 x 0.17
    assert not found.gaps
    assert cents(found.monthly) == ("386.38", "386.38")


def test_dataflow_workers_are_paid_by_vcpu_and_memory() -> None:
    traits = {"region": "us-central1", "instance_type": "n1-standard-4", "workers.max": 2}
    job = made("data_processor", "google", traits, type="google_dataflow_job")
    usage = {"google_dataflow_job.a": {"monthly_hours": 100}}
    found = priced(job, usage=Usage(by_address=usage))
    one = 100 * (4 * Decimal("0.056") + 15 * Decimal("0.003557"))
    assert not found.gaps
    assert found.monthly == money(str(one), str(2 * one))


def test_a_streaming_job_runs_all_month_and_has_a_price_of_its_own() -> None:
    traits = {"region": "us-central1", "instance_type": "n1-standard-4", "workers.min": 1, "workers.max": 1}
    body = {"enable_streaming_engine": True}
    job = made("data_processor", "google", traits, type="google_dataflow_flex_template_job", body=body)
    assert priced(job).monthly == money(str(730 * (4 * Decimal("0.069") + 15 * Decimal("0.003557"))))


def test_dataflow_elsewhere_is_a_gap() -> None:
    traits = {"region": "europe-west1", "instance_type": "n1-standard-4"}
    job = made("data_processor", "google", traits, type="google_dataflow_job")
    assert "dataflow batch-vcpu in europe-west1" in priced(job).gaps[0].why
