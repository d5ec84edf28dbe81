"""A list of old machine types is one choice, and one finding."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.pipeline import scan

QUEUE = """\
resource "aws_batch_compute_environment" "training" {
  type = "MANAGED"

  compute_resources {
    type          = "SPOT"
    instance_type = ["c4.large", "c4.xlarge", "m4.large", "c7i.large"]
    max_vcpus     = 16
    subnets       = ["subnet-0a", "subnet-0b"]
  }
}
"""


def test_old_types_of_one_list_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE)
    found = [finding for finding in scan([tmp_path]).findings if finding.rule == "MLA-CO010"]
    assert len(found) == 1
    assert "c4.large is a previous generation" in found[0].message
    assert found[0].message.endswith("so it is with c4.xlarge, m4.large of the same list")
