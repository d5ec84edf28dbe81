"""What makes a text no Terraform."""

from __future__ import annotations

from mlarchlint.model.span import SourceSpan


class SyntaxProblem(Exception):
    """The text is not Terraform: what was expected, and where."""

    def __init__(self, summary: str, span: SourceSpan) -> None:
        super().__init__(summary)
        self.summary = summary
        self.span = span
