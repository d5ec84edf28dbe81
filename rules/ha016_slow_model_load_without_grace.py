"""Large-model servers need a startup probe or grace period longer than model load time.

## What it does
Compares how long a serving replica may take until it answers (start-up and liveness probes, the grace period of a
group or a service behind a load balancer, the start-up timeout of an endpoint) with how long its model
takes to load: `model.size_gib` of the requirements, else a server of large language models and the number of
parameters that the name of its model gives. Loading is assumed at 1 GiB a second, which is fast.

## Why is this bad
A replica that is ended while it loads its model starts again, and is ended again. An update or a
scale-out never gets ready, on accelerators that are paid for.

## Example
```yaml
containers:
  - name: vllm
    image: vllm/vllm-openai:v0.6.3
    livenessProbe:
      httpGet: {path: /health, port: 8000}
      initialDelaySeconds: 10
```

## Use instead
```yaml
containers:
  - name: vllm
    image: vllm/vllm-openai:v0.6.3
    startupProbe:
      httpGet: {path: /health, port: 8000}
      periodSeconds: 10
      failureThreshold: 60
    livenessProbe:
      httpGet: {path: /health, port: 8000}
```

## When it does not fire
Models whose size nothing tells (but for servers of large language models), small ones, probes that run a command, groups that
look at the machine only, and where nothing ends a replica that does not answer (MLA-HA003 tells that).

## Parameters
`large_s` (60): seconds that a server of a large language model takes to load at least.

## References
- https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
- https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html
- https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
- https://cloud.google.com/run/docs/configuring/healthchecks
- https://learn.microsoft.com/azure/container-apps/health-probes
"""

from collections.abc import Mapping
from typing import Any

from mlarchlint.api import SERVING, Design, Hit, Hits, Kind, Resource, Severity, rule

_FIX = "give a start-up probe or a grace period that is longer than loading takes, with room to spare"


@rule(
    id="MLA-HA016",
    severity=Severity.MEDIUM,
    on=Kind("compute_group", "container_service", "model_endpoint", "serverless_container"),
    roles=SERVING,
    since="0.1",
    params={"large_s": 60},
)
def slow_model_load_without_grace(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    loading = design.loading(node, float(params["large_s"]))
    patience = design.patience(node) if loading is not None else None
    if loading is None or patience is None or design.hosts_others(node):
        return
    if patience.seconds is None:
        claim = f"whether it may take the time to load is not known: {patience.at.why}; {loading.how}"
        yield Hit(patience.at, claim, certain=False, fix=_FIX)
    elif patience.seconds < loading.seconds:
        claim = f"is ended after {patience.seconds:g} s without an answer ({patience.how}), and {loading.how}"
        yield Hit(patience.at, claim, fix=_FIX)
