"""Functions that read files: inside the scanned root only, and never through a link."""

from __future__ import annotations

import base64
import os
import posixpath
import re
import stat
from collections.abc import Callable
from pathlib import Path

from mlarchlint.frontends.terraform.cty import (
    BOOL,
    STRING,
    Unknown,
    Value,
    set_type,
    string,
)
from mlarchlint.frontends.terraform.functions import (
    MAX_ELEMENTS,
    Context,
    Param,
    function,
    invalid,
    refused,
    scalar,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions_hash import Digest, md5, sha1, sha256, sha512
from mlarchlint.frontends.terraform.scope import Files
from mlarchlint.frontends.terraform.sets import set_of
from mlarchlint.real_paths import is_within

MAX_BYTES = 20_000_000
_PATH = Param("path", STRING)


# -- reading -----------------------------------------------------------------------------


def files_of(context: Context) -> Files:
    files = context.scope.files
    if files is None:
        raise invalid("files cannot be read here")
    return files


def located(path: str, files: Files) -> Path:
    """Absolute, without `..` and links; refused outside the root or where a link leads out of it."""
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
            real, real_root = os.path.realpath(at), os.path.realpath(root)
            if not is_within(real, real_root):
                raise invalid(f"{shown!r} goes through a link that leaves the scanned folder")
            at = root / os.path.relpath(real, real_root)
    return at


def read_bytes(path: str, context: Context) -> bytes:
    place = located(path, files_of(context))
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


def read_text(path: str, context: Context) -> str:
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


_reads("file", read_text)
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
    place = located(path, files_of(context))
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
    base = located(arguments[0].v, files_of(context))
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
