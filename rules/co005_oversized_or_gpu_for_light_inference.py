"""Serving hardware must fit the model and the load: no accelerator for a small model, no fleet far larger than needed.

## What it does
Reports accelerators of serving machines whose model is small by the requirements (`model.size_gib` below 1) or is of a
framework that runs on processors (scikit-learn, XGBoost, LightGBM), and fleets whose least size is more than twice
what the required load needs, also without a zone. It names what processors, or the smaller fleet, save.

## Why is this bad
An accelerator costs three to ten times as much as the processors that answer such a model as fast, and stands idle
between requests. Machines above the need of the busiest hour never do anything.

## Example
```yaml
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
spec:
  predictor:
    sklearn:
      resources:
        limits: {nvidia.com/gpu: "1"}
```

## Use instead
```yaml
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
spec:
  predictor:
    sklearn:
      resources:
        requests: {cpu: "1", memory: 1Gi}
```

## When it does not fire
Where nothing says how large the model is, for runtimes of large models (vLLM, TGI, Triton, TensorRT, diffusion), and where
`model.cpu_time_ms` alone is above the required latency. Where a latency is required and the time on processors is
not known, the verdict is unknown. Fleets are judged only where load and throughput are known.

## Parameters
`small_model_gib` (1): models below this size do without an accelerator.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlcost-26.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/inference-recommender.html
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from mlarchlint.api import (
    SERVING,
    Design,
    Hit,
    Hits,
    Kind,
    Money,
    Resource,
    Saving,
    Severity,
    Value,
    dollars,
    has_accelerator,
    regex,
    rule,
    saved_by_processors,
)

_LARGE = regex(
    r"vllm|text-generation|\btgi\b|triton|tensorrt|sglang|diffus|llama|ollama|\bnim\b|LLMInferenceService|NIMService|djl-lmi",
    re.IGNORECASE,
)
_LIGHT = regex(r"sklearn|scikit-learn|xgboost|lightgbm", re.IGNORECASE)
_KSERVE = ("sklearn", "xgboost", "lightgbm")


@rule(
    id="MLA-CO005",
    severity=Severity.MEDIUM,
    on=Kind(
        "compute_instance", "compute_group", "container_service", "model_endpoint", "serverless_container"
    ),
    roles=SERVING,
    since="0.1",
    params={"small_model_gib": 1},
)
def oversized_or_gpu_for_light_inference(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    yield from _accelerator(node, design, Decimal(params["small_model_gib"]))
    yield from _fleet(node, design)


def _accelerator(node: Resource, design: Design, small: Decimal) -> Iterator[Hit]:
    card, kind = has_accelerator(node), node["instance_type"]
    if card is None and not kind.is_unknown:
        return
    light = _light(node, design, small)
    if not light:
        return
    fix = "serve it on processors"
    if card is None:
        if kind.is_unknown and not kind.scenarios:
            claim = f"whether accelerators serve it, with {light}, is not known: {kind.why}"
            yield Hit(kind, claim, certain=False, attribute="accelerator", fix=fix)
        return
    needs = design.needs(node)
    latency, time = needs.number("slo.latency_p95_ms"), needs.number("model.cpu_time_ms")
    if latency is not None and time is not None and time > latency:
        return
    claim = f"an accelerator serves {light}"
    if latency is not None and time is None and not _framework(node):
        why = "whether processors answer within the required latency is not known: model.cpu_time_ms is not stated"
        yield Hit(card, f"{claim}; {why}", certain=False, attribute="accelerator", fix=fix)
        return
    saved = _saved(node, design)
    saving = Saving("size", saved[1]) if saved else None
    yield Hit(card, claim + _amount(saved), attribute="accelerator", fix=fix, saving=saving)


def _light(node: Resource, design: Design, small: Decimal) -> str:
    """Why processors would do; empty where nothing says so."""
    if _LARGE.search(" ".join((node.type, node.address, *_texts(node["images"]), *_texts(node["commands"])))):
        return ""
    framework = _framework(node)
    if framework:
        return f"a model of {framework}"
    size = design.needs(node).number("model.size_gib")
    return f"a model of {size:g} GiB" if size is not None and size < small else ""


def _framework(node: Resource) -> str:
    predictor = node.instance.get("spec").get("predictor")
    for name in _KSERVE:
        if predictor.get(name).is_known:
            return name
    texts = [predictor.get("model").get("modelFormat").get("name").text() or "", *_texts(node["images"])]
    found = next((match for text in texts if (match := _LIGHT.search(text))), None)
    return found[0].lower() if found else ""


def _texts(value: Value) -> list[str]:
    return [text for one in value.items() if (text := one.text())]


def _saved(node: Resource, design: Design) -> tuple[str, Money] | None:
    if node.provider == "kubernetes":
        return None
    return saved_by_processors(design.cost(node), node.provider, design.catalog)


def _amount(saved: tuple[str, Money] | None) -> str:
    if saved is None:
        return ""
    name, money = saved
    low, high = dollars(money.low), dollars(money.high)
    return f"; {name} saves {low if low == high else f'{low} to {high}'} a month"


def _fleet(node: Resource, design: Design) -> Iterator[Hit]:
    """A steady size beyond twice the need; a second machine is no waste, nor one in each zone."""
    capacity = design.capacity(node)
    if capacity is not None:
        least = capacity.fleet.count.least
        if not capacity.alone or capacity.needed is None or least is None:
            return
        needed = max(capacity.needed_with_zone_loss or capacity.needed, capacity.zones, 2)
        if least <= 2 * needed:
            return
        money = design.cost(node).monthly
        saved = money.low * (least - needed) / least
        dollars_saved = f", which saves {dollars(saved)} a month" if saved >= 1 else ""
        at = next(
            (v for v in (node["min_count"], node["desired_count"], node["replicas"]) if v.is_known),
            node["min_count"],
        )
        yield Hit(
            at,
            f"{least} instances always run where the required load needs {needed}",
            attribute="fleet",
            fix=f"keep {needed} at least and scale with the load{dollars_saved}",
            saving=Saving("size", Money(saved, saved)) if saved >= 1 else None,
        )
