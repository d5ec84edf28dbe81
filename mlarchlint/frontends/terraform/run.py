"""What all module instances of one root module share."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.bodies import Bodies
from mlarchlint.frontends.terraform.expansion import Problem
from mlarchlint.frontends.terraform.files import Folders
from mlarchlint.frontends.terraform.modules import Installed, Located, locate, missing_module
from mlarchlint.frontends.terraform.nodes import Block
from mlarchlint.frontends.terraform.references import ModuleFiles
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.frontends.terraform.sources import TerraformOptions
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.module_tree import ModuleInstance

DEEP = 20  # nested evaluations after which the rest of a chain is evaluated from its far end


class Run:
    """directory: of the root module. alone: only single files of it are scanned."""

    def __init__(
        self,
        folders: Folders,
        options: TerraformOptions,
        directory: str,
        manifest: dict[str, Installed],
        alone: bool = False,
    ) -> None:
        self.folders = folders
        self.options = options
        self.directory = directory
        self.manifest = manifest
        self.alone = alone
        self.bodies = Bodies(options.limits.blocks)
        self.diagnostics: dict[tuple[str, str, SourceSpan], Diagnostic] = {}
        self.undeclared: dict[str, SourceSpan | None] = {}
        self.modules = 0
        self.depth = 0
        self._files: dict[str, ModuleFiles] = {}

    # -- places --------------------------------------------------------------------------

    def files(self, directory: str) -> ModuleFiles:
        found = self._files.get(directory)
        if found is None:
            found = ModuleFiles(self.folders.root, self.folders.base, self.directory, directory)
            self._files[directory] = found
        return found

    def path_in_root(self, directory: str) -> str:
        """A folder as `path.module` names it: from the root module."""
        return posixpath.relpath(directory, self.directory)

    @property
    def working_directory(self) -> str:
        return (self.folders.base / self.directory).as_posix().removesuffix("/.")

    def locate(self, block: Block, caller: ModuleInstance, key: str) -> Located:
        located = locate(block, caller.directory, key, self.manifest, self.folders)
        if located.directory is None:
            if located.problem:
                self.add(missing_module(block, located.problem))
            return located
        problem = self._too_deep(located.directory, caller)
        if problem:
            self.add(Diagnostic("terraform-module-cycle", problem, "The call is not followed.", block.header))
            return Located(located.source, located.version, None, problem)
        return located

    def _too_deep(self, directory: str, caller: ModuleInstance) -> str:
        above: ModuleInstance | None = caller
        while above is not None:
            if above.directory == directory:
                return f"module {directory} includes itself"
            above = above.parent
        if caller.depth + 1 > self.options.limits.depth:
            return f"module calls are nested more than {self.options.limits.depth} deep"
        return ""

    # -- evaluation ----------------------------------------------------------------------

    def guarded(self, span: SourceSpan, make: Callable[[], cty.Value]) -> cty.Value:
        """A named value; its error is reported once, where it stands."""
        self.depth += 1
        try:
            return make()
        except EvaluationError as error:
            self.bodies.failed(error, error.span or span)
            raise
        except RecursionError:
            raise EvaluationError("The expression refers to others too deeply", span) from None
        finally:
            self.depth -= 1

    def cycle(self, name: str, span: SourceSpan) -> NoReturn:
        summary = f"{name} refers to itself, directly or through others"
        self.add(Diagnostic("terraform-cycle", summary, "Break the circle; the value is unknown.", span))
        raise EvaluationError("Cycle", span, summary)

    # -- diagnostics ---------------------------------------------------------------------

    def report(self, problem: Problem) -> None:
        if problem.limit:
            detail = "Raise the limit of instances to look at all of them."
            self.add(Diagnostic("terraform-limit", problem.summary, detail, problem.span, Level.WARNING))
        else:
            self.bodies.errors.setdefault(problem.span, problem.summary)

    def add(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.setdefault((diagnostic.code, diagnostic.summary, diagnostic.span), diagnostic)

    def all_diagnostics(self) -> list[Diagnostic]:
        circles = {d.span for d in self.diagnostics.values() if d.code == "terraform-cycle"}
        detail = "Values that depend on it are judged as unknown."
        failed = [
            Diagnostic("terraform-expression", message, detail, span, Level.WARNING)
            for span, message in self.bodies.errors.items()
            if span not in circles
        ]
        return [*self.diagnostics.values(), *failed, *self._undeclared()]

    def _undeclared(self) -> list[Diagnostic]:
        """One for the whole module: a folder that is only a part of a stack lacks many names."""
        if not self.undeclared or self.alone:
            return []
        names = list(self.undeclared)
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        summary = f"{', '.join(names[:3])}{more}: not declared in module {self.directory}"
        detail = "It is judged as a part of a stack: what it lacks may be declared elsewhere."
        span = self.undeclared[names[0]] or SourceSpan(self.directory)
        return [Diagnostic("terraform-undeclared", summary, detail, span, Level.WARNING)]
