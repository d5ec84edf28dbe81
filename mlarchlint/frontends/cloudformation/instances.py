"""The resources of a stack as Instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlarchlint.frontends.cloudformation.calls import TRANSFORM, Call, call_of, text_of
from mlarchlint.frontends.cloudformation.conditions import CIRCULAR, assume_named, judge_named
from mlarchlint.frontends.cloudformation.evaluator import Evaluator
from mlarchlint.frontends.cloudformation.remarks import ignores_of
from mlarchlint.frontends.cloudformation.sam import with_globals
from mlarchlint.frontends.cloudformation.sam_made import Made
from mlarchlint.frontends.cloudformation.scenarios import choice
from mlarchlint.frontends.cloudformation.stack import Stack
from mlarchlint.frontends.yaml_tree import Map, Node, between
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record
from mlarchlint.model.resource import Format, Instance, Mode
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import OTHERS, Value

STACK_TYPES = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
_ATTRIBUTES = (
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
    "Metadata",
)


@record(frozen=True, slots=True, eq=False)
class Declared:
    """A resource as written, with the evaluator for it. exists: NO ones are left out."""

    name: str
    type: str
    node: Map
    span: SourceSpan
    exists: Truth
    evaluator: Evaluator


def declared(stack: Stack) -> Iterator[Declared]:
    """The resources of a stack, without those whose condition is false."""
    for name, node in stack.resources.items():
        if name == TRANSFORM:
            stack.evaluator.call(Call(name, node, node.span))
            stack.partial = True
            continue
        kind = text_of(node.get("Type")) if isinstance(node, Map) else None
        if isinstance(node, Map) and kind is None and (call := _type_call(node)):
            stack.evaluator.unprocessed(call.name, call.span, Level.ERROR)
            stack.partial = True
            continue
        if not isinstance(node, Map) or kind is None:
            summary = (
                f"resource {name} has no Type"
                if isinstance(node, Map)
                else f"resource {name} must be a mapping"
            )
            detail = "CloudFormation refuses the template; this resource was left out."
            stack.world.report(Diagnostic("template-invalid", summary, detail, stack.keys[name], Level.ERROR))
            continue
        try:
            exists, evaluator = _existence(node, stack)
        except RecursionError:
            exists, evaluator = Truth.MAYBE, stack.evaluator
            _too_deep(stack, name, node.span)
        if name in stack.open_keys:
            exists = exists & Truth.MAYBE
        if exists is not Truth.NO:
            yield Declared(name, kind, node, between(stack.keys[name], node.span), exists, evaluator)


def _type_call(node: Map) -> Call | None:
    """A preprocessor's call in place of a resource's type (`Type: !Rain::Module x.yaml`)."""
    written = node.get("Type")
    if isinstance(written, Map) and len(written.members) == 1 and not written.tag:
        ((name, argument),) = written.members.items()
        return Call(name, argument, written.span)
    return call_of(written) if written is not None else None


def _existence(node: Map, stack: Stack) -> tuple[Truth, Evaluator]:
    """Whether a resource exists; its body is judged for the case that it does."""
    evaluator = stack.evaluator
    condition = node.get("Condition")
    if condition is None:
        return stack.exists, evaluator
    name = text_of(condition)
    verdict = judge_named(name, condition, evaluator)
    if verdict.truth is Truth.MAYBE and name is not None:
        facts = assume_named(name, Truth.YES, evaluator)
        if facts is not None:
            evaluator = evaluator.under(facts)
        elif not verdict.why.endswith(CIRCULAR):  # it can never hold
            return Truth.NO, evaluator
    return stack.exists & verdict.truth, evaluator


def instances(stack: Stack) -> Iterator[Instance]:
    """Everything that the stack itself declares, in order."""
    section = stack.template.globals if stack.template.is_sam else None
    globals_ = stack.evaluator.members(section) if section else {}
    made = Made(stack.prefix, stack.resources, globals_) if stack.template.is_sam else None
    first: dict[SourceSpan, str] = {}  # the copies of a loop have one declaration
    for resource in declared(stack):
        address = stack.prefix + resource.name
        stack.world.begin_resource()
        declaration = first.setdefault(stack.keys[resource.name], address)
        try:
            instance = _instance(resource, stack, address, declaration, globals_)
            if made is None:
                yield instance
            else:
                yield from made.around(instance)
        except RecursionError:
            _too_deep(stack, address, resource.span)
    if made is not None:
        yield from made.apis()


def _too_deep(stack: Stack, address: str, span: SourceSpan) -> None:
    summary = f"{address} is nested too deeply to be evaluated"
    stack.world.report(Diagnostic("template-too-deep", summary, "Flatten what it refers to.", span))


def _instance(
    resource: Declared, stack: Stack, address: str, declaration: str, globals_: Mapping[str, Value]
) -> Instance:
    body = dict(with_globals(resource.type, _properties(resource), globals_))
    for name in _ATTRIBUTES:
        node = resource.node.get(name)
        if node is not None:
            body[f"${name}"] = resource.evaluator.value(node)
    _link_dependencies(body, stack.prefix, resource)
    condition = resource.node.get("Condition")
    if condition is not None:
        body["$Condition"] = Value.known(text_of(condition), condition.span)
    metadata = body.get("$Metadata", Value.absent(resource.span))
    return Instance(
        address=address,
        type=resource.type,
        name=_name(resource, metadata),
        format=Format.CLOUDFORMATION,
        body=body,
        span=resource.span,
        scope=stack.scope,
        declaration=declaration,
        mode=Mode.MODULE if _is_opaque(resource, stack) else Mode.MANAGED,
        calls=stack.calls,
        exists=resource.exists,
        symbolic=resource.name in stack.open_keys,
        whole=not stack.is_open,
        provider_config=stack.world.placement,
        ignores=(*stack.ignores, *ignores_of(stack.remarks, resource.span, metadata)),
    )


def _properties(resource: Declared) -> dict[str, Value]:
    node = resource.node.get("Properties")
    if node is None:
        return {}
    if isinstance(node, Map) and (call_of(node) is None or TRANSFORM in node.members):
        return resource.evaluator.members(node)
    value = resource.evaluator.value(node) if call_of(node) else None
    if value is not None and isinstance(value.raw, dict):
        return dict(value.raw)
    if value is not None and value.is_unknown and not value.error:
        return _conditional(value)
    if text_of(node) not in ("", "null", "~"):
        resource.evaluator.refuse(f"the Properties of {resource.name} must be a mapping", node.span)
    return {}


def _conditional(properties: Value) -> dict[str, Value]:
    """Properties that an unknown condition chooses between: each in every case."""
    names = dict.fromkeys(name for _, case in properties.scenarios for name in case.mapping())
    if not names:
        return {OTHERS: properties}
    cases = properties.scenarios
    return {
        name: choice(((label, case.get(name)) for label, case in cases), properties.span, properties.why)
        for name in names
    }


def _link_dependencies(body: dict[str, Value], prefix: str, resource: Declared) -> None:
    """DependsOn names resources: as references, so that edges can be drawn."""
    written = body.get("$DependsOn")
    if written is None:
        return
    items = written.items() or (written,)
    linked = tuple(
        Value.known(item.raw, item.span, refs=(prefix + item.raw,)) if isinstance(item.raw, str) else item
        for item in items
    )
    body["$DependsOn"] = Value.known(linked, written.span)


def _name(resource: Declared, metadata: Value) -> str:
    """The construct's path for CDK, else the logical id."""
    path = metadata.get("aws:cdk:path").text() if metadata.is_known else None
    return path.removesuffix("/Resource") if path else resource.name


def _is_opaque(resource: Declared, stack: Stack) -> bool:
    return resource.type in STACK_TYPES and resource.name not in stack.children


def location_of(resource: Declared) -> Node | None:
    """Where a nested stack's template is."""
    properties = resource.node.get("Properties")
    if not isinstance(properties, Map):
        return None
    metadata = resource.node.get("Metadata")
    if isinstance(metadata, Map) and text_of(metadata.get("aws:asset:property")) == "TemplateURL":
        return metadata.get("aws:asset:path")  # CDK: the URL is an asset's, the file is beside the template
    name = "TemplateURL" if resource.type == STACK_TYPES[0] else "Location"
    return properties.get(name)
