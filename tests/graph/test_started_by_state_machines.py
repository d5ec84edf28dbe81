"""What a state machine starts is an edge where the code holds it, and a node where it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.model.graph import Relation, ResourceGraph
from tests.graph.read import read


def flow(resource: str, **parameters: Any) -> str:
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "End": True,
    }
    return json.dumps({"StartAt": "Run", "States": {"Run": state}})


def machine(folder: Path, resource: str, others: str = "", **parameters: Any) -> ResourceGraph:
    text = flow(resource, **parameters).replace('"<<', "").replace('>>"', "")
    return read(
        folder,
        f'resource "aws_sfn_state_machine" "f" {{\n  definition = jsonencode({text})\n}}\n{others}',
    )


def triggered(graph: ResourceGraph, host: str = "aws_sfn_state_machine.f") -> list[str]:
    return [node.address for node in graph.targets(graph[host], Relation.TRIGGERS)]


JOB = 'resource "aws_batch_job_definition" "train" {\n  name = "train"\n  type = "container"\n}\n'
GLUE = (
    'resource "aws_glue_job" "clean" {\n  name = "clean"\n  command { script_location = "s3://b/c.py" }\n}\n'
)
TASK = 'resource "aws_ecs_task_definition" "score" {\n  family = "score"\n  container_definitions = "[]"\n}\n'
SPARK = 'resource "aws_emrserverless_application" "spark" {\n  name = "spark"\n  type = "spark"\n}\n'
VIRTUAL = 'resource "aws_emrcontainers_virtual_cluster" "v" {\n  name = "v"\n}\n'


@pytest.mark.parametrize(
    ("resource", "member", "named", "declared", "address"),
    [
        ("batch:submitJob.sync", "JobDefinition", "train", JOB, "aws_batch_job_definition.train"),
        ("batch:submitJob", "JobDefinition", "train:7", JOB, "aws_batch_job_definition.train"),
        ("glue:startJobRun.sync", "JobName", "clean", GLUE, "aws_glue_job.clean"),
        ("ecs:runTask.sync", "TaskDefinition", "score:3", TASK, "aws_ecs_task_definition.score"),
        (
            "ecs:runTask",
            "TaskDefinition",
            "arn:aws:ecs:eu-west-1:123456789012:task-definition/score:3",
            TASK,
            "aws_ecs_task_definition.score",
        ),
        ("batch:submitJob", "JobDefinition", "<<aws_batch_job_definition.train.arn>>", JOB, "aws_batch_job_definition.train"),
        ("glue:startJobRun", "JobName", "<<aws_glue_job.clean.name>>", GLUE, "aws_glue_job.clean"),
        (
            "emr-serverless:startJobRun",
            "ApplicationId",
            "<<aws_emrserverless_application.spark.id>>",
            SPARK,
            "aws_emrserverless_application.spark",
        ),
        (
            "emr-containers:startJobRun",
            "VirtualClusterId",
            "<<aws_emrcontainers_virtual_cluster.v.id>>",
            VIRTUAL,
            "aws_emrcontainers_virtual_cluster.v",
        ),
    ],
)  # fmt: skip
def test_what_the_code_holds_is_triggered_and_not_made_twice(
    tmp_path: Path, resource: str, member: str, named: str, declared: str, address: str
) -> None:
    graph = machine(tmp_path, resource, declared, **{member: named})
    assert triggered(graph) == [address]
    assert len(graph) == 2


@pytest.mark.parametrize(
    ("resource", "parameters", "kind"),
    [
        ("batch:submitJob.sync", {"JobDefinition": "elsewhere"}, "batch_job"),
        ("glue:startJobRun.sync", {"JobName": "elsewhere", "WorkerType": "G.2X"}, "data_processor"),
        ("ecs:runTask", {"TaskDefinition": "elsewhere"}, "container_template"),
        ("emr-serverless:startJobRun", {"ApplicationId": "00f1"}, "data_processor"),
        ("aws-sdk:emrcontainers:startJobRun", {"VirtualClusterId": "abc"}, "namespace"),
    ],
)
def test_what_the_code_does_not_hold_is_a_node(
    tmp_path: Path, resource: str, parameters: dict[str, Any], kind: str
) -> None:
    graph = machine(tmp_path, resource, **parameters)
    [started] = triggered(graph)
    assert started == "aws_sfn_state_machine.f/Run"
    assert graph[started].kind == kind


def test_nothing_is_assumed_of_a_definition_that_was_not_read(tmp_path: Path) -> None:
    graph = machine(tmp_path, "glue:startJobRun", JobName="elsewhere", WorkerType="G.2X", NumberOfWorkers=10)
    job = graph["aws_sfn_state_machine.f/Run"]
    assert (job["worker_type"].text(), job["workers.max"].raw) == ("G.2X", 10)
    assert job["retries"].is_unknown
    assert "elsewhere is not in the scanned code" in job["retries"].why


def test_a_definition_given_at_run_time_is_unknown(tmp_path: Path) -> None:
    graph = machine(tmp_path, "batch:submitJob", **{"JobDefinition.$": "$.job"})
    assert graph["aws_sfn_state_machine.f/Run"]["retries"].is_unknown


def test_a_cluster_of_emr_has_the_groups_of_its_request(tmp_path: Path) -> None:
    groups = [
        {"InstanceRole": "MASTER", "InstanceType": "m6g.xlarge", "InstanceCount": 1},
        {"InstanceRole": "CORE", "InstanceType": "r6g.2xlarge", "InstanceCount": 6, "Market": "SPOT"},
    ]
    graph = machine(
        tmp_path,
        "elasticmapreduce:createCluster.sync",
        Name="nightly",
        Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": False},
    )
    cluster = graph["aws_sfn_state_machine.f/Run"]
    assert cluster.kind == "data_processor"
    assert cluster["instance_type"].text() == "r6g.2xlarge"
    assert cluster["workers.max"].raw == 6
    assert cluster["spot"].text() == "all"


def test_a_job_on_eks_is_read_as_the_manifest_it_is(tmp_path: Path) -> None:
    container = {
        "name": "train",
        "image": "acme/train:1",
        "resources": {"limits": {"nvidia.com/gpu": "4"}},
    }
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "train"},
        "spec": {"template": {"spec": {"containers": [container], "restartPolicy": "Never"}}},
    }
    graph = machine(tmp_path, "eks:runJob.sync", ClusterName="ml", Namespace="train", Job=job)
    [started] = triggered(graph)
    node = graph[started]
    assert (node.kind, node.provider) == ("batch_job", "kubernetes")
    assert node["images"].plain() == ["acme/train:1"]
    assert node["accelerator.count"].raw == 4
    assert node["namespace"].text() == "train"


TEMPLATE = """
Resources:
  Train:
    Type: AWS::Batch::JobDefinition
    Properties: {Type: container, JobDefinitionName: train}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      %s
