"""Scale on a signal that follows load for this hardware, with headroom.

## What it does
Looks at what the autoscaler of a serving workload watches. It reports a workload on accelerators that
scales on the processor alone, consumers of a queue that do, and a target of use that leaves no room
while new instances start, or that never fills those that run.

## Why is this bad
A model on a GPU saturates the GPU while the processor idles: requests pile up and nothing is added. A
consumer waits for its queue rather than for its processor. And above 80 % use an instance has no room
for the minutes in which another starts.

## Example
```yaml
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: llm}
spec:
  predictor:
    scaleMetric: cpu
    scaleTarget: 70
    model:
      modelFormat: {name: huggingface}
      resources: {limits: {nvidia.com/gpu: "1"}}
```

## Use instead
```yaml
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: llm}
spec:
  predictor:
    scaleMetric: concurrency
    scaleTarget: 8
    model:
      modelFormat: {name: huggingface}
      resources: {limits: {nvidia.com/gpu: "1"}}
```

## When it does not fire
Workloads without accelerators that prepare data on the processor, signals of load beside the
processor, metrics of one's own, and targets that the code does not say.

## Parameters
`most_use` (80): the highest target of use, in percent.
`least_use` (30): the lowest.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html
- https://kserve.github.io/website/docs/model-serving/predictive-inference/autoscaling/kpa-autoscaler
- https://keda.sh/docs/latest/concepts/scaling-deployments/
- https://cloud.google.com/kubernetes-engine/docs/best-practices/machine-learning/inference/autoscaling
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    has_accelerator,
    rule,
)

if TYPE_CHECKING:
    from mlarchlint.api import Signal

_QUEUES = ("queue", "stream")
_LOAD = "scale on requests, on those that wait, or on the use of the accelerator"


@rule(
    id="MLA-SC005",
    severity=Severity.MEDIUM,
    on=Kind("compute_group", "container_service", "serverless_container", "model_endpoint"),
    roles=("inference", "inference-batch", "pipeline"),
    since="0.1",
    params={"most_use": 80, "least_use": 30},
)
def scaling_signal_unsuited(node: Resource, design: Design, params: Mapping[str, int]) -> Hits:
    signals = design.scaling_signals(node)
    if not signals or design.hosts_others(node):
        return
    if design.role(node) == "inference" and has_accelerator(node) is not None:
        yield from _on_processor(signals, has_accelerator(node))
    elif design.role(node) != "inference" and _waits_for_a_queue(node, design):
        yield from _past_the_queue(signals)
    for signal in signals:
        share = signal.share
        if share is not None and not params["least_use"] <= share <= params["most_use"]:
            yield _target(signal.target, share, params)


def _on_processor(signals: Sequence[Signal], card: Value | None) -> Hits:
    alone = Truth.all(signal.of_cpu for signal in signals)
    first = signals[0].metric
    related = (Related("the accelerator stands here", card.span),) if card is not None else ()
    if alone is Truth.YES:
        claim = "scales on the processor alone, and its model runs on an accelerator: a full one adds nothing"
        yield Hit(first, claim, attribute="signal", related=related, fix=_LOAD)
    elif alone is Truth.MAYBE:
        open_one = next(signal.metric for signal in signals if signal.of_cpu is Truth.MAYBE)
        claim = f"whether it scales on the processor alone is not known: {open_one.why}"
        yield Hit(open_one, claim, certain=False, attribute="signal", related=related, fix=_LOAD)


def _past_the_queue(signals: Sequence[Signal]) -> Hits:
    if Truth.all(signal.of_cpu for signal in signals) is Truth.YES:
        claim = "scales on the processor, and works on a queue: what waits there adds nothing"
        yield Hit(
            signals[0].metric, claim, attribute="signal", fix="scale on the length or the lag of the queue"
        )


def _waits_for_a_queue(node: Resource, design: Design) -> bool:
    """It takes its work from a queue or stream, and nothing sends it requests."""
    if design.sources(node, Relation.ROUTES_TO):
        return False
    return any(
        store.kind in _QUEUES for store in (*design.stores(node), *design.sources(node, Relation.TRIGGERS))
    )


def _target(target: Value, share: float, params: Mapping[str, int]) -> Hit:
    if share > params["most_use"]:
        claim = f"adds an instance at {share:g} % use: too late for the minutes that one takes to start"
        return Hit(target, claim, attribute="target", fix=f"a target of {params['most_use']} % or less")
    claim = f"holds its instances at {share:g} % use: the rest is paid for and never used"
    fix = f"a target of {params['least_use']} % or more"
    return Hit(target, claim, attribute="target", fix=fix, severity=Severity.LOW)
