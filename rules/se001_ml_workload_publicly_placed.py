"""Training, notebooks, data stores and model servers are placed privately; only the edge is public.

## What it does
Reports machines, clusters, notebooks, databases and services of the ML system that have an address on the
internet: their own, that of their subnet, or that of a Kubernetes Service in front of training or
notebooks. It follows route tables: an address without a route is not public. SageMaker models and
training jobs outside any VPC are medium, and so is an address to which no firewall lets anybody in.

## Why is this bad
What has a public address is found by scanners within minutes. A training machine holds the data and
the model, a notebook runs whatever it is sent, and neither has a reason to be called from outside.

## Example
```hcl
resource "aws_instance" "training" {
  instance_type               = "p4d.24xlarge"
  associate_public_ip_address = true
}
```

## Use instead
```hcl
resource "aws_instance" "training" {
  instance_type               = "p4d.24xlarge"
  subnet_id                   = aws_subnet.private.id
  associate_public_ip_address = false
}
```

## When it does not fire
Load balancers, CDNs, gateways, NAT and bastions; workloads without a role in the ML system; sandboxes that
say so with the tag `mlarchlint.dev/sandbox`; databases whose firewall lets nobody in from outside; SageMaker
containers with network isolation. With the tag `mlarchlint.dev/network: managed` what runs in the network of
SageMaker is low. Pods of training may share the network of their node: collective communication needs it.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/design-principles.html
- https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-model-in-vpc.html
- https://cloud.google.com/vpc/docs/private-google-access
- https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet
"""

import re

from mlarchlint.api import (
    TRAINING,
    Design,
    Exposure,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    regex,
    rule,
)

_STORES = ("database", "cache", "vector_index")
_CLOSED = (*TRAINING, "notebook")
_IN_SAGEMAKER = ("model", "batch_job")
_SANDBOX, _NETWORK = "mlarchlint.dev/sandbox", "mlarchlint.dev/network"
_BASTION = regex(r"bastion|jump[-_]?(box|host)", re.IGNORECASE)
_FIX = "place it in a private subnet without a public address, and reach it through the edge, a VPN or a session service"


@rule(
    id="MLA-SE001",
    severity=Severity.HIGH,
    on=Kind(
        "compute_instance",
        "compute_group",
        "training_cluster",
        "batch_job",
        "notebook",
        "data_processor",
        "container_service",
        "model",
        "experiment_tracker",
        *_STORES,
    ),
    roles=(*_CLOSED, "inference", "inference-batch", "pipeline", "feature_store", "registry", "tracking"),
    since="0.1",
)
def ml_workload_publicly_placed(node: Resource, design: Design) -> Hits:
    if _SANDBOX in node.tags or _BASTION.search(node.name):
        return
    if node.provider == "kubernetes":
        yield from _pods(node, design)
    elif node.kind in _IN_SAGEMAKER:
        yield from _outside(node)
    else:
        yield from _addressed(node, design)


def _addressed(node: Resource, design: Design) -> Hits:
    way = design.exposure(node)
    if way.placed is Truth.NO or not way.evidence:
        return
    deciding, links = way.evidence[0].value, way.evidence
    if node.kind in _STORES and (
        way.admitted is Truth.NO or (deciding.default and way.reachable is not Truth.YES)
    ):
        return
    if way.address is Truth.MAYBE:
        if deciding.is_unknown:
            claim = f"whether it has a public address is not known: {links[0].reason}"
            yield Hit(deciding, claim, certain=False, fix=_FIX)
        return
    related = tuple(Related(link.reason, link.value.span) for link in links[1:] if link.value.is_known)
    claim = f"{links[0].reason}{_reached(node, way)}"
    yield Hit(deciding, claim, related=related, fix=_FIX, severity=_grade(node, design, way))


def _reached(node: Resource, way: Exposure) -> str:
    if way.reachable is Truth.YES and way.ports:
        return ", and its firewall lets the internet in"
    return ", though nothing from outside is let in" if _is_shut(node, way) else ""


def _is_shut(node: Resource, way: Exposure) -> bool:
    """Azure Machine Learning puts a firewall of its own before its machines, which the code does not show."""
    guarded_elsewhere = node.provider == "azure" and node.kind in ("training_cluster", "notebook")
    return way.admitted is Truth.NO and not guarded_elsewhere


def _grade(node: Resource, design: Design, way: Exposure) -> Severity:
    """What was decided, or is open, is worse than what a provider's default leaves there."""
    if _is_shut(node, way):
        return Severity.MEDIUM
    kept = design.role(node) in _CLOSED or node.kind in _STORES
    decided = not way.evidence[0].value.default and way.admitted is not Truth.NO
    is_open = way.reachable is Truth.YES and bool(way.ports)
    return Severity.CRITICAL if kept and (decided or is_open) else Severity.HIGH


def _outside(node: Resource) -> Hits:
    """SageMaker runs it in a network of its own, where your routes and firewalls do not apply."""
    subnet, isolated = node["subnet"], node["network_isolation"]
    if subnet.is_absent:
        return
    match subnet.is_true() | isolated.is_true():
        case Truth.NO:
            severity = Severity.LOW if _NETWORK in node.tags else Severity.MEDIUM
            claim = "runs outside your VPC: its traffic takes the network of the service"
            yield Hit(subnet, claim, fix="give it private subnets and security groups", severity=severity)
        case Truth.MAYBE:
            open_end = subnet if subnet.is_unknown else isolated
            yield Hit(open_end, f"whether it runs in your VPC is not known: {open_end.why}", certain=False)


def _pods(node: Resource, design: Design) -> Hits:
    """Requests are for what serves: nothing else is to be published."""
    role = design.role(node)
    if role in _CLOSED:
        for source in design.sources(node, Relation.ROUTES_TO):
            scheme = source["scheme"]
            if source.kind != "load_balancer" or not source.type.endswith("/Service") or _narrowed(source):
                continue
            match scheme.equals("internet"):
                case Truth.YES:
                    claim = f"is published to the internet by {source.address}"
                    yield Hit(scheme, claim, attribute="scheme", fix=_FIX, severity=Severity.CRITICAL)
                case Truth.MAYBE:
                    claim = f"whether {source.address} publishes it is not known: {scheme.why}"
                    yield Hit(scheme, claim, attribute="scheme", certain=False)
    host = node["host_network"]
    if role not in TRAINING and host.is_true() is Truth.YES:
        claim = "listens on the network of its node, where network policies do not hold"
        yield Hit(
            host, claim, attribute="host_network", fix="leave out hostNetwork", severity=Severity.MEDIUM
        )


def _narrowed(balancer: Resource) -> bool:
    """It admits named addresses only."""
    cidrs = balancer["cidrs"].items()
    return bool(cidrs) and all(cidr.one_of("0.0.0.0/0", "::/0") is Truth.NO for cidr in cidrs)
