"""`stack`: a configuration written into a folder of its own and evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.frontends.terraform import TerraformOptions, evaluate_terraform, sources_below
from mlarchlint.model.resource import Evaluation, Instance


class Stack:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.evaluation = Evaluation()

    def write(self, files: Mapping[str, str]) -> Stack:
        for name, text in files.items():
            place = self.folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return self

    def evaluate(self, **options: Any) -> Stack:
        self.evaluation = evaluate_terraform(sources_below(self.folder), TerraformOptions(**options))
        return self

    @property
    def addresses(self) -> list[str]:
        return sorted(instance.address for instance in self.evaluation.instances)

    @property
    def codes(self) -> list[str]:
        return [diagnostic.code for diagnostic in self.evaluation.diagnostics]

    def __getitem__(self, address: str) -> Instance:
        found = [instance for instance in self.evaluation.instances if instance.address == address]
        assert len(found) == 1, f"{address} is not in {self.addresses}"
        return found[0]

    def plain(self, address: str, name: str) -> Any:
        return self[address].get(name).plain()


@pytest.fixture
def stack(tmp_path: Path) -> Callable[..., Stack]:
    """stack({"main.tf": "..."}, workspace="prod")"""

    def make(files: Mapping[str, str] | str, **options: Any) -> Stack:
        given = {"main.tf": files} if isinstance(files, str) else files
        return Stack(tmp_path).write(given).evaluate(**options)

    return make
