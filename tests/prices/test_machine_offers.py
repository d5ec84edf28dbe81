"""Which regions sell a machine, by the price lists."""

from __future__ import annotations

from datetime import date

from mlarchlint.analysis.machine_offers import Unsold, selling_regions, sold_in
from mlarchlint.prices import embedded


def test_a_common_type_is_sold_where_machines_are_sold_and_a_rare_one_is_not() -> None:
    everywhere = selling_regions("aws", embedded())
    assert len(sold_in("t3.medium", "aws", embedded())) == everywhere > 30
    rare = sold_in("p4d.24xlarge", "aws", embedded())
    assert "us-east-1" in rare
    assert "eu-south-2" not in rare
    assert len(rare) < everywhere / 2


def test_what_is_sold_by_the_block_is_sold() -> None:
    assert embedded().price("aws", "ap-south-1", "ec2", "trn1.32xlarge") is None
    assert "ap-south-1" in sold_in("trn1.32xlarge", "aws", embedded())


def test_what_no_list_knows_is_sold_nowhere() -> None:
    assert sold_in("zz9.plural", "aws", embedded()) == ()
    assert sold_in("t3.medium", "kubernetes", embedded()) == ()
    assert selling_regions("kubernetes", embedded()) == 0


def test_a_list_is_old_after_half_a_year() -> None:
    found = Unsold("p4d.24xlarge", "eu-south-2", ("us-east-1",), "2025-11-04")
    assert not found.is_old(date(2026, 5, 3))
    assert found.is_old(date(2026, 5, 4))
