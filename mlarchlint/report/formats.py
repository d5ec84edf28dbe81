"""Every report of a scan by its name; the module of one is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

# name -> the extension that implies it; `mlarchlint.report.NAME` has a function `render_NAME`.
EXTENSIONS = {
    "text": ".txt",
    "json": ".json",
    "sarif": ".sarif",
    "junit": ".xml",
    "github": "",
    "gitlab": "",
    "markdown": ".md",
    "html": ".html",
}
# These name files from the root of the repository, whatever folder the run is in.
_FROM_ROOT = ("github", "gitlab", "markdown")


def render(name: str, result: Result, *, color: bool = False, folder: str = "") -> str:
    """name: of EXTENSIONS. folder: of the run, below the root of its repository (report.repository)."""
    function = getattr(import_module(f"mlarchlint.report.{name}"), f"render_{name}")
    if name in _FROM_ROOT:
        text: str = function(result, folder)
    else:
        text = function(result, color=color) if name == "text" else function(result)
    return text
