from __future__ import annotations

import pytest

from mlarchlint.analysis.roles import infer_roles
from mlarchlint.analysis.tokens import find_token
from tests.graph.build import graph, instance, ref

KINDS = """\
- kind: compute_group
  terraform: aws_autoscaling_group
  attrs:
    instance_type: {terraform: instance_type}
    min_count: {terraform: min_size, type: int}
    images: {terraform: images, type: list}
    name: {terraform: name}
  edges:
    - {relation: routes_to, terraform: target_group_arns, to: [backend_pool], reverse: true}
    - {relation: reads, terraform: reads, to: [object_store, database]}
- kind: batch_job
  terraform: aws_batch_job
  attrs:
    images: {terraform: images, type: list}
    commands: {terraform: commands, type: list}
    instance_type: {terraform: instance_type}
- kind: backend_pool
  terraform: aws_lb_target_group
- kind: load_balancer
  terraform: aws_lb
  edges:
    - {relation: routes_to, terraform: to, to: [backend_pool]}
- kind: object_store
  terraform: aws_s3_bucket
- kind: database
  terraform: aws_db_instance
- kind: model_endpoint
  terraform: aws_sagemaker_endpoint_configuration
"""


def role(*nodes: object, of: str) -> tuple[str | None, float]:
    found = infer_roles(graph(KINDS, *nodes)).get(of)  # type: ignore[arg-type]
    return (found.role, found.confidence) if found else (None, 0.0)


BALANCED = (
    instance("aws_lb.api", line=60, to=ref("aws_lb_target_group.t.arn")),
    instance("aws_lb_target_group.t", line=70),
)
TARGETS = [ref("aws_lb_target_group.t.arn")]


def test_a_group_behind_a_load_balancer_that_reads_models_serves() -> None:
    group = instance(
        "aws_autoscaling_group.inference", target_group_arns=TARGETS, reads=ref("aws_s3_bucket.models.arn")
    )
    bucket = instance("aws_s3_bucket.models", line=30)
    assert role(group, bucket, *BALANCED, of=group.address)[0] == "inference"
    assert role(group, bucket, *BALANCED, of=group.address)[1] >= 0.8
    assert role(group, bucket, *BALANCED, of="aws_lb_target_group.t")[0] == "inference"


@pytest.mark.parametrize(
    "node",
    [
        instance("aws_autoscaling_group.web", target_group_arns=TARGETS),
        instance("aws_autoscaling_group.email", target_group_arns=TARGETS),
        instance("aws_autoscaling_group.employee_training_portal", target_group_arns=TARGETS),
        instance("aws_autoscaling_group.render", instance_type="g5.xlarge", min_size=0),
        instance("aws_batch_job.nightly_report", commands=["python report.py"]),
    ],
)
def test_what_is_no_machine_learning_has_no_role(node: object) -> None:
    assert role(node, *BALANCED, of=node.address) == (None, 0.0)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (instance("aws_sagemaker_endpoint_configuration.c"), "inference"),
        (instance("aws_batch_job.train_resnet", instance_type="p3.2xlarge"), "training"),
        (
            instance("aws_batch_job.j", commands=["torchrun train.py"], images=["pytorch/pytorch:2"]),
            "training",
        ),
        (
            instance(
                "aws_autoscaling_group.llm", images=["vllm/vllm-openai:v0.6"], target_group_arns=TARGETS
            ),
            "inference",
        ),
        (instance("aws_autoscaling_group.x", tags={"mlarchlint.dev/role": "training"}), "training"),
        (
            instance("aws_autoscaling_group.x", tags={"ml-stage": "serving"}, target_group_arns=TARGETS),
            "inference",
        ),
    ],
)
def test_roles_by_type_content_and_tags(node: object, expected: str) -> None:
    assert role(node, *BALANCED, of=node.address)[0] == expected  # type: ignore[attr-defined]


def test_a_database_has_the_role_of_what_uses_it() -> None:
    group = instance(
        "aws_autoscaling_group.inference",
        target_group_arns=TARGETS,
        reads=ref("aws_db_instance.features.address"),
    )
    found = role(
        group, instance("aws_db_instance.features", line=40), *BALANCED, of="aws_db_instance.features"
    )
    assert found[0] == "inference"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("email", None),
        ("my-ai-app", "ai"),
        ("modelServer", "model-server"),
        ("model_server2", "model-server"),
        ("remodel", None),
    ],
)
def test_tokens_stand_whole(text: str, found: str | None) -> None:
    assert find_token([text], ["ai", "model-server"]) == found
