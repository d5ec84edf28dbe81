"""What all stacks of a scan share: files, exports, limits and diagnostics."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import text_of
from mlarchlint.frontends.cloudformation.exports import Exports
from mlarchlint.frontends.cloudformation.options import Options
from mlarchlint.frontends.cloudformation.remarks import Remark, remarks_of
from mlarchlint.frontends.cloudformation.template import Template, read_template, value_text
from mlarchlint.frontends.yaml_nodes import read_documents
from mlarchlint.frontends.yaml_tree import Map, Node
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.stack import Stack

_COPIES = 100_000
_BRANCHES = 200  # of one resource


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
    branches: int = 0
    _sources: dict[str, tuple[Source, ...]] = field(default_factory=dict)
    exports: Exports = field(default_factory=Exports)

    def report(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.setdefault(diagnostic)

    def spend_copies(self, count: int) -> bool:
        self.copies += count
        return self.copies <= _COPIES

    def spend_branch(self) -> bool:
        """Whether a list may still be evaluated once more for each case of a condition."""
        self.branches += 1
        return self.branches <= _BRANCHES

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


def _is_manifest(root: Node) -> bool:
    """A Kubernetes document in the same file."""
    return isinstance(root, Map) and "apiVersion" in root.members and "kind" in root.members
