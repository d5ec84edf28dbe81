"""The labelled snippets of fixtures/roles: each has an answer that a reader would give."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
INDEX = yaml.safe_load((ROOT / "fixtures/roles/index.yaml").read_text("utf-8"))


def _benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("roles_benchmark", ROOT / "benchmarks/roles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def benchmark_module() -> ModuleType:
    return _benchmark()


def test_the_roles_given_are_right_and_few_are_missed(benchmark_module: ModuleType) -> None:
    found = list(benchmark_module.verdicts())
    wrong = [one for one in found if one.given != one.expected]
    assert benchmark_module.precision(found) >= 0.95, wrong
    assert benchmark_module.recall(found) >= 0.85, wrong


def test_every_provider_has_fifteen_snippets_and_half_of_all_try_to_mislead() -> None:
    providers = Counter(entry["file"].partition("/")[0] for entry in INDEX)
    assert set(providers) == {"aws", "google", "azure", "kubernetes"}
    assert min(providers.values()) >= 15
    assert sum(entry.get("adversarial", False) for entry in INDEX) >= 0.45 * len(INDEX)


def test_every_snippet_is_labelled() -> None:
    files = {
        path.relative_to(ROOT / "fixtures/roles").as_posix() for path in (ROOT / "fixtures/roles").glob("*/*")
    }
    assert files == {entry["file"] for entry in INDEX}


def test_precision_and_recall_are_what_they_say(benchmark_module: ModuleType) -> None:
    def one(expected: str, given: str) -> object:
        return benchmark_module.Verdict("f", "a", expected, given, 1.0)

    found = [
        one("training", "training"),
        one("training", "none"),
        one("none", "inference"),
        one("inference", "training"),
    ]
    assert benchmark_module.precision(found) == pytest.approx(1 / 3)
    assert benchmark_module.recall(found) == pytest.approx(1 / 3)
