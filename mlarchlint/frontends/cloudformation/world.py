"""What all stacks of a scan share: files, exports, limits and diagnostics."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.exports import Exports
from mlarchlint.frontends.cloudformation.included import document_with_included
from mlarchlint.frontends.cloudformation.options import Options
from mlarchlint.frontends.cloudformation.remarks import Remark, remarks_of
from mlarchlint.frontends.cloudformation.scenarios import TOO_MANY
from mlarchlint.frontends.cloudformation.template import Template, read_template
from mlarchlint.frontends.yaml_nodes import read_documents
from mlarchlint.frontends.yaml_tree import Map, Node
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.stack import Stack

_COPIES = 100_000
_BRANCHES = 200  # of one resource


@record(frozen=True, slots=True, eq=False)
class Source:
    """A template as read from its file."""

    template: Template
    remarks: tuple[Remark, ...]


@dataclass(slots=True, eq=False)
class World:
    """read: the text of a file by its shown path; raises OSError or ValueError (refused).
    scanned: the files of the scan. pseudo: what the user gives for pseudo parameters.
    """

    options: Options
    read: Callable[[str], str | bytes]
    scanned: tuple[str, ...] = ()
    pseudo: Mapping[str, Value] = field(default_factory=dict)
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)
    read_files: set[str] = field(default_factory=set)
    failed_files: set[str] = field(default_factory=set)
    copies: int = 0
    branches: int = 0
    noted: bool = False
    _sources: dict[str, tuple[Source, ...]] = field(default_factory=dict)
    exports: Exports = field(default_factory=Exports)

    def report(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.setdefault(diagnostic)

    def spend_copies(self, count: int) -> bool:
        self.copies += count
        return self.copies <= _COPIES

    @property
    def region(self) -> str:
        """ "" is unknown."""
        return self.pseudo["AWS::Region"].text() or "" if "AWS::Region" in self.pseudo else ""

    @property
    def placement(self) -> dict[str, Value]:
        """Region and account, as far as the user gives them (`--parameter AWS::AccountId=…`)."""
        names = {"region": "AWS::Region", "account": "AWS::AccountId"}
        return {name: self.pseudo[pseudo] for name, pseudo in names.items() if pseudo in self.pseudo}

    def begin_resource(self) -> None:
        self.branches, self.noted = 0, False

    def note_scenarios(self, span: SourceSpan) -> None:
        """A value is in more cases than are kept; said once a resource."""
        if not self.noted:
            self.noted = True
            summary = f"a value depends on {TOO_MANY}"
            detail = "It is taken for unknown. Give the parameters that the conditions depend on."
            self.report(Diagnostic("scenario-limit", summary, detail, span, Level.NOTE))

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
                document, whole = document_with_included(document, self)
                template = read_template(document, self.report)
                if template is not None:
                    template = template if whole else replace(template, lacks_includes=True)
                    found.append(Source(template, remarks_of(document.comments, text)))
            self._sources[path] = tuple(found)
        return self._sources[path]

    def uploaded(self, location: str, parent: str, given: Collection[str]) -> Source | None:
        """The scanned template that a URL stands for: the one of that file name that takes these parameters.

        Templates that nest others are uploaded beside them; the bucket is only known at deployment.
        """
        steps = location.split("?")[0].split("/")
        if "*" in steps[-1] or not steps[-1]:
            return None
        fitting: dict[int, list[Source]] = {}
        for path in self.scanned:
            if path != parent and posixpath.basename(path) == steps[-1]:
                fitting.setdefault(_common_end(path.split("/"), steps), []).extend(
                    source for source in self._loaded(path) if source.template.takes(given)
                )
        best = fitting[max(fitting)] if fitting else []
        return best[0] if len(best) == 1 else None

    def _loaded(self, path: str) -> tuple[Source, ...]:
        try:
            return self.load(path)
        except (OSError, ValueError):
            return ()

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


def _common_end(one: list[str], other: list[str]) -> int:
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_manifest(root: Node) -> bool:
    """A Kubernetes document in the same file."""
    return isinstance(root, Map) and "apiVersion" in root.members and "kind" in root.members
