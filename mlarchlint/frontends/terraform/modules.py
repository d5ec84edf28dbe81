"""Where a module's code is, and which directories are root modules."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from mlarchlint.frontends.terraform.blocks import static_text
from mlarchlint.frontends.terraform.declarations import ModuleSyntax, called_sources
from mlarchlint.frontends.terraform.files import Folders, joined
from mlarchlint.frontends.terraform.nodes import Block
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record

_LOCAL = ("./", "../", ".\\", "..\\")


@record(frozen=True, slots=True)
class Installed:
    """An entry of `.terraform/modules/modules.json`."""

    directory: str
    version: str


@record(frozen=True, slots=True)
class Located:
    """directory: of the module's code; None where it is not in the tree. problem: why a
    local source leads nowhere."""

    source: str
    version: str = ""
    directory: str | None = None
    problem: str = ""


def is_local(source: str) -> bool:
    return source.startswith(_LOCAL) or source in (".", "..")


def locate(
    block: Block, directory: str, key: str, manifest: Mapping[str, Installed], folders: Folders
) -> Located:
    """key: the call path from the root module (`net.subnets`), as modules.json names it."""
    body = block.body
    source = static_text(body.arguments["source"].expression) if "source" in body.arguments else None
    if source is None:
        reason = "has no source" if "source" not in body.arguments else "has a source that is not a constant"
        return Located("", problem=f"module call {block.labels[0]} {reason}")
    version = static_text(body.arguments["version"].expression) if "version" in body.arguments else None
    if not is_local(source):
        installed = manifest.get(key)
        if installed is not None and folders.exists(installed.directory):
            return Located(source, installed.version or version or "", installed.directory)
        return Located(source, version or "")
    place = folders.resolve(directory, source.replace("\\", "/"))
    if place is None:
        return Located(source, problem=f"module source {source} leaves the scanned root")
    if not folders.exists(place):
        return Located(source, problem=f"module source {source} is not a folder (looked for {place})")
    return Located(source, directory=place)


def read_manifest(root: str, folders: Folders) -> dict[str, Installed]:
    """What `terraform init` installed for this root module; entries that leave the root are left out."""
    if not folders.exists(joined(root, ".terraform")):
        return {}
    path = joined(root, ".terraform/modules/modules.json")
    place = folders.resolve(root, ".terraform/modules/modules.json")
    if place is None or not (folders.base / path).is_file():
        return {}
    text = folders.text(path)
    try:
        entries = json.loads(text or "{}").get("Modules", [])
        found = {
            str(e["Key"]): (str(e["Dir"]).replace("\\", "/"), str(e.get("Version", ""))) for e in entries
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        folders.fail(path, "terraform-modules-json", f"{path} is not a module manifest")
        return {}
    manifest = {}
    for key, (directory, version) in found.items():
        inside = folders.resolve(root, directory)
        if inside is not None:
            manifest[key] = Installed(inside, version)
    return manifest


# -- root modules ------------------------------------------------------------------------


def root_directories(folders: Folders, exclude: Iterable[str] = ()) -> list[str]:
    """The scanned folders that no other module calls; of folders that only call each other, the first.

    Excluded folders are no roots, and their calls do not count.
    """
    patterns = tuple(exclude)
    candidates = [d for d in folders.scanned if not is_excluded(d, patterns)]
    calls = {directory: _callees(directory, folders) for directory in candidates}
    called = {callee for directory in candidates for callee in calls[directory]}
    roots = [directory for directory in candidates if directory not in called]
    reached: set[str] = set()
    for directory in roots:
        _reach(directory, calls, reached, folders)
    for directory in candidates:  # what is left only calls itself in a circle
        if directory not in reached:
            roots.append(directory)
            _reach(directory, calls, reached, folders)
    return sorted(roots)


def is_excluded(directory: str, patterns: tuple[str, ...]) -> bool:
    parts = directory.split("/")
    prefixes = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(
        fnmatchcase(prefix, pattern.rstrip("/"))
        or fnmatchcase(posixpath.basename(prefix), pattern.rstrip("/"))
        for pattern in patterns
        for prefix in prefixes
    )


def _callees(directory: str, folders: Folders) -> list[str]:
    syntax = folders.syntax(directory, directory in folders.sources.partial)
    places = [
        folders.resolve(directory, source.replace("\\", "/"))
        for _, source in called_sources(syntax)
        if is_local(source)
    ]
    return [place for place in places if place is not None and place != directory]


def _reach(start: str, calls: dict[str, list[str]], reached: set[str], folders: Folders) -> None:
    waiting = [start]
    while waiting:
        directory = waiting.pop()
        if directory in reached:
            continue
        reached.add(directory)
        if directory not in calls:
            calls[directory] = _callees(directory, folders) if folders.exists(directory) else []
        waiting += calls[directory]


def looks_like_module(syntax: ModuleSyntax, given: Iterable[str], has_tfvars: bool) -> bool:
    """A folder without a caller that is written to be called: inputs that nothing gives, and
    nothing of its own to be applied with (provider, backend, variable file)."""
    if syntax.providers or syntax.backend or has_tfvars:
        return False
    if "modules" in syntax.directory.split("/"):
        return True
    values = set(given)
    return any(
        "default" not in declared.block.body.arguments and name not in values
        for name, declared in syntax.variables.items()
    )


def missing_module(block: Block, problem: str) -> Diagnostic:
    argument = block.body.arguments.get("source")
    return Diagnostic(
        "terraform-module-source",
        problem,
        "The module's resources are not in the result; its outputs are unknown.",
        argument.span if argument else block.header,
        Level.ERROR,
    )
