"""The graph of a few lines of code, as a scan would read them."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate


def read(folder: Path, text: str, name: str = "main.tf") -> ResourceGraph:
    (folder / name).write_text(text, "utf-8")
    return read_folder(folder)


def read_folder(folder: Path) -> ResourceGraph:
    config = Config()
    return normalise(evaluate(discover([folder], config), config).instances, built_in_kinds())
