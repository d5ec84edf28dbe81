"""A candidate, judged by the flow that judges every other design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mlarchlint.config import Config
from mlarchlint.design import Design
from mlarchlint.discover import Sources
from mlarchlint.frontends.terraform.declarations import Source
from mlarchlint.frontends.terraform.sources import TerraformSources
from mlarchlint.judgement import Judgement
from mlarchlint.judgements import judgements
from mlarchlint.model.finding import Finding
from mlarchlint.pipeline import Result, scan_sources
from mlarchlint.source_texts import SourceTexts

_NOWHERE = Path("/nonexistent")
# Candidates differ in one file; the others are parsed once.
_PARSED: dict[tuple[str, str], Source] = {}
_MOST_PARSED = 1000
_QUICK = "MLA-SC002"  # one rule, where none is wanted


@dataclass(frozen=True, slots=True)
class Judged:
    """result: of the scan. design: with its analyses. judgements: as `mlarchlint check` gives them."""

    result: Result
    design: Design
    judgements: tuple[Judgement, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is certain and not waived."""
        return tuple(one for one in self.result.findings if one.certain and one.suppressed is None)


def judged(files: Mapping[str, str], config: Config) -> Judged:
    result = scan_sources(_in_memory(files, config), config)
    design = _design(result)
    return Judged(result, design, judgements(design))


def designed(files: Mapping[str, str], config: Config) -> Design:
    """Not judged yet: for what the analyses say of it."""
    return _design(scan_sources(_in_memory(files, config), replace(config, select=(_QUICK,))))


def _design(result: Result) -> Design:
    needs, workspace = result.config.requirements, result.config.workspace
    return Design(result.graph, result.roles, result.workloads, result.estimate, needs, workspace)


def _in_memory(files: Mapping[str, str], config: Config) -> Sources:
    """Nothing is read from a disk: what is not among the files does not exist."""
    texts = SourceTexts(_NOWHERE, _NOWHERE, config.limits.file_bytes)
    data = {name: text.encode() for name, text in files.items()}
    for name, content in data.items():
        texts.keep(name, content)

    def read(path: str) -> bytes:
        if path not in data:
            raise FileNotFoundError(path)
        return data[path]

    folders: dict[str, tuple[str, ...]] = {}
    for name in sorted(data):
        folder = name.rpartition("/")[0] or "."
        folders[folder] = (*folders.get(folder, ()), name)
    if len(_PARSED) > _MOST_PARSED:
        _PARSED.clear()
    terraform = TerraformSources(_NOWHERE, _NOWHERE, folders, read, parsed=_PARSED)
    return Sources(_NOWHERE, _NOWHERE, terraform, texts)
