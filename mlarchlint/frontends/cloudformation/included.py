"""`AWS::Include`: files that become part of a template, read where they are in the scanned code."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import TRANSFORM, text_of
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.yaml_nodes import read_documents
from mlarchlint.frontends.yaml_tree import Document, List, Map, Node
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.stack import Stack
    from mlarchlint.frontends.cloudformation.world import World

INCLUDE = "AWS::Include"


def location_of(macro: Node) -> Node | None:
    """Where the file of an `AWS::Include` is; None for another macro."""
    parameters = macro.get("Parameters") if isinstance(macro, Map) else None
    if not isinstance(macro, Map) or text_of(macro.get("Name")) != INCLUDE:
        return None
    return parameters.get("Location") if isinstance(parameters, Map) else None


def included(macro: Node, stack: Stack) -> Node | None:
    """The content of the file that a macro names, if it is in the scanned code."""
    location = location_of(macro)
    text = value_text(stack.evaluator.value(location)) if location is not None else None
    return content_of(text, stack.template.path, stack.world) if text is not None else None


def content_of(location: str, beside: str, world: World) -> Node | None:
    """The root node of a file at a path relative to the template that includes it."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(beside), location))
    if "://" in location or path == beside:
        return None
    try:
        documents, diagnostics = read_documents(world.read(path), path)
    except (OSError, ValueError):
        return None
    for diagnostic in diagnostics:
        world.report(diagnostic)
    world.read_files.add(path)
    return documents[0].root if documents else None


def section_with_included(section: Map, stack: Stack) -> Map:
    """A section with what an `AWS::Include` in it adds; the macro stays where its file was not read."""
    macro = section.get(TRANSFORM)
    if macro is None:
        return section
    content = included(macro, stack)
    if not isinstance(content, Map):
        if section is not stack.template.resources:  # of resources it is said with them
            note_macro(macro, stack.world, macro.span)
        return section
    members = {name: node for name, node in section.members.items() if name != TRANSFORM}
    return Map({**content.members, **members}, {**content.keys, **section.keys}, section.span)


def document_with_included(document: Document, world: World) -> tuple[Document, bool]:
    """A template whose own Transform includes whole sections, and whether all of them were read."""
    whole = True
    root = document.root
    written = root.get("Transform") if isinstance(root, Map) else None
    macros = written.items if isinstance(written, List) else (written,) if written is not None else ()
    for macro in macros:
        location = location_of(macro)
        if location is None or not isinstance(root, Map):
            continue
        text = text_of(location)
        content = content_of(text, document.path, world) if text is not None else None
        if isinstance(content, Map):
            root = _joined(root, content)
        else:
            whole = False
            note_macro(macro, world, macro.span)
    return (document if root is document.root else replace(document, root=root)), whole


def note_macro(macro: Node, world: World, span: SourceSpan) -> str:
    """Says that a macro was not applied; returns it as a reason."""
    name = text_of(macro.get("Name")) if isinstance(macro, Map) else None
    why = f"the macro {name or '(unnamed)'} was not applied"
    detail = "What it adds here is not seen; scan the processed template instead."
    world.report(Diagnostic("template-macro", why, detail, span, Level.WARNING))
    return why


def _joined(root: Map, content: Map) -> Map:
    """Sections of both are merged; what the template itself writes wins."""
    members, keys = dict(root.members), dict(root.keys)
    for name, node in content.members.items():
        own = members.get(name)
        if isinstance(own, Map) and isinstance(node, Map):
            both = {**node.members, **own.members}
            members[name] = Map(both, {**node.keys, **own.keys}, own.span, own.tag)
        elif own is None:
            members[name], keys[name] = node, content.keys[name]
    return Map(members, keys, root.span, root.tag)
