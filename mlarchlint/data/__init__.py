"""The data that ships with the package: kinds, tables, prices, schemas, designs."""

from __future__ import annotations

import os

FOLDER = os.path.dirname(__file__)


def text_of(name: str) -> str:
    """A file of this folder. importlib.resources would load a dozen modules for it at every start."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()
