"""Jobs and endpoints that code only describes: in state machines and pipelines.

A Step Functions state that calls SageMaker, and a step of a SageMaker pipeline, hold the very
request that will create the job. It becomes an instance of its own, `aws_sfn_state_machine.x/Train`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mlarchlint.model.resource import Instance, Mode
from mlarchlint.model.value import Value, from_plain

_DEEPEST = 10  # states within states; Step Functions allows no such depth
_CALL = re.compile(r":states:::(?:aws-sdk:)?sagemaker:create(\w+?)(?:\.sync(?::2)?|\.waitForTaskToken)?$")
_BY_CALL = {
    "TrainingJob": "AWS::SageMaker::TrainingJob",
    "HyperParameterTuningJob": "AWS::SageMaker::TrainingJob",
    "ProcessingJob": "AWS::SageMaker::ProcessingJob",
    "TransformJob": "AWS::SageMaker::TransformJob",
    "Model": "AWS::SageMaker::Model",
    "EndpointConfig": "AWS::SageMaker::EndpointConfig",
}
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


def with_embedded(instances: Iterable[Instance]) -> Iterator[Instance]:
    """Every instance, each followed by what it describes."""
    for instance in instances:
        yield instance
        if instance.mode is Mode.MANAGED and instance.type in _DEFINITIONS:
            yield from _described(instance)


def embedded_in(instance: Instance) -> str | None:
    """The address of the state machine or pipeline that describes it, if one does."""
    host, slash, _ = instance.address.rpartition("/")
    return host if slash and instance.type in _BY_CALL.values() else None


def _described(host: Instance) -> Iterator[Instance]:
    for name in _DEFINITIONS[host.type]:
        definition = _structure(host.get(name))
        if not definition.is_known:
            continue
        found = _steps(definition) if "ipeline" in host.type else _tasks(definition, _DEEPEST)
        taken: set[str] = set()
        for step, call, request in found:
            # States of different branches may share a name.
            step = step.replace("/", "-")
            label, number = step, 2
            while label in taken:
                label, number = f"{step}-{number}", number + 1
            taken.add(label)
            yield _instance(host, label, call, request, definition)
        return


def _instance(host: Instance, name: str, call: str, request: Value, definition: Value) -> Instance:
    if call == "HyperParameterTuningJob":
        # What is tuned is what its trials run.
        request = request.get("TrainingJobDefinition")
    span = request.span if request.span.file else definition.span
    return replace(
        host,
        address=f"{host.address}/{name}",
        declaration=f"{host.declaration or host.address}/{name}",
        type=_BY_CALL[call],
        name=name,
        body=request.mapping(),
        span=span if span.file else host.span,
    )


# -- Step Functions ----------------------------------------------------------------------


def _tasks(machine: Value, depth: int) -> Iterator[tuple[str, str, Value]]:
    """Name, call and request of every state that creates something in SageMaker."""
    if depth == 0:
        return
    for name, state in machine.get("States").mapping().items():
        found = _CALL.search(state.get("Resource").text() or "")
        if found and found[1] in _BY_CALL:
            request = state.get("Arguments") if state.get("Parameters").is_absent else state.get("Parameters")
            yield name, found[1], _at_run_time(request)
        inner = [*state.get("Branches").items(), state.get("Iterator"), state.get("ItemProcessor")]
        for machine_within in inner:
            yield from _tasks(machine_within, depth - 1)


def _at_run_time(value: Value) -> Value:
    """`"Name.$": "$.path"` and `{% expression %}` are only known when the machine runs."""
    text = value.text()
    if text is not None and text.startswith("{%") and text.endswith("%}"):
        return Value.unknown("it is computed when the state machine runs", value.span)
    if value.is_known and isinstance(value.raw, tuple):
        return replace(value, raw=tuple(_at_run_time(item) for item in value.raw))
    if value.is_known and isinstance(value.raw, Mapping):
        members = {}
        for name, member in value.raw.items():
            if name.endswith(".$"):
                why = "it is given when the state machine runs"
                members[name.removesuffix(".$")] = Value.unknown(why, member.span)
            else:
                members[name] = _at_run_time(member)
        return replace(value, raw=members)
    return value


# -- SageMaker pipelines -----------------------------------------------------------------


def _steps(pipeline: Value) -> Iterator[tuple[str, str, Value]]:
    body = pipeline.get("PipelineDefinitionBody")
    if not body.is_absent:
        pipeline = _structure(body)
    yield from _steps_of(pipeline.get("Steps"), _DEEPEST)


def _steps_of(steps: Value, depth: int) -> Iterator[tuple[str, str, Value]]:
    if depth == 0:
        return
    for step in steps.items():
        name, kind = step.get("Name").text(), step.get("Type").text()
        arguments = step.get("Arguments")
        if name and kind in _BY_STEP:
            yield name, _BY_STEP[kind], _of_parameters(arguments)
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
