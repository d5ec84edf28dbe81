"""Jobs, clusters and endpoints that code only describes: in state machines and pipelines.

A Step Functions state and a step of a SageMaker pipeline hold the very request that will create
or start something. It becomes an instance of its own, `aws_sfn_state_machine.x/Train`, unless what
is started is in the code already.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Format, Instance, Mode
from mlarchlint.model.value import Value, from_plain
from mlarchlint.references import prefixes

if TYPE_CHECKING:
    from mlarchlint.state_machines import Described

_BY_STEP = {
    "Training": "TrainingJob",
    "Tuning": "HyperParameterTuningJob",
    "Processing": "ProcessingJob",
    "Transform": "TransformJob",
    "Model": "Model",
}
_DEFINITIONS = {
    "aws_sfn_state_machine": ("definition",),
    "AWS::StepFunctions::StateMachine": ("DefinitionString", "Definition"),
    "AWS::Serverless::StateMachine": ("Definition",),
    "aws_sagemaker_pipeline": ("pipeline_definition",),
    "AWS::SageMaker::Pipeline": ("PipelineDefinition",),
}
# What a type that is started is called in Terraform; the names it may go by are in these members.
_SAME = {
    "AWS::Batch::JobDefinition": "aws_batch_job_definition",
    "AWS::Glue::Job": "aws_glue_job",
    "AWS::ECS::TaskDefinition": "aws_ecs_task_definition",
    "AWS::EMRServerless::Application": "aws_emrserverless_application",
    "AWS::EMRContainers::VirtualCluster": "aws_emrcontainers_virtual_cluster",
}
_NAMES = ("name", "family", "JobDefinitionName", "Name", "Family")
_PLACEHOLDER = regex(r"\$\{(\w+)\}")


def with_embedded(instances: Iterable[Instance]) -> Iterator[Instance]:
    """Every instance, each followed by what it describes."""
    everything = list(instances)
    for instance in everything:
        yield instance
        if is_host(instance):
            taken: set[str] = set()
            for found in described_by(instance):
                if found.starts is None or not _declared(found, instance, everything):
                    yield _instance(instance, _label(found.name, taken), found)


def is_host(instance: Instance) -> bool:
    """Whether it has a definition that may describe others."""
    return instance.mode is Mode.MANAGED and instance.type in _DEFINITIONS


def embedded_in(instance: Instance) -> str | None:
    """The address of the state machine or pipeline that may describe it, if its address says so."""
    host, slash, _ = instance.address.rpartition("/")
    return host if slash else None


def described_by(host: Instance) -> Iterator[Described]:
    """What the definition of a state machine or pipeline creates and starts."""
    from mlarchlint.state_machines import tasks

    for name in _DEFINITIONS[host.type]:
        definition = _structure(host.get(name))
        if not definition.is_known:
            continue
        definition = _substituted(definition, host.get("DefinitionSubstitutions").mapping())
        found = _steps(definition) if "ipeline" in host.type else tasks(definition)
        span = definition.span
        for described in found:
            given = described.request.span if described.request.span.file else span
            yield replace(described, request=replace(described.request, span=given))
        return


def _label(name: str, taken: set[str]) -> str:
    """States of different branches may share a name."""
    name = name.replace("/", "-")
    label, number = name, 2
    while label in taken:
        label, number = f"{name}-{number}", number + 1
    taken.add(label)
    return label


def _declared(found: Described, host: Instance, everything: list[Instance]) -> bool:
    """Whether what a run names is declared in the code, by reference or by name."""
    types = (found.type, _SAME.get(found.type, ""))
    references = found.starts.all_refs() if found.starts is not None else ()
    addresses = {prefix for reference in references for prefix in prefixes(reference)}
    wanted = found.started_name
    for other in everything:
        if other.mode is Mode.MODULE and other.address in addresses:
            return True
        if other.type not in types:
            continue
        if other.address in addresses or other.declaration in addresses:
            return True
        if wanted is not None and any(other.get(name).text() == wanted for name in _NAMES):
            return True
    return False


def _instance(host: Instance, name: str, found: Described) -> Instance:
    span = found.request.span
    return replace(
        host,
        address=f"{host.address}/{name}",
        declaration=f"{host.declaration or host.address}/{name}",
        type=found.type,
        name=name,
        body=found.body,
        span=span if span.file else host.span,
        format=host.format if found.type.startswith("AWS::") else Format.KUBERNETES,
    )


# -- SageMaker pipelines -----------------------------------------------------------------


def _steps(pipeline: Value) -> Iterator[Described]:
    from mlarchlint.state_machines import DEEPEST

    body = pipeline.get("PipelineDefinitionBody")
    if not body.is_absent:
        pipeline = _structure(body)
    yield from _steps_of(pipeline.get("Steps"), DEEPEST)


def _steps_of(steps: Value, depth: int) -> Iterator[Described]:
    if depth == 0:
        return
    from mlarchlint.state_machines import sagemaker

    for step in steps.items():
        name, kind = step.get("Name").text(), step.get("Type").text()
        arguments = step.get("Arguments")
        if name and kind in _BY_STEP:
            yield replace(sagemaker(_BY_STEP[kind], _of_parameters(arguments)), name=name)
        for branch in ("IfSteps", "ElseSteps"):
            yield from _steps_of(arguments.get(branch), depth - 1)


def _of_parameters(value: Value) -> Value:
    """`{"Get": "Parameters.X"}` may be given anew for each run."""
    if value.is_known and isinstance(value.raw, tuple):
        return replace(value, raw=tuple(_of_parameters(item) for item in value.raw))
    if value.is_known and isinstance(value.raw, Mapping):
        got = value.raw.get("Get")
        if got is not None and len(value.raw) == 1:
            return Value.unknown(f"{got.text() or 'it'} is given when the pipeline runs", value.span)
        if set(value.raw) == {"Std:Join"}:
            return Value.unknown("it is put together when the pipeline runs", value.span)
        return replace(value, raw={name: _of_parameters(member) for name, member in value.raw.items()})
    return value


# -- texts -------------------------------------------------------------------------------


def _structure(value: Value) -> Value:
    """What a text of JSON encodes, also where parts of it are unknown; other values are as they are."""
    if value.inside is not None:
        return value.inside
    text = value.text()
    if text is None:
        return value
    try:
        return from_plain(json.loads(text), value.span)
    except (ValueError, RecursionError):
        return Value.unknown("the JSON text in it cannot be read", value.span)


def _substituted(value: Value, given: Mapping[str, Value]) -> Value:
    """`${Name}` in a template's definition stands for an entry of its DefinitionSubstitutions."""
    if not given:
        return value
    text = value.text()
    if text is not None:
        return _filled(value, text, given)
    if value.is_known and isinstance(value.raw, tuple):
        return replace(value, raw=tuple(_substituted(item, given) for item in value.raw))
    if value.is_known and isinstance(value.raw, Mapping):
        return replace(value, raw={name: _substituted(member, given) for name, member in value.raw.items()})
    return value


def _filled(value: Value, text: str, given: Mapping[str, Value]) -> Value:
    names = [name for name in _PLACEHOLDER.findall(text) if name in given]
    if not names:
        return value
    if text == f"${{{names[0]}}}":
        return given[names[0]]
    unknown = [given[name] for name in names if given[name].text() is None]
    if unknown:
        refs = tuple(ref for part in unknown for ref in part.all_refs())
        return Value.unknown(unknown[0].why or "a part of it is unknown", value.span, refs=refs)
    filled = _PLACEHOLDER.sub(lambda m: (given[m[1]].text() or "") if m[1] in given else m[0], text)
    return replace(value, raw=filled)
