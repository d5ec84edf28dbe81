"""One rendering of one chart: started at once, read when it is its turn."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import shutil
import sys
import tempfile
from dataclasses import field
from pathlib import Path
from typing import Any

from mlarchlint.frontends.kubernetes import helm_sdk
from mlarchlint.frontends.kubernetes.chart_copy import ChartCopy, copy_chart
from mlarchlint.frontends.kubernetes.renderer import Limits, RenderFailed, Run
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex

HELM, SDK = "helm", "helm-python-sdk"
_SOURCE = regex(r"^---[ \t]*\n# Source: (\S+)[ \t]*$", re.MULTILINE)


@record(frozen=True, slots=True)
class Order:
    """What is rendered: a chart's folder with values files, and values laid over those."""

    folder: Path
    release: str
    namespace: str
    files: tuple[Path, ...] = ()
    values: dict[str, Any] | None = None
    limits: Limits = field(default_factory=Limits)


def chart_renderer() -> str:
    """What charts are rendered with; empty if there is nothing."""
    if shutil.which("helm"):
        return HELM
    return SDK if importlib.util.find_spec("helm_python") is not None else ""


class ChartRun:
    """Starts to render; `result` waits. What went wrong at the start is told there, too."""

    def __init__(self, order: Order, root: Path, base: Path) -> None:
        self.failure: Exception | None = None
        self.place = tempfile.TemporaryDirectory(prefix="mlarchlint-")
        try:
            self.renderer = chart_renderer()
            if not self.renderer:
                raise RenderFailed("there is no helm on PATH; `pip install mlarchlint[helm]` does without")
            self.run = self._start(order, root, base, Path(self.place.name))
        except (RenderFailed, OSError) as failure:
            self.failure = failure

    def _start(self, order: Order, root: Path, base: Path, place: Path) -> Run:
        home = place / "home"
        home.mkdir()
        files = list(order.files)
        if order.values is not None:
            # JSON is YAML; text as it is, since YAML has no surrogate pairs
            files.append(place / "release.json")
            files[-1].write_text(json.dumps(order.values, ensure_ascii=False), "utf-8")
        self.copied = copy_chart(order.folder, root, base, place / "chart", files)
        given = []
        for number, file in enumerate(files):
            given.append(str(place / f"values-{number}.yaml"))
            shutil.copyfile(file, given[-1])
        if self.renderer == HELM:
            command = [shutil.which("helm") or HELM, "template", order.release, str(self.copied.folder)]
            command += ["--namespace", order.namespace]
            command += [part for file in given for part in ("--values", file)]
        else:
            about = {"release": order.release, "namespace": order.namespace, "values": given}
            command = [
                sys.executable,
                "-I",
                str(helm_sdk.__file__),
                str(self.copied.folder),
                json.dumps(about),
            ]
        return Run(command, home, order.limits)

    def result(self) -> tuple[ChartCopy, dict[str, str]]:
        """The rendered text of every template. Raises RenderFailed or OSError."""
        try:
            if self.failure is not None:
                raise self.failure
            output = self.run.output()
        except RenderFailed as failure:
            raise RenderFailed(f"{failure}{self._lacking()}") from None
        finally:
            self._leave()
        return self.copied, _by_source(output) if self.renderer == HELM else json.loads(output)

    def _lacking(self) -> str:
        """What a failure is most often due to: templates call those of a library that is not there."""
        missing = self.copied.missing if self.failure is None else ()
        if not missing:
            return ""
        return f"; {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not vendored (`helm dependency build`)"

    def stop(self) -> None:
        if self.failure is None:
            self.run.stop()
        self._leave()

    def _leave(self) -> None:
        with contextlib.suppress(OSError):
            self.place.cleanup()


def release_name(chart: str) -> str:
    """A name for a release, as Kubernetes takes it."""
    return re.sub(r"[^a-z0-9-]", "-", chart.lower())[:53].strip("-") or "release"


def _by_source(output: str) -> dict[str, str]:
    """`helm template` names the template before every document."""
    found: dict[str, str] = {}
    parts = _SOURCE.split(output)
    for template, text in zip(parts[1::2], parts[2::2], strict=True):
        found[template] = found.get(template, "") + f"---{text}"
    return found
