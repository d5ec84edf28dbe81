"""What all stacks of a scan share: files, exports, limits and diagnostics."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import text_of
from mlarchlint.frontends.cloudformation.options import Options
from mlarchlint.frontends.cloudformation.remarks import Remark, remarks_of
from mlarchlint.frontends.cloudformation.template import Template, read_template, value_text
from mlarchlint.frontends.yaml_nodes import read_documents
from mlarchlint.frontends.yaml_tree import Map, Node
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.stack import Stack

_COPIES = 100_000
_INPUTS = ("param.", "data.", "import.")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A template as read from its file."""

    template: Template
    remarks: tuple[Remark, ...]


@dataclass(slots=True, eq=False)
class World:
    """read: the text of a file by its shown path; raises OSError or ValueError (refused)."""

    options: Options
    read: Callable[[str], str | bytes]
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)
    read_files: set[str] = field(default_factory=set)
    failed_files: set[str] = field(default_factory=set)
    copies: int = 0
    _sources: dict[str, tuple[Source, ...]] = field(default_factory=dict)
    _exports: dict[str, tuple[Stack, str]] | None = None

    def report(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.setdefault(diagnostic)

    def spend_copies(self, count: int) -> bool:
        self.copies += count
        return self.copies <= _COPIES

    # -- files ---------------------------------------------------------------------------

    def load(self, path: str) -> tuple[Source, ...]:
        """The templates of a file, read once. Raises OSError or ValueError."""
        if path not in self._sources:
            text = self.read(path)
            documents, diagnostics = read_documents(text, path)
            for diagnostic in diagnostics:
                self.report(diagnostic)
            if any(diagnostic.level is Level.ERROR for diagnostic in diagnostics):
                self.failed_files.add(path)
            if documents:
                self.read_files.add(path)
            found = []
            for document in documents:
                if _is_manifest(document.root):
                    continue
                template = read_template(document, self.report)
                if template is not None:
                    found.append(Source(template, remarks_of(document.comments, text)))
            self._sources[path] = tuple(found)
        return self._sources[path]

    def nested(self, location: str, parent: str, at: SourceSpan) -> Source | None:
        """The template at a path relative to its parent's file; None, with a note, for any other."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(parent), location))
        try:
            sources = self.load(path)
        except (OSError, ValueError) as error:
            summary = (
                f"the nested template {location} cannot be read: {getattr(error, 'strerror', None) or error}"
            )
            self.report(
                Diagnostic("nested-template", summary, "Its resources are not seen.", at, Level.WARNING)
            )
            return None
        return sources[0] if sources else None

    def included(self, argument: Node, stack: Stack) -> Node | None:
        """The content of a file that `AWS::Include` names, if it is in the scanned code."""
        parameters = argument.get("Parameters") if isinstance(argument, Map) else None
        if not isinstance(argument, Map) or text_of(argument.get("Name")) != "AWS::Include":
            return None
        location = parameters.get("Location") if isinstance(parameters, Map) else None
        text = value_text(stack.evaluator.value(location)) if location is not None else None
        if text is None or "://" in text:
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(stack.template.path), text))
        if path == stack.template.path:
            return None
        try:
            documents, diagnostics = read_documents(self.read(path), path)
        except (OSError, ValueError):
            return None
        for diagnostic in diagnostics:
            self.report(diagnostic)
        self.read_files.add(path)
        return documents[0].root if documents else None

    # -- exports -------------------------------------------------------------------------

    def exported(self, name: str, stack: Stack, span: SourceSpan) -> Value:
        """What `Fn::ImportValue` gives in a stack."""
        if self._exports is None:
            self._exports = {}  # an import inside an export's name finds nothing
            self._exports = self._index_exports()
        found = self._exports.get(name)
        if found is None:
            why = f"the export {name} is not in the scanned code"
            return Value.unknown(why, span, refs=(f"import.{name}",))
        other, output = found
        value = other.output(output, span)
        return value if other.scope == stack.scope else _abroad(value, other.scope)

    def _index_exports(self) -> dict[str, tuple[Stack, str]]:
        found: dict[str, tuple[Stack, str]] = {}
        for stack in self.stacks:
            for name, node in stack.outputs.members.items() if stack.outputs else ():
                export = node.get("Export") if isinstance(node, Map) else None
                label = export.get("Name") if isinstance(export, Map) else None
                if label is None or not isinstance(node, Map) or not stack.output_exists(node):
                    continue
                text = value_text(stack.evaluator.value(label))
                if text is not None:
                    found.setdefault(text, (stack, name))
        return found


def _abroad(value: Value, scope: str) -> Value:
    """A value of another template: its references name that template."""
    refs = tuple(ref if ref.startswith(_INPUTS) or ":" in ref else f"{scope}:{ref}" for ref in value.refs)
    scenarios = tuple((name, _abroad(one, scope)) for name, one in value.scenarios)
    raw = value.raw
    if isinstance(raw, tuple):
        raw = tuple(_abroad(item, scope) for item in raw)
    return replace(value, raw=raw, refs=refs, scenarios=scenarios)


def _is_manifest(root: Node) -> bool:
    """A Kubernetes document in the same file."""
    return isinstance(root, Map) and "apiVersion" in root.members and "kind" in root.members
