"""A logical id is an address as long as one template uses it."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.pipeline import scan

TEMPLATE = "Resources:\n  Disk:\n    Type: AWS::EC2::Volume\n    Properties: {Size: 10, Encrypted: false}\n"


def test_a_logical_id_of_two_templates_carries_the_file(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(TEMPLATE.replace("Encrypted", "AvailabilityZone: us-east-1a, Encrypted"))
    result = scan([tmp_path])
    addresses = [finding.subject.address for finding in result.findings]
    assert sorted(address.rpartition("/")[2] for address in addresses) == ["a.yaml:Disk", "b.yaml:Disk"]
    assert len({finding.fingerprint for finding in result.findings}) == 2


def test_a_logical_id_of_one_template_is_bare(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEMPLATE)
    assert [resource.address for resource in scan([tmp_path]).graph] == ["Disk"]
