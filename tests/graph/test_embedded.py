"""What state machines and pipelines describe stands in the graph like what is declared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.analysis.roles import infer_roles
from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate

TRAINING = {
    "AlgorithmSpecification": {"TrainingImage": "acme/net:1"},
    "ResourceConfig": {"InstanceType": "ml.p3.2xlarge", "InstanceCount": 2},
    "EnableManagedSpotTraining": True,
}
SYNC = "arn:aws:states:::sagemaker:createTrainingJob.sync"


def read(folder: Path) -> ResourceGraph:
    config = Config()
    return normalise(evaluate(discover([folder], config), config).instances, built_in_kinds())


def task(resource: str, **parameters: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}


def machine(folder: Path, states: dict[str, Any]) -> ResourceGraph:
    text = json.dumps({"StartAt": next(iter(states)), "States": states})
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Flow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": text}}
        },
    }
    (folder / "template.json").write_text(json.dumps(template))
    return read(folder)


def pipeline(folder: Path, *steps: dict[str, Any]) -> ResourceGraph:
    body = {"Version": "2020-12-01", "Steps": list(steps)}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "P": {
                "Type": "AWS::SageMaker::Pipeline",
                "Properties": {"PipelineDefinition": {"PipelineDefinitionBody": json.dumps(body)}},
            }
        },
    }
    (folder / "template.json").write_text(json.dumps(template))
    return read(folder)


def test_a_training_state_is_a_job_with_its_traits_and_role(tmp_path: Path) -> None:
    graph = machine(tmp_path, {"Train": task(SYNC, **TRAINING)})
    job = graph["Flow/Train"]
    assert (job.kind, job.provider) == ("batch_job", "aws")
    assert job["spot"].text() == "all"
    assert job["instance_type"].text() == "ml.p3.2xlarge"
    assert job["nodes"].number() == 2
    assert infer_roles(graph)[job.key].role == "training"
    assert job in graph.targets(graph["Flow"], Relation.TRIGGERS)


def test_terraform_keeps_what_is_known_and_draws_the_edges(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
        resource "aws_iam_role" "sm" {
          assume_role_policy = "{}"
        }
        resource "aws_sfn_state_machine" "retrain" {
          role_arn = aws_iam_role.sm.arn
          definition = jsonencode({
            StartAt = "Train"
            States = {
              Train = {
                Type       = "Task"
                Resource   = "arn:aws:states:::sagemaker:createTrainingJob.sync"
                Parameters = {
                  RoleArn        = aws_iam_role.sm.arn
                  ResourceConfig = { "InstanceType.$" = "$.type", InstanceCount = 4 }
                }
              }
            }
          })
        }
        """
    )
    graph = read(tmp_path)
    job = graph["aws_sfn_state_machine.retrain/Train"]
    assert job["nodes"].number() == 4
    assert job["spot"].text() == "none"
    assert job["spot"].default
    assert job["instance_type"].is_unknown
    assert "when the state machine runs" in job["instance_type"].why
    assert [node.address for node in graph.targets(job, Relation.ASSUMES)] == ["aws_iam_role.sm"]


def test_states_inside_branches_and_maps_are_found(tmp_path: Path) -> None:
    inner = {"StartAt": "Train", "States": {"Train": task(SYNC, **TRAINING)}}
    graph = machine(
        tmp_path,
        {
            "Both": {"Type": "Parallel", "Branches": [inner, inner]},
            "Each": {"Type": "Map", "ItemProcessor": inner},
            "Wait": {"Type": "Wait", "Seconds": 5},
            "Call": task("arn:aws:states:::lambda:invoke", FunctionName="f"),
        },
    )
    assert [node.address for node in graph] == ["Flow", "Flow/Train", "Flow/Train-2", "Flow/Train-3"]


@pytest.mark.parametrize(
    ("call", "kind", "role"),
    [
        ("arn:aws:states:::sagemaker:createTransformJob.sync", "batch_job", "inference-batch"),
        ("arn:aws:states:::sagemaker:createEndpointConfig", "model_endpoint", "inference"),
        ("arn:aws:states:::aws-sdk:sagemaker:createProcessingJob", "batch_job", "pipeline"),
    ],
)
def test_every_call_has_its_kind_and_role(tmp_path: Path, call: str, kind: str, role: str) -> None:
    graph = machine(tmp_path, {"Step": task(call, Name="x")})
    assert graph["Flow/Step"].kind == kind
    assert infer_roles(graph)["Flow/Step"].role == role


def test_a_tuning_job_trains_what_its_definition_says(tmp_path: Path) -> None:
    call = "arn:aws:states:::sagemaker:createHyperParameterTuningJob.sync"
    graph = machine(tmp_path, {"Tune": task(call, TrainingJobDefinition=TRAINING)})
    assert graph["Flow/Tune"]["spot"].text() == "all"


def test_the_steps_of_a_pipeline_are_jobs_and_its_parameters_unknown(tmp_path: Path) -> None:
    arguments = {
        **TRAINING,
        "ResourceConfig": {"InstanceType": {"Get": "Parameters.Type"}, "InstanceCount": 1},
    }
    choice = {
        "Name": "Good",
        "Type": "Condition",
        "Arguments": {"IfSteps": [{"Name": "Score", "Type": "Transform", "Arguments": {}}]},
    }
    graph = pipeline(tmp_path, {"Name": "Fit", "Type": "Training", "Arguments": arguments}, choice)
    assert graph["P/Fit"]["instance_type"].is_unknown
    assert graph["P/Fit"]["nodes"].number() == 1
    assert graph["P/Score"].kind == "batch_job"


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", '{"States": 3}', '{"States": {"A": 1}}', '{"States": {"A": {"Resource": {}}}}'],
)
def test_a_definition_that_is_none_describes_nothing(tmp_path: Path, text: str) -> None:
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Flow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": text}}
        },
    }
    (tmp_path / "template.json").write_text(json.dumps(template))
    assert [node.address for node in read(tmp_path)] == ["Flow"]


def test_depth_is_bounded(tmp_path: Path) -> None:
    states: dict[str, Any] = {"Train": task(SYNC, **TRAINING)}
    for _ in range(40):
        states = {"Deeper": {"Type": "Map", "Iterator": {"States": states}}}
    assert [node.address for node in machine(tmp_path, states)] == ["Flow"]
