"""Stages and architecture patterns, on small graphs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mlarchlint.analysis.patterns import Pattern, find_patterns
from mlarchlint.analysis.stages import STAGES, find_stages, in_words
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Instance
from mlarchlint.model.span import NOWHERE
from mlarchlint.model.workload import Evidence, RoleOf
from tests.graph.build import graph, instance, ref

KINDS = """\
- kind: container_service
  terraform: aws_ecs_service
  attrs:
    images: {terraform: images, type: list}
  edges:
    - {relation: routes_to, terraform: behind, reverse: true}
    - {relation: reads, terraform: reads}
- kind: batch_job
  terraform: aws_batch_job_definition
  edges:
    - {relation: reads, terraform: reads}
- kind: data_processor
  terraform: aws_glue_job
  edges:
    - {relation: writes, terraform: writes}
- kind: api_gateway
  terraform: aws_apigatewayv2_api
- kind: stream
  terraform: aws_kinesis_stream
- kind: object_store
  terraform: aws_s3_bucket
- kind: alarm
  terraform: aws_cloudwatch_metric_alarm
"""
GATEWAY = instance("aws_apigatewayv2_api.entry")
BEHIND = ref("aws_apigatewayv2_api.entry.id")


def given(**roles: str) -> dict[str, RoleOf]:
    """By address, with `__` for the dot."""
    return {
        key.replace("__", "."): RoleOf(role, 0.9, (Evidence("it is said so", 1, NOWHERE),))
        for key, role in roles.items()
    }


def patterns(roles: Mapping[str, RoleOf], *nodes: Instance) -> dict[str, Pattern]:
    return {pattern.name: pattern for pattern in find_patterns(graph(KINDS, *nodes), roles)}


def stages(roles: Mapping[str, RoleOf], design: ResourceGraph) -> dict[str, list[str]]:
    found = find_stages(design, roles)
    assert tuple(stage.name for stage in found) == STAGES
    return {stage.name: [service.address for service in stage.services] for stage in found if stage.services}


def test_each_service_stands_in_its_stage() -> None:
    design = graph(
        KINDS,
        instance("aws_kinesis_stream.events"),
        instance("aws_s3_bucket.dataset"),
        instance("aws_glue_job.clean"),
        instance("aws_glue_job.ingest_orders"),
        instance("aws_batch_job_definition.fit"),
        instance("aws_ecs_service.mlflow"),
        instance("aws_ecs_service.api"),
        instance("aws_ecs_service.shop"),
        instance("aws_cloudwatch_metric_alarm.errors"),
    )
    roles = given(
        aws_glue_job__clean="pipeline",
        aws_glue_job__ingest_orders="pipeline",
        aws_batch_job_definition__fit="training",
        aws_ecs_service__mlflow="tracking",
        aws_ecs_service__api="inference",
    )
    assert {name: sorted(addresses) for name, addresses in stages(roles, design).items()} == {
        "ingestion": ["aws_glue_job.ingest_orders", "aws_kinesis_stream.events", "aws_s3_bucket.dataset"],
        "preprocessing": ["aws_glue_job.clean"],
        "training": ["aws_batch_job_definition.fit"],
        "evaluation": ["aws_ecs_service.mlflow"],
        "deployment": ["aws_ecs_service.api"],
        "monitoring": ["aws_cloudwatch_metric_alarm.errors"],
    }


def test_copies_are_one_service_with_a_count() -> None:
    design = graph(
        KINDS, instance("aws_cloudwatch_metric_alarm.a[0]"), instance("aws_cloudwatch_metric_alarm.a[1]")
    )
    [monitoring] = [stage for stage in find_stages(design, {}) if stage.services]
    assert [(one.address, one.count) for one in monitoring.services] == [("aws_cloudwatch_metric_alarm.a", 2)]
    assert in_words(monitoring.confidence) == "sure"


def test_a_monitoring_program_is_known_by_its_image() -> None:
    design = graph(KINDS, instance("aws_ecs_service.x", images=["prom/prometheus:v2"]))
    assert stages({}, design) == {"monitoring": ["aws_ecs_service.x"]}


def test_services_behind_one_entry_are_microservices() -> None:
    nodes = (
        GATEWAY,
        instance("aws_ecs_service.model_a", behind=BEHIND),
        instance("aws_ecs_service.resize", behind=BEHIND),
    )
    roles = given(aws_ecs_service__model_a="inference")
    found = patterns(roles, *nodes)
    assert {sign.address for sign in found["microservices"].signs if sign.component == "services"} == {
        "aws_ecs_service.model_a",
        "aws_ecs_service.resize",
    }
    assert "monolith" not in found
    assert "microservices" not in patterns({}, *nodes)


def test_one_service_alone_is_a_monolith() -> None:
    roles = given(aws_ecs_service__api="inference")
    found = patterns(roles, GATEWAY, instance("aws_ecs_service.api", behind=BEHIND))
    assert set(found) == {"inference", "monolith"}
    assert found["inference"].lacking == ("CDN", "auto-scaling", "model storage", "cache", "monitoring")


@pytest.mark.parametrize(
    "other", ["aws_ecs_service.other", "aws_batch_job_definition.nightly", "aws_kinesis_stream.events"]
)
def test_beside_another_workload_it_is_none(other: str) -> None:
    roles = given(aws_ecs_service__api="inference")
    assert "monolith" not in patterns(roles, instance("aws_ecs_service.api"), instance(other))


def test_a_speed_layer_and_a_batch_layer_are_lambda() -> None:
    serving = instance("aws_ecs_service.api", reads=ref("aws_kinesis_stream.events.arn"))
    stream = instance("aws_kinesis_stream.events")
    fit = instance("aws_batch_job_definition.fit", reads=ref("aws_s3_bucket.lake.arn"))
    lake = instance("aws_s3_bucket.lake")
    roles = given(aws_ecs_service__api="inference", aws_batch_job_definition__fit="training")
    assert "lambda" in patterns(roles, serving, stream, fit, lake)
    assert "lambda" not in patterns(roles, serving, fit, lake)
    assert "lambda" not in patterns(roles, instance("aws_ecs_service.api"), stream, fit, lake)


def test_a_data_pipeline_needs_processing_and_data() -> None:
    job = instance("aws_glue_job.clean", writes=ref("aws_s3_bucket.out.arn"))
    roles = given(aws_glue_job__clean="pipeline")
    assert patterns(roles, job, instance("aws_s3_bucket.out"))["data pipeline"].lacking == ("ingestion",)
    assert patterns(roles, instance("aws_glue_job.clean")) == {}
    assert patterns({}, job, instance("aws_s3_bucket.out")) == {}


def test_no_workload_no_pattern() -> None:
    assert patterns({}, GATEWAY, instance("aws_ecs_service.shop", behind=BEHIND)) == {}
