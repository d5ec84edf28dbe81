"""What an expression is evaluated in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, Union

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.cty import Value
from mlarchlint.model.span import SourceSpan

# One step of a traversal: `.name` (also `.0`) or `[key]`, whose key is not evaluated yet.
Step = Union[nodes.Attribute, nodes.Index]


class EvaluationError(Exception):
    """The expression is an error in Terraform too. summary: in Terraform's words.

    fallback: the value as far as it goes. Terraform takes the type of a failing branch from it.
    """

    def __init__(self, summary: str, span: SourceSpan | None = None, detail: str = "") -> None:
        super().__init__(detail or summary)
        self.summary = summary
        self.span = span
        self.detail = detail
        self.fallback: Value | None = None

    @property
    def message(self) -> str:
        return f"{self.summary}: {self.detail}" if self.detail else self.summary


class Files(Protocol):
    """What `file` and its family may read. None: nothing at all.

    root: absolute, nothing outside is read. directory: absolute, where relative paths start
    (Terraform's working folder: the root module). module: absolute, `path.module`.
    """

    @property
    def root(self) -> Path: ...
    @property
    def directory(self) -> Path: ...
    @property
    def module(self) -> Path: ...


class Scope(Protocol):
    """Resolves the root names of references: `var`, `local`, `aws_vpc`, `data`, `each`, ...

    resolve: given the root and the steps that follow it, the value and how many steps it
    covers (0 where the value is that of the root name alone). The evaluator applies the rest.
    `within` is the innermost scope, in which the keys of `[key]` steps are evaluated if
    resolve wants them. Raises EvaluationError for a name that does not exist.
    """

    @property
    def files(self) -> Files | None: ...

    def resolve(self, root: nodes.Variable, steps: tuple[Step, ...], within: Scope) -> tuple[Value, int]: ...


class Names:
    """A scope with some names of its own: the variables of a for-expression, a template's variables."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: Scope, names: dict[str, Value]) -> None:
        self.outer = outer
        self.names = names

    @property
    def files(self) -> Files | None:
        return self.outer.files

    def resolve(self, root: nodes.Variable, steps: tuple[Step, ...], within: Scope) -> tuple[Value, int]:
        found = self.names.get(root.name)
        if found is not None:
            return found, 0
        return self.outer.resolve(root, steps, within)


class Only:
    """A scope with these names and no others: for `templatefile`, whose template sees only its variables."""

    __slots__ = ("files", "names")

    def __init__(self, names: dict[str, Value], files: Files | None = None) -> None:
        self.names = names
        self.files: Files | None = files

    def resolve(self, root: nodes.Variable, steps: tuple[Step, ...], within: Scope) -> tuple[Value, int]:
        found = self.names.get(root.name)
        if found is None:
            raise EvaluationError("Invalid reference", root.span, f"there is no variable named {root.name!r}")
        return found, 0


def empty_scope(**names: Any) -> Scope:
    return Only(names)
