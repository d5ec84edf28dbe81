"""Which stores hold what passes by."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.passing_data import passes_by
from tests.graph.read import read


@pytest.mark.parametrize(
    ("name", "whether"),
    [
        ("acme-model-logs", True),
        ("dataset_tmp", True),
        ("modelCheckpoints", True),
        ("acme-models", False),
        ("catalogue-of-datasets", False),
    ],
)
def test_one_whole_word_of_the_name_tells(tmp_path: Path, name: str, whether: bool) -> None:
    source = f'resource "aws_s3_bucket" "b" {{\n  bucket = "{name}"\n}}\n'
    (bucket,) = read(tmp_path, source)
    assert passes_by(bucket) is whether


def test_a_website_passes_by(tmp_path: Path) -> None:
    source = 'resource "aws_s3_bucket" "models" {\n  website {\n    index_document = "index.html"\n  }\n}\n'
    (bucket,) = read(tmp_path, source)
    assert passes_by(bucket)
