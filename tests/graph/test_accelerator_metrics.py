"""Which machines need an agent for the use of their accelerators."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.accelerator_metrics import needs_gpu_agent
from tests.graph.read import read


@pytest.mark.parametrize(
    ("source", "whether"),
    [
        ('"aws_instance" "a" {\n  instance_type = "g5.xlarge"\n  user_data = "run"\n}', True),
        ('"aws_instance" "image" {\n  instance_type = "g5.xlarge"\n}', False),
        ('"aws_instance" "cpu" {\n  instance_type = "m6i.large"\n  user_data = "run"\n}', False),
        ('"aws_eks_node_group" "a" {\n  instance_types = ["g5.xlarge"]\n}', True),
        (
            '"google_container_node_pool" "a" {\n  node_config {\n    machine_type = "g2-standard-8"\n  }\n}',
            False,
        ),
        ('"aws_sagemaker_notebook_instance" "a" {\n  instance_type = "ml.g5.xlarge"\n}', False),
    ],
)
def test_machines_that_the_code_sets_up_need_one(tmp_path: Path, source: str, whether: bool) -> None:
    (node,) = read(tmp_path, f"resource {source}\n")
    assert needs_gpu_agent(node) is whether
