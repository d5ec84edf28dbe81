"""Durations, quantities and regions as providers spell them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlarchlint.kinds import parse_entry
from mlarchlint.measures import quantity, region, seconds
from mlarchlint.model.span import NOWHERE
from mlarchlint.model.value import Value, from_plain
from mlarchlint.traits import read_trait


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300s", 300),
        ("3.5s", Decimal("3.5")),
        ("1h30m", 5400),
        ("PT15M", 900),
        ("P1DT2H", 93600),
        ("00:05:00", 300),
        ("1.00:00:00", 86400),
        ("45", 45),
        ("500ms", Decimal("0.5")),
        ("", None),
        ("P", None),
        ("soon", None),
    ],
)
def test_a_duration_is_read_in_seconds(text: str, expected: object) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500m", Decimal("0.5")), ("2Gi", 2 * 1024**3), ("16GB", 16 * 10**9), ("4", 4), ("much", None)],
)
def test_a_quantity_is_read_as_a_plain_number(text: str, expected: object) -> None:
    assert quantity(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("West Europe", "westeurope"),
        ("us-central1-a", "us-central1"),
        ("projects/p/zones/europe-west4-b", "europe-west4"),
        ("US", "us"),
        ("us-east-1", "us-east-1"),
        ("northamerica-northeast1", "northamerica-northeast1"),
    ],
)
def test_a_location_is_read_as_a_region(text: str, expected: str) -> None:
    assert region(text) == expected


def _read(form: dict[str, object], body: object) -> object:
    kind = parse_entry({"kind": "cluster", "attrs": {"t": form}}, "google")
    return read_trait(kind.traits[0], "terraform", from_plain(body, NOWHERE)).raw


def test_values_map_what_match_and_exists_found() -> None:
    zonal = {"terraform": "location", "match": "-[a-z]$", "values": {True: "none", False: "multi"}}
    assert _read(zonal, {"location": "us-central1-a"}) == "none"
    assert _read(zonal, {"location": "us-central1"}) == "multi"
    key = {"terraform": "kms", "op": "exists", "values": {True: "customer", False: "platform"}}
    assert _read(key, {"kms": "k"}) == "customer"
    assert _read(key, {}) == "platform"


def test_match_is_asked_of_each_element_before_they_are_joined() -> None:
    every = {"terraform": "listener[].protocol", "op": "all", "match": "^Https$"}
    assert _read(every, {"listener": [{"protocol": "Https"}, {"protocol": "Https"}]}) is True
    assert _read(every, {"listener": [{"protocol": "Https"}, {"protocol": "Http"}]}) is False


def test_a_reference_to_a_resource_is_not_everybody() -> None:
    form = {"terraform": "members", "op": "any", "match": "^allUsers$", "referenced": ""}
    kind = parse_entry({"kind": "object_store", "attrs": {"public": form}}, "google")
    account = Value.unknown("known after apply", refs=("google_service_account.a.email",))
    variable = Value.unknown("var.member has no value", refs=("var.member",))

    def public(*members: Value) -> Value:
        return read_trait(kind.traits[0], "terraform", Value.known({"members": Value.known(members)}))

    assert public(account).raw is False
    assert public(account, Value.known("allUsers")).raw is True
    assert public(variable).is_unknown


def test_a_step_in_quotes_may_have_dots() -> None:
    form = {"terraform": 'annotations."autoscaling.knative.dev/minScale"', "type": "int"}
    assert _read(form, {"annotations": {"autoscaling.knative.dev/minScale": "2"}}) == 2


def test_a_fraction_scales_without_rounding() -> None:
    form = {"terraform": "idle", "type": "seconds", "scale": "1/60"}
    assert _read(form, {"idle": "10800s"}) == 180


def test_an_empty_list_is_not_set() -> None:
    assert _read({"terraform": "zones", "op": "exists"}, {"zones": []}) is False
    assert _read({"terraform": "zones", "op": "exists"}, {"zones": ["1"]}) is True