"""
DEFINITIONS = {
    "an object": (
        "Definition: {StartAt: Run, States: {Run: {Type: Task, "
        "Resource: 'arn:aws:states:::batch:submitJob', Parameters: {JobDefinition: !Ref Train}}}}"
    ),
    "an object with substitutions": (
        "Definition: {StartAt: Run, States: {Run: {Type: Task, "
        "Resource: 'arn:aws:states:::batch:submitJob', Parameters: {JobDefinition: '${Job}'}}}}\n"
        "      DefinitionSubstitutions: {Job: !Ref Train}"
    ),
    "a text with substitutions": (
        'DefinitionString: \'{"StartAt": "Run", "States": {"Run": {"Type": "Task", '
        '"Resource": "arn:aws:states:::batch:submitJob", "Parameters": {"JobDefinition": "${Job}"}}}}\'\n'
        "      DefinitionSubstitutions: {Job: !Ref Train}"
    ),
    "a text by name": (
        'DefinitionString: \'{"StartAt": "Run", "States": {"Run": {"Type": "Task", '
        '"Resource": "arn:aws:states:::batch:submitJob", "Parameters": {"JobDefinition": "train"}}}}\''
    ),
}


@pytest.mark.parametrize("form", DEFINITIONS)
def test_templates_say_the_same_in_each_of_their_ways(tmp_path: Path, form: str) -> None:
    graph = read(tmp_path, TEMPLATE % DEFINITIONS[form], "template.yaml")
    assert triggered(graph, "Flow") == ["Train"]
    assert len(graph) == 2


def test_a_substituted_text_stands_in_the_job_it_describes(tmp_path: Path) -> None:
    definition = (
        "Definition: {StartAt: Run, States: {Run: {Type: Task, "
        "Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync', "
        "Parameters: {ResourceConfig: {InstanceType: 'ml.${Size}', InstanceCount: 1}}}}}\n"
        "      DefinitionSubstitutions: {Size: g5.2xlarge}"
    )
    graph = read(tmp_path, TEMPLATE % definition, "template.yaml")
    assert graph["Flow/Run"]["instance_type"].text() == "ml.g5.2xlarge"
