"""Functions that read files: inside the scanned root only, and never through a link."""

from __future__ import annotations

import base64
import os
import posixpath
import re
import stat
from collections.abc import Callable
from pathlib import Path

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.comprehension import Evaluate
from mlarchlint.frontends.terraform.cty import (
    BOOL,
    DYNAMIC,
    STRING,
    Unknown,
    Value,
    deep_refs,
    is_sensitive,
    set_type,
    string,
)
from mlarchlint.frontends.terraform.functions import (
    MAX_ELEMENTS,
    SPECIAL,
    Context,
    Param,
    function,
    invalid,
    refused,
    scalar,
    unknown_because,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions_hash import Digest, md5, sha1, sha256, sha512
from mlarchlint.frontends.terraform.scope import EvaluationError, Files, Only, Scope
from mlarchlint.frontends.terraform.sets import set_of
from mlarchlint.frontends.terraform.syntax import SyntaxProblem, parse_template
from mlarchlint.model.span import SourceSpan

MAX_BYTES = 20_000_000
MAX_TEMPLATE_DEPTH = 20
_PATH = Param("path", STRING)


# -- reading -----------------------------------------------------------------------------


def _files(context: Context) -> Files:
    files = context.scope.files
    if files is None:
        raise invalid("files cannot be read here")
    return files


def _located(path: str, files: Files) -> Path:
    """Absolute, without `..`; refused outside the root or where a link is on the way."""
    if "\0" in path:
        raise invalid("the path has a NUL character")
    shown = path
    if path == "~" or path.startswith("~/"):
        raise invalid(f"{shown!r} is outside the scanned folder")
    whole = Path(os.path.normpath(os.path.join(files.directory, path)))
    root = Path(os.path.normpath(files.root))
    if whole != root and root not in whole.parents:
        raise invalid(f"{shown!r} is outside the scanned folder")
    at = root
    for part in whole.relative_to(root).parts:
        at = at / part
        if at.is_symlink():
            raise invalid(f"{shown!r} goes through a link")
    return whole


def read_bytes(path: str, context: Context) -> bytes:
    place = _located(path, _files(context))
    try:
        status = place.stat()
        if not stat.S_ISREG(status.st_mode):
            raise invalid(f"{path!r} is not a regular file")
        if status.st_size > MAX_BYTES:
            raise invalid(f"{path!r} is larger than {MAX_BYTES // 1_000_000} MB")
        return place.read_bytes()
    except FileNotFoundError:
        raise invalid(
            f"no file exists at {path!r}; it may be made by something else that must run first"
        ) from None
    except OSError as error:
        raise invalid(f"{path!r} cannot be read: {error.strerror}") from None


def _text(path: str, context: Context) -> str:
    try:
        return read_bytes(path, context).decode()
    except UnicodeDecodeError:
        raise invalid(f"contents of {path!r} are not valid UTF-8; use filebase64") from None


def _reads(name: str, read: Callable[[str, Context], str]) -> None:
    @function(name, _PATH, returns=STRING)
    def run(arguments: list[Value], context: Context) -> Value:
        return string(read(arguments[0].v, context), context.span)


def _hex(digest: Digest) -> Callable[[str, Context], str]:
    return lambda path, context: digest(read_bytes(path, context)).hex()


def _base64(digest: Digest) -> Callable[[str, Context], str]:
    return lambda path, context: base64.b64encode(digest(read_bytes(path, context))).decode()


_reads("file", _text)
_reads("filebase64", _base64(lambda data: data))
_reads("filemd5", _hex(md5))
_reads("filesha1", _hex(sha1))
_reads("filesha256", _hex(sha256))
_reads("filesha512", _hex(sha512))
_reads("filebase64sha256", _base64(sha256))
_reads("filebase64sha512", _base64(sha512))


@function("fileexists", _PATH, returns=BOOL)
def file_exists(arguments: list[Value], context: Context) -> Value:
    path = arguments[0].v
    place = _located(path, _files(context))
    try:
        mode = place.stat().st_mode
    except OSError:
        return Value(BOOL, False, context.span)
    if not stat.S_ISREG(mode):
        raise invalid(f"{path!r} is not a regular file")
    return Value(BOOL, True, context.span)


@function("fileset", _PATH, Param("pattern", STRING), returns=set_type(STRING))
def file_set(arguments: list[Value], context: Context) -> Value:
    """Regular files below the folder whose relative path matches; links are left out."""
    base = _located(arguments[0].v, _files(context))
    matches = glob_pattern(posixpath.normpath(arguments[1].v))
    found: list[Value] = []
    looked = 0
    for folder, folders, names in os.walk(base):
        folders[:] = sorted(name for name in folders if not os.path.islink(os.path.join(folder, name)))
        for name in names:
            looked += 1
            if looked > MAX_ELEMENTS:
                raise refused(f"more than {MAX_ELEMENTS} files")
            place = os.path.join(folder, name)
            relative = os.path.relpath(place, base).replace(os.sep, "/")
            if matches.match(relative) and stat.S_ISREG(os.lstat(place).st_mode):
                found.append(Value(STRING, relative, context.span))
    return set_of(STRING, found, context.span)


def glob_pattern(pattern: str) -> re.Pattern[str]:
    """`*`, `**`, `?`, `[a-z]`, `{a,b}` as fileset has them."""
    pieces: list[str] = []
    at = depth = 0
    while at < len(pattern):
        character = pattern[at]
        if pattern.startswith("**/", at):
            pieces.append("(?:[^/]+/)*")
            at += 3
            continue
        if pattern[at:] == "**":
            pieces.append(".*")
            break
        if character == "*":
            pieces.append("[^/]*")
        elif character == "?":
            pieces.append("[^/]")
        elif character == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                raise invalid("the pattern is malformed")
            inner = pattern[at + 1 : end].replace("\\", "\\\\")
            pieces.append(f"[^{inner[1:]}]" if inner[0] in "!^" else f"[{inner}]")
            at = end
        elif character == "{":
            pieces.append("(?:")
            depth += 1
        elif character == "}" and depth:
            pieces.append(")")
            depth -= 1
        elif character == "," and depth:
            pieces.append("|")
        elif character == "\\" and at + 1 < len(pattern):
            at += 1
            pieces.append(re.escape(pattern[at]))
        else:
            pieces.append(re.escape(character))
        at += 1
    if depth:
        raise invalid("the pattern is malformed")
    try:
        return re.compile("".join(pieces) + r"\Z", re.DOTALL)
    except re.error:
        raise invalid("the pattern is malformed") from None


# -- paths -------------------------------------------------------------------------------


@scalar("basename", STRING)
def base_name(path: str) -> str:
    stripped = path.rstrip("/")
    return posixpath.basename(stripped) if stripped else ("/" if path else ".")


@scalar("dirname", STRING)
def directory_name(path: str) -> str:
    return posixpath.normpath(posixpath.split(path)[0] or ".")


@function("abspath", _PATH, returns=STRING)
def absolute_path(arguments: list[Value], context: Context) -> Value:
    """Where the checkout stands differs from machine to machine: only an absolute path is known."""
    path = arguments[0].v
    if path.startswith("/"):
        return Value(STRING, re.sub("^//", "/", posixpath.normpath(path)), context.span)
    why = "abspath() depends on where the configuration stands"
    return Value(STRING, Unknown(why, not_null=True), context.span)


@function("pathexpand", _PATH, returns=STRING)
def path_expand(arguments: list[Value], context: Context) -> Value:
    path = arguments[0].v
    if not path.startswith("~"):
        return Value(STRING, path, context.span)
    if path != "~" and not path.startswith("~/"):
        raise refused("cannot expand user-specific home dir")
    return Value(STRING, Unknown("pathexpand() depends on who runs Terraform", not_null=True), context.span)


# -- templates ---------------------------------------------------------------------------


@function("templatefile", _PATH, Param("vars", DYNAMIC))
def template_file(arguments: list[Value], context: Context) -> Value:
    path = arguments[0].v
    text = _text(path, context)
    shown = _shown(path, _files(context))
    return _rendered(
        text, SourceSpan(shown, 1, 1, text.count("\n") + 1, 1), arguments[1], context, exact=True
    )


def _shown(path: str, files: Files) -> str:
    place = _located(path, files)
    return place.relative_to(os.path.normpath(files.root)).as_posix()


class _TemplateScope(Only):
    """Knows how deeply templates are nested, so that one that includes itself ends in an error."""

    __slots__ = ("depth",)

    def __init__(self, names: dict[str, Value], files: Files | None, depth: int) -> None:
        super().__init__(names, files)
        self.depth = depth


def _rendered(text: str, span: SourceSpan, variables: Value, context: Context, *, exact: bool) -> Value:
    depth = _depth(context.scope) + 1
    if depth > MAX_TEMPLATE_DEPTH:
        raise refused("templates include each other too deeply")
    if type(variables.v) is not dict:
        raise invalid("invalid vars value: must be a map")
    for name in variables.v:
        if not re.fullmatch(r"[^\W\d][\w-]*", name):
            raise invalid(f"invalid template variable name {name!r}")
    try:
        node = parse_template(text, span, exact=exact)
    except SyntaxProblem as problem:
        raise refused(f"the template is not valid: {problem.summary} at {problem.span}") from None
    found = context.evaluate(node, _TemplateScope(variables.v, context.scope.files, depth))
    if found.type is STRING and found.v is None:
        raise refused("the template gives null")
    return found


def _depth(scope: Scope | None) -> int:
    while scope is not None:
        if isinstance(scope, _TemplateScope):
            return scope.depth
        scope = getattr(scope, "outer", None)
    return 0


def _template_string(node: nodes.Call, scope: Scope, evaluate: Evaluate) -> Value:
    """The first argument must be a reference: a template written in place is evaluated anyway."""
    if len(node.arguments) < 2:
        raise EvaluationError("Not enough function arguments", node.span, "templatestring takes 2")
    if len(node.arguments) > 2:
        raise EvaluationError("Too many function arguments", node.span, "templatestring takes 2")
    if not isinstance(node.arguments[0], (nodes.Variable, nodes.Attribute, nodes.Index)):
        detail = "templatestring: the first argument must be a reference to a string"
        raise EvaluationError("Invalid function argument", node.span, detail)
    text, variables = [evaluate(argument, scope) for argument in node.arguments]
    context = Context("templatestring", node.span, scope, evaluate)
    if type(text.v) is Unknown or type(variables.v) is Unknown:
        return unknown_because([text, variables], STRING, node.span)
    if text.type is not STRING or text.v is None:
        raise EvaluationError("Invalid function argument", node.span, "templatestring: a string is required")
    try:
        found = _rendered(text.v, node.span, variables, context, exact=False)
    except EvaluationError as error:
        error.span = error.span or node.span
        raise
    found.sensitive = found.sensitive or is_sensitive(text) or is_sensitive(variables)
    found.refs = found.refs or deep_refs([text])
    return found


SPECIAL["templatestring"] = _template_string
