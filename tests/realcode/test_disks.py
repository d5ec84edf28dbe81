"""Every disk that a machine describes counts, and nothing else does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlarchlint.pipeline import scan


def verdicts(folder: Path) -> list[tuple[int, bool]]:
    return [(f.span.line, f.certain) for f in scan([folder]).findings if f.rule == "MLA-SE003"]


@pytest.mark.parametrize(
    ("disks", "expected"),
    [
        ("root_block_device { encrypted = true }\n", []),
        ("root_block_device { encrypted = true }\nebs_block_device { device_name = \"x\" }\n", [(3, True)]),
        ("root_block_device { volume_size = 9 }\nebs_block_device { encrypted = true }\n", [(2, True)]),
        ("root_block_device { encrypted = true }\nebs_block_device { encrypted = true }\n", []),
        ("root_block_device { encrypted = var.e }\n", [(2, False)]),
        ("", [(1, False)]),
    ],
)  # fmt: skip
def test_root_and_data_disks(tmp_path: Path, disks: str, expected: list[tuple[int, bool]]) -> None:
    (tmp_path / "main.tf").write_text(f'resource "aws_instance" "a" {{\n{disks}}}\nvariable "e" {{}}\n')
    assert verdicts(tmp_path) == expected


@pytest.mark.parametrize(
    ("mappings", "expected"),
    [
        ([{"VirtualName": "ephemeral0"}], [False]),
        ([{"VirtualName": "ephemeral0"}, {"Ebs": {"VolumeSize": 8}}], [True]),
        ([{"VirtualName": "ephemeral0"}, {"Ebs": {"Encrypted": True}}], []),
    ],
)
def test_disks_of_the_machine_itself_are_no_volumes(
    tmp_path: Path, mappings: list[object], expected: list[bool]
) -> None:
    machine = {"Type": "AWS::EC2::Instance", "Properties": {"BlockDeviceMappings": mappings}}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": machine}}
    (tmp_path / "stack.json").write_text(json.dumps(template, indent=1))
    assert [certain for _, certain in verdicts(tmp_path)] == expected
