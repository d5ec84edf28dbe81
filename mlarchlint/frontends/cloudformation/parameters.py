"""Values for a template's parameters: given on the command line, in files, by a parent stack, or by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from mlarchlint.frontends.cloudformation.options import Options
from mlarchlint.frontends.cloudformation.scenarios import choice
from mlarchlint.frontends.cloudformation.template import Parameter, Report, as_text, value_text
from mlarchlint.frontends.yaml_nodes import read_documents
from mlarchlint.frontends.yaml_tree import List, Map, Node, Scalar
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.value import Origin, Raw, State, Value

SCENARIO_VALUES = 8
Given = Mapping[str, Value]


# -- what is given -----------------------------------------------------------------------


def given_parameters(
    options: Options, read: Callable[[str], str | bytes], report: Report
) -> dict[str, Value]:
    """The texts given for parameters, by name; a later one wins."""
    found: dict[str, Value] = {}
    for path in options.parameter_files:
        found.update(_from_file(path, read, report))
    for name, text in options.parameters:
        found[name] = Value.known(text, NOWHERE, origin=(Origin(f"--parameter {name}", NOWHERE),))
    return found


def _from_file(path: str, read: Callable[[str], str | bytes], report: Report) -> dict[str, Value]:
    try:
        documents, diagnostics = read_documents(read(path), path)
    except (OSError, ValueError) as error:
        report(Diagnostic("parameter-file", f"cannot be read: {error}", "", SourceSpan(path)))
        return {}
    for diagnostic in diagnostics:
        report(diagnostic)
    if diagnostics and not documents:
        return {}
    found: dict[str, Value] = {}
    for document in documents:
        root = document.root
        section = root.get("Parameters") if isinstance(root, Map) else None
        if isinstance(section, Map):
            found.update({name: _text(node) for name, node in section.members.items()})
        elif isinstance(root, List):
            for item in root.items:
                found.update(_from_item(item))
        else:
            report(_wrong_shape(root.span))
    return found


def _from_item(item: Node) -> dict[str, Value]:
    """`{ParameterKey: …, ParameterValue: …}`, or `Key=Value` as `aws cloudformation deploy` takes it."""
    if isinstance(item, Map):
        key, value = item.get("ParameterKey"), item.get("ParameterValue")
        if isinstance(key, Scalar) and value is not None:
            return {key.text: _text(value)}
    elif isinstance(item, Scalar) and "=" in item.text:
        name, _, text = item.text.partition("=")
        return {name: Value.known(text, item.span)}
    return {}


def _text(node: Node) -> Value:
    if isinstance(node, Scalar):
        return Value.known(as_text(node), node.span)
    if isinstance(node, List):
        return Value.known(",".join(as_text(n) for n in node.items if isinstance(n, Scalar)), node.span)
    return Value.unknown("its value in the parameter file is no text", node.span)


def _wrong_shape(span: SourceSpan) -> Diagnostic:
    detail = 'Write [{"ParameterKey": …, "ParameterValue": …}] or {"Parameters": {…}}.'
    return Diagnostic("parameter-file", "the file holds no parameters", detail, span)


# -- what it means -----------------------------------------------------------------------


def parameter_value(parameter: Parameter, given: Value | None) -> Value:
    """The parameter's value, converted to its type; unknown where neither given nor by default."""
    label = f"parameter {parameter.name}"
    value = given
    if value is None and parameter.default is not None:
        value = _text(parameter.default)
    if value is None or value.state is State.ABSENT:
        return _without_value(parameter)
    span = value.span if value.span.file else parameter.span
    origin = (*value.origin, Origin(label, span))
    sensitive = parameter.no_echo or value.sensitive
    if parameter.from_ssm:
        why = f"parameter {parameter.name} is read from the SSM parameter store at deployment"
        refs = value.refs or (f"param.{parameter.name}",)
        return Value.unknown(why, span, origin=origin, refs=refs, sensitive=sensitive)
    if value.scenarios:
        cases = ((name, parameter_value(parameter, one)) for name, one in value.scenarios)
        return choice(cases, span, value.why)
    if value.is_unknown:
        refs = value.refs or (f"param.{parameter.name}",)
        return Value.unknown(value.why, span, origin=origin, refs=refs, sensitive=sensitive)
    raw = _typed(parameter, value, span)
    return Value.known(raw, span, origin=origin, refs=value.refs, sensitive=sensitive)


def _without_value(parameter: Parameter) -> Value:
    why = f"parameter {parameter.name} has no value"
    refs = (f"param.{parameter.name}",)
    origin = (Origin(f"parameter {parameter.name}", parameter.span),)
    unknown = Value.unknown(why, parameter.span, origin=origin, refs=refs, sensitive=parameter.no_echo)
    if not parameter.allowed or len(parameter.allowed) > SCENARIO_VALUES or parameter.is_list:
        return unknown
    cases = []
    for text in parameter.allowed:
        raw = _typed(parameter, Value.known(text), parameter.span)
        one = Value.known(raw, parameter.span, refs=refs, sensitive=parameter.no_echo)
        cases.append((f"parameter {parameter.name} is {text}", one))
    return replace(choice(cases, parameter.span, why), origin=origin)


def bound_parameter(parameter: Parameter, text: str) -> Value:
    """The parameter under the assumption that it has this value."""
    raw = _typed(parameter, Value.known(text), parameter.span)
    origin = (Origin(f"parameter {parameter.name} is {text}", parameter.span),)
    return Value.known(raw, parameter.span, origin=origin, sensitive=parameter.no_echo)


def _typed(parameter: Parameter, value: Value, span: SourceSpan) -> Raw:
    if parameter.is_list:
        if isinstance(value.raw, tuple):
            return value.raw
        texts = (value_text(value) or "").split(",")
        return tuple(
            Value.known(_number(text.strip()) if parameter.type == "List<Number>" else text.strip(), span)
            for text in texts
        )
    if isinstance(value.raw, tuple):
        return ",".join(value_text(item) or "" for item in value.raw)
    text = value_text(value) or ""
    return _number(text) if parameter.type == "Number" else text


def _number(text: str) -> int | Decimal | str:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if not number.is_finite() or abs(number.adjusted()) > 400:
        return text
    return int(number) if number == number.to_integral_value() else number
