"""checkov, as a process of its own: its dependencies overwrite those of others, so it has its own environment.

Nothing of the scanned tree may steer it: a `.checkov.yaml` can name checks written in Python. It is found
beside the scanned folder, in the current one and at home, so the folder is given as `--directory=`, which
checkov does not look for, and the other two are an empty folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from mlarchlint.data import text_of
from mlarchlint.interop.outside import EngineFailed, Outside
from mlarchlint.model.finding import Severity
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan

# The version that data/checkov.tsv was made for, and that uvx and pipx are asked for.
VERSION = "3.3.30"
INSTALL = f"pipx install checkov=={VERSION}"
FRAMEWORKS = ("terraform", "cloudformation", "kubernetes")
_SECONDS = 900


@record(frozen=True, slots=True)
class Check:
    pillar: str
    severity: Severity
    same: str = ""


def command(named: Path | None) -> list[str]:
    """How checkov is called: the executable that is named, on PATH, or through uvx or pipx. Raises EngineFailed."""
    if named is not None:
        return [str(named.absolute())]
    found = shutil.which("checkov")
    if found:
        return [found]
    for tool, arguments in (("uvx", ["--from"]), ("pipx", ["run", "--spec"])):
        runner = shutil.which(tool)
        if runner:
            return [runner, *arguments, f"checkov=={VERSION}", "checkov"]
    raise EngineFailed(
        "checkov was asked for and is not there",
        f"Install it in an environment of its own: {INSTALL}; or name it with --checkov FILE.",
    )


def run(paths: Sequence[Path], call: Sequence[str], base: Path, files: Collection[str]) -> list[Outside]:
    """What checkov finds in the files that were read. base: of shown paths. Raises EngineFailed."""
    found: list[Outside] = []
    for path in paths:
        for report in _reports(path, call):
            for check in report.get("results", {}).get("failed_checks", ()):
                one = _outside(check, base)
                if one is not None and one.span.file in files:
                    found.append(one)
    return found


def _reports(path: Path, call: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    real = os.path.realpath(path)
    target = f"--directory={real}" if os.path.isdir(real) else f"--file={real}"
    arguments = [
        *call, target, "--framework", *FRAMEWORKS, "--output", "json", "--quiet", "--compact",
        "--skip-download", "--soft-fail",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="mlarchlint-") as empty:
        # uvx and pipx keep what they have downloaded below the real home.
        environ = {
            k: v for k, v in os.environ.items() if not k.startswith(("BC_", "CKV_", "PRISMA_", "CHECKOV_"))
        }
        environ |= {"HOME": empty, "LOG_LEVEL": "ERROR", "ENABLE_SENTRY": "false"}
        for kept in ("UV_CACHE_DIR", "PIPX_HOME"):
            environ.setdefault(kept, str(Path.home() / ".cache" / kept.lower()))
        try:
            done = subprocess.run(
                arguments, cwd=empty, env=environ, capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineFailed(
                f"checkov could not be run: {error}", f"Try it alone: {' '.join(call)} --version"
            ) from None
    try:
        data = json.loads(done.stdout.decode("utf-8", "replace"))
    except ValueError:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no output"]
        raise EngineFailed(
            f"checkov gave no report: {last[0][:200]}", f"Try it alone: {' '.join(call)} --version"
        ) from None
    yield from (report for report in (data if isinstance(data, list) else [data]) if isinstance(report, dict))


def _outside(check: Mapping[str, Any], base: Path) -> Outside | None:
    place, lines = check.get("file_abs_path"), check.get("file_line_range") or [1, 1]
    ident = str(check.get("check_id", ""))
    if not place or not ident:
        return None
    known = known_checks().get(ident) or Check("security", Severity.MEDIUM)
    shown = os.path.relpath(os.path.realpath(place), base).replace(os.sep, "/")
    first, last = max(1, int(lines[0])), max(1, int(lines[-1]))
    return Outside(
        "checkov",
        ident,
        str(check.get("check_name", ident)),
        str(check.get("check_name", ident)),
        known.pillar,
        known.severity,
        _address(
            str(check.get("resource_address") or check.get("resource", "")), str(check.get("check_class", ""))
        ),
        SourceSpan(shown, first, 1, max(first, last), 1),
        known.same,
        str(check.get("guideline") or ""),
    )


def _address(resource: str, check_class: str) -> str:
    """As we write it: a template's logical id, and `Kind/namespace/name` of a manifest."""
    parts = resource.split(".")
    if resource.startswith("AWS::"):
        return parts[-1]
    if ".kubernetes." in check_class and len(parts) >= 3 and parts[0][:1].isupper():
        return "/".join((parts[0], parts[1], ".".join(parts[2:])))
    return resource


@lru_cache(maxsize=1)
def known_checks() -> Mapping[str, Check]:
    text = text_of("checkov.tsv")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {ident: Check(pillar, Severity(severity), same) for ident, pillar, severity, same in rows}
