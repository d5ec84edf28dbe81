"""What is wrong with a file that tree-sitter refuses, in words that help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.span import SourceSpan

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.syntax_problem import SyntaxProblem

_LONGEST = 400_000  # python-hcl2 reads a few thousand lines a second: not worth it for giants
_NAMES = {
    "RBRACE": "`}`", "LBRACE": "`{`", "RSQB": "`]`", "LSQB": "`[`", "RPAR": "`)`", "LPAR": "`(`",
    "EQ": "`=`", "COLON": "`:`", "COMMA": "`,`", "DBLQUOTE": "a closing quote", "NAME": "a name",
    "NL_OR_COMMENT": "a new line", "INTERP_START": "`${`",
}  # fmt: skip


def describe_error(source: str, path: str, problem: SyntaxProblem) -> Diagnostic:
    """Where reading stopped and what was expected there."""
    span, expected = problem.span, problem.summary
    second = _second_opinion(source)
    if second is not None:
        line, column, wanted = second
        if line > 0:
            span = SourceSpan(path, line, column, line, column + 1)
        if wanted:
            expected = wanted
    if expected.startswith("Unexpected `<<"):
        marker = expected.split("`")[1].lstrip("<-")
        expected = f"The heredoc has no closing line `{marker}`"
    detail = "Correct the file; the block with the error was not read, the rest of the file was."
    return Diagnostic("syntax-error", expected, detail, span)


def _second_opinion(source: str) -> tuple[int, int, str] | None:
    """Line, column and message of python-hcl2, or None if it accepts the text or cannot say."""
    if len(source) > _LONGEST:
        return None
    try:
        import hcl2
        from lark.exceptions import UnexpectedCharacters, UnexpectedToken
    except ImportError:
        return None
    try:
        hcl2.loads(source if source.endswith("\n") else source + "\n")
    except UnexpectedToken as error:
        found = str(error.token)
        shown = "end of the file" if error.token.type == "$END" else _quoted(found)
        wanted = _expected(getattr(error, "accepts", None) or error.expected)
        line, column = _place(error.line, error.column, source, at_end=error.token.type == "$END")
        return line, column, f"Unexpected {shown}{wanted}"
    except UnexpectedCharacters as error:
        return error.line, error.column, f"Unexpected {_quoted(error.char)}"
    except Exception:
        return None
    return None


def _place(line: object, column: object, source: str, at_end: bool) -> tuple[int, int]:
    if at_end or not isinstance(line, int) or not isinstance(column, int) or line < 1:
        lines = source.rstrip("\n").split("\n")
        return len(lines), len(lines[-1]) + 1
    return line, max(column, 1)


def _expected(terminals: object) -> str:
    if not isinstance(terminals, (set, frozenset, list, tuple)):
        return ""
    names = sorted({_NAMES[name] for name in terminals if name in _NAMES})
    if "INT_LITERAL" in terminals:
        # Any value may stand here; a closing bracket, if one may too, is worth naming.
        closing = [name for name in names if name in ("`]`", "`)`", "`}`")]
        names = ["an expression", *closing]
    elif "$END" in terminals and "NAME" in terminals:
        names = ["a block or an argument"]
    elif "STRING_CHARS" in terminals:
        names = ["a closing quote"]
    return f"; expected {' or '.join(names)}" if 0 < len(names) <= 4 else ""


def _quoted(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        return "end of the line"
    first = stripped.split("\n", 1)[0].rstrip()
    return f"`{first[:30]}`"
