"""Model and training containers run unprivileged (GPU access does not need privileged).

## What it does
Reports containers of the ML system that run privileged, or that have the container runtime or the whole file system
of their machine mounted.

## Why is this bad
Model files and packages run code. In a privileged container that code owns the machine, with the credentials of
every pod beside it and, on a shared node, the data of other teams.

## Example
```yaml
containers:
  - name: trainer
    securityContext:
      privileged: true # "for the GPU"
```

## Use instead
```yaml
containers:
  - name: trainer
    securityContext:
      allowPrivilegeEscalation: false
      runAsNonRoot: true
    resources:
      limits:
        nvidia.com/gpu: 1 # the device plugin brings the GPU
```

## When it does not fire
Device plugins, drivers and other agents that run on every node; containers without a role in the ML system;
sandboxes (tag `mlarchlint.dev/sandbox`). Of notebooks it is MLA-SE008.

## References
- https://kubernetes.io/docs/concepts/security/pod-security-standards/
- https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
- https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html
"""

import re

from mlarchlint.api import (
    Design,
    Edit,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    regex,
    rule,
)

_LEAST = 0.6
_SANDBOX = "mlarchlint.dev/sandbox"
_AGENT = regex(
    r"device[-_]?plugin|driver|operator|csi|cni|dcgm|exporter|agent|toolkit|feature[-_]discovery|fluent|falco|tuner|sysctl",
    re.IGNORECASE,
)
_RUNTIME = regex(r"^hostPath:(/|(/var)?/run/(docker|containerd/containerd|crio/crio)\.sock)/?$")
_FIX = "leave privileged out: the device plugin brings GPUs, and capabilities are added one by one"
_EDITS = (
    Edit("privileged", False, note="what really needs it fails, and should have one capability instead"),
)


@rule(
    id="MLA-SE015",
    severity=Severity.MEDIUM,
    on=Kind(
        "container_service",
        "container_template",
        "batch_job",
        "training_cluster",
        "model_endpoint",
        "data_processor",
    ),
    since="0.1",
)
def container_runs_privileged(node: Resource, design: Design) -> Hits:
    privileged = node["privileged"]
    asked = privileged.is_true()
    mounted = _runtime(node) if asked is not Truth.YES else None
    if (asked is Truth.NO and mounted is None) or not _meant(node, design):
        return
    if asked is Truth.YES:
        gpu = " for its accelerators" if node["accelerator.count"].at_least(1) is Truth.YES else ""
        claim = f"runs privileged{gpu}: code in a model or a package owns the machine"
        yield Hit(privileged, claim, attribute="privileged", fix=_FIX, edits=_EDITS)
    elif mounted is not None:
        path = (mounted.text() or "").partition(":")[2]
        claim = f"mounts {path} of its machine, which is as good as owning it"
        yield Hit(
            mounted,
            claim,
            attribute="host",
            fix="build images with a builder that needs no runtime of the node",
        )
    else:
        claim = f"whether it runs privileged is not known: {privileged.why}"
        yield Hit(privileged, claim, attribute="privileged", certain=False, fix=_FIX)


def _runtime(node: Resource) -> Value | None:
    return next((one for one in node["volumes"].items() if _RUNTIME.search(one.text() or "")), None)


def _meant(node: Resource, design: Design) -> bool:
    if node.type.endswith("/DaemonSet") or _AGENT.search(node.name) or _SANDBOX in node.tags:
        return False
    if any(other["privileged"] is node["privileged"] for other in design.targets(node, Relation.USES)):
        return False  # the template is told where it is written
    users = design.sources(node, Relation.USES) if node.kind == "container_template" else ()
    return any(_has_role(one, design) for one in (node, *users))


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role not in (None, "shared") and role.confidence >= _LEAST
