"""Templates to Instances: root stacks, the stacks nested in them, and what they export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mlarchlint.frontends.cloudformation import pseudo
from mlarchlint.frontends.cloudformation.calls import call_of
from mlarchlint.frontends.cloudformation.instances import (
    STACK_TYPES,
    Declared,
    declared,
    instances,
    location_of,
)
from mlarchlint.frontends.cloudformation.options import Options
from mlarchlint.frontends.cloudformation.parameters import given_parameters
from mlarchlint.frontends.cloudformation.remarks import ignores_of
from mlarchlint.frontends.cloudformation.stack import Stack
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.cloudformation.world import Source, World
from mlarchlint.frontends.yaml_tree import Map, Node
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.resource import Call, Evaluation, Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

Read = Callable[[str], "str | bytes"]
_DEFAULT_OPTIONS = Options()


def evaluate_templates(
    files: Mapping[str, str | bytes], options: Options = _DEFAULT_OPTIONS, read: Read | None = None
) -> Evaluation:
    """Every resource of the templates. files: text by shown path. read: for nested templates,
    includes and parameter files that are not among them; raises OSError or ValueError."""

    def read_any(path: str) -> str | bytes:
        if path in files:
            return files[path]
        if read is None:
            raise ValueError("not among the scanned files")
        return read(path)

    world = World(options, read_any, tuple(sorted(files)))
    given = given_parameters(options, read_any, world.report)
    world.pseudo = {name: value for name, value in given.items() if name in pseudo.NAMES}
    trees = _trees(files, world, given)
    world.exports.stacks = world.stacks = [stack for tree in trees for stack in tree]
    _refuse_unused(given, world)
    found = tuple(_limited(world))
    return Evaluation(
        found,
        tuple(world.diagnostics),
        frozenset(world.read_files),
        frozenset(world.failed_files - world.read_files),
    )


def _trees(files: Mapping[str, str | bytes], world: World, given: Mapping[str, Value]) -> list[list[Stack]]:
    """The stacks below each root template. A template that another one nests is no root."""
    trees: list[list[Stack]] = []
    for path in sorted(files):
        try:
            sources = world.load(path)
        except (OSError, ValueError) as error:
            world.report(Diagnostic("unreadable", f"cannot be read: {error}", "", SourceSpan(path)))
            world.failed_files.add(path)
            continue
        for source in sources:
            root = Stack(source.template, path, world, given.get, remarks=source.remarks)
            trees.append(list(_unfolded(root, (path,))))
    nested = {stack.template.path for tree in trees for stack in tree if stack.prefix}
    roots = [tree for tree in trees if tree[0].scope not in nested]
    reached = {stack.template.path for tree in roots for stack in tree}
    return [tree for tree in trees if tree[0].scope not in nested or tree[0].scope not in reached]


def _unfolded(stack: Stack, chain: tuple[str, ...]) -> Iterator[Stack]:
    """The stack and those nested in it."""
    try:
        stack.unfold()
        yield stack
        for resource in declared(stack):
            if resource.type in STACK_TYPES:
                child = _child(resource, stack, chain)
                if child is not None:
                    stack.children[resource.name] = child
                    yield from _unfolded(child, (*chain, child.template.path))
    except RecursionError:
        summary = f"{stack.template.path} is nested too deeply to be evaluated"
        stack.world.report(
            Diagnostic("template-too-deep", summary, "Flatten the template.", stack.template.span)
        )


def _child(resource: Declared, parent: Stack, chain: tuple[str, ...]) -> Stack | None:
    """The stack that a resource nests, if its template is in the scanned code."""
    world = parent.world
    found = _nested_source(resource, parent)
    if found is None:
        return None
    source, node = found
    if source.template.path in chain or len(chain) > world.options.limits.depth:
        summary = f"{resource.name} nests {source.template.path} without end"
        world.report(Diagnostic("nested-template", summary, "Break the cycle.", node.span))
        return None
    address = parent.prefix + resource.name
    metadata = resource.node.get("Metadata")
    own = ignores_of(
        parent.remarks,
        resource.span,
        resource.evaluator.value(metadata) if metadata else Value.absent(resource.span),
    )
    return Stack(
        source.template,
        parent.scope,
        world,
        _given_by(resource),
        prefix=f"{address}.",
        calls=(*parent.calls, Call(address, resource.span)),
        exists=resource.exists,
        remarks=source.remarks,
        ignores=(*parent.ignores, *own),
    )


def _nested_source(resource: Declared, parent: Stack) -> tuple[Source, Node] | None:
    """The template of a nested stack, and the node that says where it is."""
    world = parent.world
    node = location_of(resource)
    value = resource.evaluator.value(node) if node is not None else Value.absent(resource.span)
    text = value_text(value)
    if node is not None and text is not None and "://" not in text:
        source = world.nested(text, parent.template.path, node.span)
        return (source, node) if source is not None else None
    url = text or value.pattern
    if node is not None and "://" in url:
        section = _parameters_of(resource)
        given = section.members.keys() if section is not None else ()
        source = world.uploaded(url, parent.template.path, given)
        if source is not None:
            # not where it is uploaded to: that may differ with what is not known, and the file is the same
            summary = f"the uploaded template {url.rpartition('/')[2]} is taken for {source.template.path}"
            detail = "It is the only scanned template of that name that takes the parameters given."
            world.report(Diagnostic("nested-template", summary, detail, node.span, Level.NOTE))
            return source, node
    what = text or url or "whose place is known at deployment"
    _note_opaque(world, f"the nested template {what} was not read", node.span if node else resource.span)
    return None


def _note_opaque(world: World, summary: str, span: SourceSpan) -> None:
    detail = "Its resources are not seen. Scan the template itself, or give a path relative to this file."
    world.report(Diagnostic("nested-template", summary, detail, span, Level.NOTE))


def _given_by(resource: Declared) -> Callable[[str], Value | None]:
    """The parameters that the parent gives, evaluated when asked for."""
    section = _parameters_of(resource)

    def given(name: str) -> Value | None:
        node = section.get(name) if section is not None else None
        return resource.evaluator.value(node) if node is not None else None

    return given


def _parameters_of(resource: Declared) -> Map | None:
    properties = resource.node.get("Properties")
    section = properties.get("Parameters") if isinstance(properties, Map) else None
    return section if isinstance(section, Map) and call_of(section) is None else None


def _refuse_unused(given: Mapping[str, Value], world: World) -> None:
    """A parameter that no template has is most likely a slip of the pen."""
    known = {name for stack in world.stacks if not stack.prefix for name in stack.template.parameters}
    for name in given if world.stacks else ():
        if name not in known and name not in world.pseudo:
            summary = f"no template has a parameter {name!r}"
            world.report(Diagnostic("unknown-parameter", summary, "", given[name].span, Level.WARNING))


def _limited(world: World) -> Iterator[Instance]:
    count = 0
    limit = world.options.limits.instances
    for stack in world.stacks:
        for instance in instances(stack):
            count += 1
            if count > limit:
                summary = f"more than the limit of {limit} resources"
                world.report(
                    Diagnostic("too-many-resources", summary, "Scan fewer templates at once.", instance.span)
                )
                return
            yield instance
