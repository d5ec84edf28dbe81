"""Regular expressions are compiled late, so that a mistake in one would show late: here all are compiled."""

from __future__ import annotations

import gc
import pkgutil
from importlib import import_module

import mlarchlint.rules

import mlarchlint
from mlarchlint.model import regex


def test_all_regular_expressions_can_be_compiled() -> None:
    for package, prefix in ((mlarchlint, "mlarchlint."), (mlarchlint.rules, "mlarchlint.rules.")):
        for module in pkgutil.walk_packages(package.__path__, prefix):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    gc.unfreeze()  # the command line, where a test called it, hides what it found from the collector
    found = [one for one in gc.get_objects() if isinstance(one, regex._Regex)]
    assert len(found) > 100
    for one in found:
        assert one.search(b"" if isinstance(one.pattern, bytes) else "") is None or one.pattern
    assert [one for one in found if "search" not in vars(one)] == []


def test_it_answers_as_a_compiled_one_does() -> None:
    late = regex.regex(r"(a)(b)?", 0)
    assert late.sub("x", "ab a") == "x x"
    assert late.findall("ab a") == [("a", "b"), ("a", "")]
    assert not hasattr(late, "groups")
