"""The dollars of the savings rules, worked out by hand from the catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_fixtures import FIXTURES, scanned

# 730 hours; us-east-1: p2.xlarge 0.90, g4dn.xlarge 0.526, g5.xlarge 1.006 (reserved 0.63378), c6i.xlarge 0.17.
EXPECTED = [
    ("MLA-CO010/terraform-aws", "aws_instance.training", "g4dn.xlarge took its place and saves $273 a month"),
    # 1,000 GiB x (0.10 - 0.08)
    ("MLA-CO010/terraform-aws", "aws_ebs_volume.dataset", "gp3 took its place and saves $20 a month"),
    # up to 1,000 GiB x (0.30 - 0.025) would be 275: 100 GiB are assumed
    (
        "MLA-CO004/terraform-aws",
        "aws_efs_file_system.datasets",
        "standard-ia instead saves up to $28 a month",
    ),
    # 100 GiB x (0.023 - 0.0125)
    ("MLA-CO004/terraform-aws", "aws_s3_bucket.checkpoints", "saves up to $1.05 a month for 100 GiB"),
    # 4 machines
    ("MLA-CO006/terraform-aws", "aws_instance.inference[0]", "costs $2,938 a month on demand"),
    ("MLA-CO006/terraform-aws", "aws_instance.inference[0]", "one of a year saves $1,087 a month"),
    ("MLA-CO005/terraform-aws", "aws_instance.inference", "c6i.xlarge saves $610 a month"),
    # 1,000 GiB x 4 runs x 0.045
    ("MLA-CO013/terraform-aws", "aws_nat_gateway.main", "up to $180 a month (1,000 GiB read 4 times)"),
    # 12.24 on demand, 1.7136 on spot
    ("designs/training/naive/terraform-aws", "aws_instance.gpu_training", "spot saves $7,684 a month"),
]


@pytest.mark.parametrize(("case", "address", "claim"), EXPECTED, ids=lambda value: str(value)[:40])
def test_a_saving_is_that_of_the_catalog(case: str, address: str, claim: str) -> None:
    folder = FIXTURES / Path(case)
    messages = [f.message for f in scanned(folder).findings if f.subject.address == address]
    assert any(claim in message for message in messages), messages
