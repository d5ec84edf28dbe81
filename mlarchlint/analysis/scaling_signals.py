"""What autoscalers watch, and the value at which they add an instance."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_ADDS = ("GreaterThan", "GreaterThanOrEqual")


@record(frozen=True, slots=True)
class Signal:
    """One metric of one scaler. target: the value to hold, absent where the code does not say."""

    metric: Value
    target: Value

    @property
    def of_cpu(self) -> Truth:
        """The use of the processor, which says nothing of an accelerator."""
        text = self.metric.text()
        if text is None:
            return Truth.MAYBE
        return Truth.of("cpu" in text.lower())

    @property
    def share(self) -> float | None:
        """The target in percent, where the metric is the use of a processor or an accelerator."""
        number, text = self.target.number(), (self.metric.text() or "").lower()
        if number is None or "memory" in text or not ("cpu" in text or "gpu" in text or "duty" in text):
            return None
        share = float(number) * 100 if number <= 1 else float(number)
        return share if 0 < share <= 100 else None


def signals_of(graph: ResourceGraph, node: Resource) -> tuple[Signal, ...]:
    """Of all that scales the node by a metric, itself included; empty where nothing says."""
    found: list[Signal] = []
    for holder in (node, *_scalers(graph, node)):
        found.extend(_of_rules(holder) if "profile" in holder.instance.body else _of_traits(holder))
    return tuple(found)


def _scalers(graph: ResourceGraph, node: Resource) -> Iterator[Resource]:
    """An Application Auto Scaling target may have several policies: each has its own metric."""
    for scaler in graph.sources(node, Relation.SCALES):
        if scaler.kind != "autoscaler" or scaler["policy_type"].equals("scheduled") is Truth.YES:
            continue
        policies = [other for other in graph.parts_of(scaler) if other.kind == "part"]
        yield from [other for other in policies if not other["policy_type"].is_absent] or [scaler]


def _of_traits(holder: Resource) -> Iterator[Signal]:
    several = holder["metrics"].items()
    for place, metric in enumerate(several or (holder["metric"],)):
        if not metric.is_absent:
            yield Signal(metric, holder["target"] if place == 0 else Value.absent(metric.span))


def _of_rules(scaler: Resource) -> Iterator[Signal]:
    """Azure has a rule for each way: only those that add instances say at what load."""
    for profile in scaler.instance.get("profile").items():
        for rule in profile.get("rule").items():
            for trigger in rule.get("metric_trigger").items():
                if trigger.get("operator").text() in _ADDS:
                    yield Signal(trigger.get("metric_name"), trigger.get("threshold"))
