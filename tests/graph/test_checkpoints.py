"""Where checkpoints go, and whether that outlives the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.checkpoints import lost_checkpoints
from mlarchlint.analysis.interruptible import interruptible
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Resource
from tests.graph.read import read_folder

POD = """
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec:
  template:
    spec:
      containers:
        - name: trainer
          image: trainer:4
          args: [ARGS]
          volumeMounts: [{name: data, mountPath: /data}, {name: fast, mountPath: /data/fast}]
      volumes:
        - {name: data, persistentVolumeClaim: {claimName: data}}
        - {name: fast, emptyDir: {}}
"""


def job(tmp_path: Path, args: str) -> tuple[ResourceGraph, Resource]:
    (tmp_path / "job.yaml").write_text(POD.replace("ARGS", args), "utf-8")
    graph = read_folder(tmp_path)
    return graph, graph.of_kind("batch_job")[0]


@pytest.mark.parametrize(
    ("args", "path"),
    [
        ("--checkpoint-dir=/data/fast/run", "/data/fast/run"),
        ("--ckpt_path, /data/fast", "/data/fast"),
        ("--save-checkpoint-to=/elsewhere", "/elsewhere"),
        ("bash -c 'train --checkpoint_folder /tmp/run'", "/tmp/run"),
        ("--checkpoint-dir=/tmp/run, --data=s3://acme/train", "/tmp/run"),
    ],
)
def test_a_path_that_goes_with_the_pod_is_found(tmp_path: Path, args: str, path: str) -> None:
    lost = lost_checkpoints(*job(tmp_path, args))
    assert lost is not None
    assert (lost.path, lost.certain) == (path, True)


@pytest.mark.parametrize(
    "args",
    [
        "--checkpoint-dir=/data/run",
        "--load-checkpoint=/tmp/base.pt",
        "--resume-from-checkpoint, /tmp/base.pt",
        "--checkpoint-interval, '100'",
        "--checkpoint-dir=s3://acme/run",
        "--checkpoint-dir=/tmp/run, --upload=gs://acme/run",
        "--epochs=90",
    ],
)
def test_what_stays_is_copied_or_only_read_is_not_lost(tmp_path: Path, args: str) -> None:
    assert lost_checkpoints(*job(tmp_path, args)) is None


def test_a_job_is_interruptible_where_all_machines_under_it_are(tmp_path: Path) -> None:
    groups = "\n".join(
        f"""resource "aws_batch_compute_environment" "{name}" {{
  type = "MANAGED"
  compute_resources {{
    type          = "{sort}"
    instance_type = ["g5.2xlarge"]
    max_vcpus     = 8
    subnets       = []
  }}
}}"""
        for name, sort in (("a", "SPOT"), ("b", "SPOT"))
    )
    definition = 'resource "aws_batch_job_definition" "train" {\n  name = "train"\n  type = "container"\n}\n'
    main = tmp_path / "main.tf"
    main.write_text(f"{groups}\n{definition}", "utf-8")
    graph = read_folder(tmp_path)
    assert interruptible(graph, graph.of_kind("batch_job")[0]) is not None
    main.write_text(f"{groups}\n{definition}".replace("SPOT", "EC2", 1), "utf-8")
    graph = read_folder(tmp_path)
    assert interruptible(graph, graph.of_kind("batch_job")[0]) is None
