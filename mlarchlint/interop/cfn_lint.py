"""cfn-lint, in this process where it is installed (the extra `mlarchlint[cfn-lint]`).

Its own rules only: a template's metadata and a `.cfnlintrc` can name rules written in Python, so the rules are
chosen here, and it runs in an empty folder.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mlarchlint.interop.outside import EngineFailed, Outside
from mlarchlint.model.finding import Severity
from mlarchlint.model.span import SourceSpan

INSTALL = "python3 -m pip install 'mlarchlint[cfn-lint]'"
PILLAR = "correctness"
_SEVERITIES = {"error": Severity.HIGH, "warning": Severity.LOW, "informational": Severity.INFO}
_SAME = {"I3011": "MLA-DG003", "I3013": "MLA-DG004"}


def run(templates: Mapping[str, str], region: str = "") -> list[Outside]:
    """templates: texts by shown path. Raises EngineFailed."""
    try:
        from cfnlint.api import lint
        from cfnlint.core import get_rules
    except ImportError:
        raise EngineFailed("cfn-lint was asked for and is not installed", f"Install it: {INSTALL}") from None
    found: list[Outside] = []
    with _elsewhere():
        rules = get_rules([], [], ["I", "W", "E"])
        for shown, text in templates.items():
            try:
                matches = lint(text, rules=rules, regions=[region or "us-east-1"])
            except Exception as error:
                raise EngineFailed(
                    f"cfn-lint failed on {shown}: {type(error).__name__}: {error}",
                    "Leave the template out with --exclude, or run without --with cfn-lint.",
                ) from error
            found += [_outside(match, shown) for match in matches]
    return found


def _outside(match: Any, shown: str) -> Outside:
    path = [str(part) for part in getattr(match, "path", None) or ()]
    address = path[1] if len(path) > 1 and path[0] == "Resources" else ""
    return Outside(
        "cfn-lint",
        match.rule.id,
        str(getattr(match.rule, "shortdesc", "") or match.rule.id),
        " ".join(str(match.message).split()),
        PILLAR,
        _SEVERITIES.get(str(match.rule.severity), Severity.LOW),
        address,
        SourceSpan(shown, match.linenumber, match.columnnumber, match.linenumberend, match.columnnumberend),
        _SAME.get(match.rule.id, ""),
        str(getattr(match.rule, "source_url", "") or ""),
    )


@contextmanager
def _elsewhere() -> Iterator[None]:
    """In an empty folder that is also the home, so that no configuration is found."""
    here, home = os.getcwd(), os.environ.get("HOME")
    with tempfile.TemporaryDirectory(prefix="mlarchlint-") as empty:
        os.chdir(empty)
        os.environ["HOME"] = empty
        try:
            yield
        finally:
            os.chdir(here)
            if home is None:
                os.environ.pop("HOME", None)
            else:
                os.environ["HOME"] = home
