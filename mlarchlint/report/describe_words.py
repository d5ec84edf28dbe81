"""What system the scanned code describes, in a paragraph; shared by the reports in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mlarchlint.analysis.patterns import Pattern, find_patterns
from mlarchlint.analysis.stages import Service, Stage, find_stages, in_words
from mlarchlint.model.resource import Mode
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_PROVIDERS = {"aws": "AWS", "google": "Google Cloud", "azure": "Azure", "kubernetes": "Kubernetes"}
_FORMATS = {
    "terraform": "Terraform",
    "cloudformation": "CloudFormation",
    "kubernetes": "Kubernetes manifests",
}
_MOST = 4  # names in one cell
# The stages that are machine learning whoever fills them; streams and alarms are everywhere.
_LEARNING = ("training", "evaluation", "deployment")


class Description:
    """Stages and patterns of one result, and how to write their parts."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.stages = find_stages(result.graph, result.roles)
        self.patterns = find_patterns(result.graph, result.roles)
        self._redactor = Redactor(result.graph)

    @property
    def is_learning(self) -> bool:
        return bool(self.result.workloads) or any(s.services for s in self.stages if s.name in _LEARNING)

    def safe(self, text: str) -> str:
        return inert(self._redactor.text(text))

    def paragraph(self) -> str:
        if not len(self.result.graph):
            return "Nothing that declares infrastructure was found."
        if not self.is_learning:
            return f"{self._where()} No part of it was recognised as machine learning."
        return " ".join((self._where(), *self._stages(), *self._patterns(), *self._limits()))

    def _where(self) -> str:
        nodes = [n for n in self.result.graph if n.part_of is None and n.instance.mode is not Mode.DATA]
        clouds = _ranked(_PROVIDERS.get(node.provider, "") for node in nodes)
        forms = _ranked(_FORMATS[node.instance.format.value] for node in nodes)
        regions = _ranked(node["region"].text() or "" for node in nodes)
        scopes = len({node.instance.scope for node in nodes if node.instance.scope})
        on = f" on {listed(clouds)}" if clouds else ""
        place = f" ({self.safe(listed(regions, most=3))})" if regions else ""
        stacks = f" in {scopes} separate stacks" if scopes > 1 else ""
        return f"The code declares {counted(len(nodes), 'resource')}{on}{place}, written in {listed(forms)}{stacks}."

    def _stages(self) -> Iterator[str]:
        filled = [stage for stage in self.stages if stage.services]
        empty = [stage.name for stage in self.stages if not stage.services]
        if filled:
            parts = [f"{stage.name} ({in_words(stage.confidence)})" for stage in filled]
            yield f"Of the six stages of an ML system it fills {listed(parts, most=6)}."
        if empty:
            yield f"Nothing was found for {listed(empty, most=6)}."

    def _patterns(self) -> Iterator[str]:
        if not self.patterns:
            yield "It shows none of the known architecture patterns."
            return
        names = [f"{pattern.name} ({in_words(pattern.confidence)})" for pattern in self.patterns]
        yield f"Its architecture: {listed(names, most=6)}."

    def _limits(self) -> Iterator[str]:
        if any(not stage.services for stage in self.stages if stage.name in _LEARNING):
            yield "What programs create at run time (training jobs, endpoints) is not part of such code."

    def services(self, stage: Stage) -> str:
        """`aws_lb.api (load balancer), aws_x.y (alarm) and 3 more`."""
        shown = [self.safe(service_name(service)) for service in _folded(stage.services)]
        return listed(shown, most=_MOST) if shown else "-"

    def signs(self, pattern: Pattern) -> Iterator[tuple[str, str]]:
        """Component and the addresses that show it."""
        for component in dict.fromkeys(sign.component for sign in pattern.signs):
            addresses = (self.safe(sign.address) for sign in pattern.signs if sign.component == component)
            yield component, listed(dict.fromkeys(addresses), most=_MOST)


def _folded(services: Iterable[Service]) -> Iterator[Service]:
    """Stacks of one design share modules, and with them addresses: told once, with how many there are."""
    counts: dict[tuple[str, str], int] = {}
    for service in services:
        counts[service.address, service.kind] = counts.get((service.address, service.kind), 0) + service.count
    for service in services:
        count = counts.pop((service.address, service.kind), None)
        if count is not None:
            yield replace(service, count=count)


def service_name(service: Service) -> str:
    times = f" x{service.count}" if service.count > 1 else ""
    return f"{service.address}{times} ({service.kind.replace('_', ' ')})"


def listed(names: Iterable[str], most: int = 8) -> str:
    """`a, b and c`; of many the first, and how many more."""
    every = list(names)
    if len(every) > most:
        return f"{', '.join(every[:most])} and {len(every) - most} more"
    return " and ".join(filter(None, (", ".join(every[:-1]), every[-1]))) if every else ""


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _ranked(names: Iterable[str]) -> list[str]:
    """The most frequent first; of equals in the order of the alphabet."""
    return [
        name for name, _ in sorted(Counter(filter(None, names)).items(), key=lambda item: (-item[1], item[0]))
    ]
