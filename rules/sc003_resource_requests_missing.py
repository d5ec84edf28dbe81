"""Pods need CPU and memory requests (and a memory limit); HPA utilisation targets need requests.

## What it does
Reports pods that serve, train or move data of which a container does not ask for CPU and memory, and serving pods that
ask for them and have no memory limit. It weighs less where accelerators decide which node a pod
gets, and more where an autoscaler holds a share of the processor: that is
a share of what the pods ask for.

## Why is this bad
Who asks for nothing is put on any node, shares it with whoever else is there, and is the first to be ended
when its memory is short. An autoscaler with a target of 70 % has nothing to take 70 % of, and never adds a replica.

## Example
```yaml
containers:
  - name: model-server
    image: ranker:3
```

## Use instead
```yaml
containers:
  - name: model-server
    image: ranker:3
    resources:
      requests: {cpu: "2", memory: 4Gi}
      limits: {memory: 4Gi}
```

## When it does not fire
Namespaces whose LimitRange gives requests, pods that a vertical autoscaler sizes or an operator fills in, and init containers. A CPU limit is not asked for:
it slows down answers where a processor is idle.

## References
- https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
- https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
- https://kubernetes.io/docs/concepts/policy/limit-range/
"""

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

_FIX = "give every container requests for CPU and memory, and a memory limit"


@rule(
    id="MLA-SC003",
    severity=Severity.MEDIUM,
    on=Kind("container_service", "batch_job", "model_endpoint", "training_cluster"),
    roles=("inference", "inference-batch", "training", "tuning", "pipeline"),
    since="0.1",
)
def resource_requests_missing(node: Resource, design: Design) -> Hits:
    asked = node["requests.complete"]
    if node.provider != "kubernetes" or asked.is_absent or _given(node, design):
        return
    match asked.is_true():
        case Truth.NO:
            yield _missing(node, design, asked)
        case Truth.MAYBE:
            claim = f"whether its containers ask for CPU and memory is not known: {asked.why}"
            yield Hit(asked, claim, certain=False, attribute="requests", fix=_FIX)
        case Truth.YES if not asked.default and _unlimited(node, design):
            claim = "its memory has no limit: a replica that leaks takes others on its node with it"
            yield Hit(asked, claim, attribute="limit", severity=Severity.LOW, fix=_FIX)


def _missing(node: Resource, design: Design, asked: Value) -> Hit:
    no_cpu, no_memory = node["requests.cpu"].is_absent, node["requests.memory_gib"].is_absent
    shares = [
        one for one in design.scaling_signals(node) if one.share is not None and one.of_cpu is Truth.YES
    ]
    if no_cpu and shares:
        claim = f"asks for no CPU, and its autoscaler is to hold {shares[0].share:g} % of what it asks for: it never scales"
        related = (Related("the target stands here", shares[0].target.span),)
        return Hit(asked, claim, attribute="requests", related=related, severity=Severity.HIGH, fix=_FIX)
    if not no_cpu and not no_memory:
        claim = "one of its containers does not ask for both CPU and memory"
        return Hit(asked, claim, attribute="requests", severity=Severity.LOW, fix=_FIX)
    what = "neither CPU nor memory" if no_cpu and no_memory else "no CPU" if no_cpu else "no memory"
    if has_accelerator(node) is not None or not node["requests.gpu"].is_absent:
        claim = f"asks for an accelerator and for {what}: whatever else lands on its node may take them"
        return Hit(asked, claim, attribute="requests", severity=Severity.LOW, fix=_FIX)
    claim = f"asks for {what}: it is put where there may be none, and is the first to go"
    return Hit(asked, claim, attribute="requests", fix=_FIX)


def _unlimited(node: Resource, design: Design) -> bool:
    return design.role(node) == "inference" and node["limits.memory_gib"].is_absent


def _given(node: Resource, design: Design) -> bool:
    """A LimitRange of its namespace gives them, or a vertical autoscaler does."""
    if any(one.type.endswith("/VerticalPodAutoscaler") for one in design.sources(node, Relation.SCALES)):
        return True
    return (node["namespace"].text() or "default") in design.once(_namespaces_with_requests)


def _namespaces_with_requests(design: Design) -> frozenset[str]:
    ranges = (one for one in design.graph if one.type.endswith("/LimitRange"))
    return frozenset(
        one.instance.get("metadata").get("namespace").text() or "default"
        for one in ranges
        if any(
            {"cpu", "memory"} <= {*limit.get("defaultRequest").mapping(), *limit.get("default").mapping()}
            for limit in one.instance.get("spec").get("limits").items()
        )
    )
