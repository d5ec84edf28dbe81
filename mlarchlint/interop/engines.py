"""The engines that a run asks for, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mlarchlint.config import Config
from mlarchlint.discover import Sources
from mlarchlint.interop.outside import EngineFailed, Outside, name_of
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.resource import Evaluation

Run = Callable[[Sequence[Path], Config, Sources, Evaluation], list[Outside]]


def outside_findings(
    paths: Sequence[Path], config: Config, sources: Sources, evaluation: Evaluation
) -> tuple[list[Outside], tuple[Diagnostic, ...]]:
    """What they found, as far as `select` and `ignore` let it; one that failed is a Diagnostic."""
    found: list[Outside] = []
    failed: list[Diagnostic] = []
    for name in dict.fromkeys(config.engines):
        try:
            found += ENGINES[name](paths, config, sources, evaluation)
        except EngineFailed as error:
            failed.append(Diagnostic("engine-failed", error.summary, error.detail))
    return [one for one in found if config.runs(one.check, name_of(one), one.pillar)], tuple(failed)


def _checkov(
    paths: Sequence[Path], config: Config, sources: Sources, evaluation: Evaluation
) -> list[Outside]:
    from mlarchlint.interop import checkov

    files = [path for path in paths if str(path) != "-"]
    return checkov.run(files, checkov.command(config.checkov), sources.base, evaluation.files_read)


def _cfn_lint(
    paths: Sequence[Path], config: Config, sources: Sources, evaluation: Evaluation
) -> list[Outside]:
    from mlarchlint.interop import cfn_lint

    templates = {file.shown: file.text for file in sources.cloudformation}
    return cfn_lint.run(templates, config.parameters.get("AWS::Region", ""))


ENGINES: Mapping[str, Run] = {"checkov": _checkov, "cfn-lint": _cfn_lint}
