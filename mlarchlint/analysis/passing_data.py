"""Stores of what passes by, whatever else their names say: logs, temporary data, code, web pages, results."""

from __future__ import annotations

import re

from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

_PASSING = {"log", "logs", "logging", "tmp", "temp", "temporary", "scratch", "cache", "checkpoint", "checkpoints",
            "ckpt", "bench", "benchmark", "code", "source", "build", "website", "web", "frontend", "static", "site",
            "state", "tfstate", "staging", "athena", "results", "output", "outputs"}  # fmt: skip


def passes_by(store: Resource) -> bool:
    names = f"{store.name} {store['name'].clue() or ''}"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names).lower()
    said = bool(_PASSING & set(re.split(r"[^a-z0-9]+", words)))
    return said or store["website"].is_true() is Truth.YES
