"""Jupyter, MLflow, TensorBoard, Ray dashboard, Airflow, Triton and SSH must not be open to the internet.

## What it does
Reports firewalls that open the ports of such consoles to everybody before machines that train, track, prepare
data or hold notebooks, where these may have a public address; load balancers that publish a console which asks
nobody for a password; and training clusters that open SSH.

## Why is this bad
Jupyter and the Ray dashboard run any code they are sent, MLflow and TensorBoard show every run and serve every
model file, and most of them have no login. Scanners find an open port within hours; what follows is mined
coins on your GPUs and stolen data.

## Example
```hcl
resource "aws_security_group" "ray" {
  ingress {
    from_port   = 8265
    to_port     = 8265
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
```

## Use instead
```hcl
resource "aws_security_group" "ray" {
  ingress {
    from_port   = 8265
    to_port     = 8265
    protocol    = "tcp"
    cidr_blocks = ["10.8.0.0/24"] # the VPN
  }
}
```

## When it does not fire
Machines that surely have no public address, bastions, sandboxes (tag `mlarchlint.dev/sandbox`), named address
ranges, and entries that ask for the caller. A Service of type LoadBalancer before notebooks or training is
MLA-SE001.

## References
- https://docs.ray.io/en/latest/ray-security/index.html
- https://mlflow.org/docs/latest/ml/auth
- https://jupyter-server.readthedocs.io/en/latest/operators/security.html
- https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet
"""

import re

from mlarchlint.api import (
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    consoles_on,
    regex,
    rule,
)

_ROLES = (*TRAINING, "notebook", "tracking", "pipeline")
_LEAST = 0.6
_SANDBOX = "mlarchlint.dev/sandbox"
_BASTION = regex(r"bastion|jump[-_]?(box|host)", re.IGNORECASE)
_CONSOLE = regex(r"jupyter|mlflow|tensorboard|airflow|notebook|ray[-_](head|cluster)", re.IGNORECASE)
_FIX = "admit the addresses of your VPN or session service only"


@rule(
    id="MLA-SE007",
    severity=Severity.CRITICAL,
    on=Kind("security_group", "load_balancer", "serverless_container", "training_cluster"),
    since="0.1",
)
def ml_console_ports_open(node: Resource, design: Design) -> Hits:
    if node.kind == "security_group":
        if node.provider != "kubernetes":
            yield from _firewall(node, design)
    elif node.kind == "training_cluster":
        yield from _ssh(node)
    else:
        yield from _published(node, design)


def _firewall(node: Resource, design: Design) -> Hits:
    """One finding for a firewall, however many of its rules and machines are meant."""
    rules = [(truth, rule, consoles_on(rule.ports)) for truth, rule in design.opened_to_all(node)]
    rules = [(truth, rule, found) for truth, rule, found in rules if found or not rule.ports]
    machines = [(machine, _addressed(machine, design)) for machine in design.guarded(node) if rules]
    machines = [(machine, truth) for machine, truth in machines if truth is not Truth.NO]
    if not machines:
        return
    machine, placed = max(machines, key=lambda found: found[1].value)
    sure = [row for row in rules if row[0] is Truth.YES and row[2]]
    truth, deciding, _ = (sure or rules)[0]
    at = deciding.deciding
    if truth is Truth.MAYBE:
        at = next((source for source in deciding.sources if source.is_unknown), at)
    consoles = tuple(dict.fromkeys(name for row in (sure or rules[:1]) for name in row[2]))
    certain = bool(sure) and placed is Truth.YES
    related = tuple(
        Related(f"also opens {', '.join(found)}", rule.deciding.span) for _, rule, found in sure[1:]
    )
    ports = _ports(consoles)
    claim = f"opens {ports} of {machine.address} to the internet"
    if truth is Truth.MAYBE or not consoles:
        why = at.why if truth is Truth.MAYBE else "an input decides the ports"
        claim = f"may open {ports} of {machine.address} to the internet: {why or 'an input decides it'}"
    elif not certain:
        claim = f"opens {ports} of {machine.address} to the internet; whether that has a public address is not known"
    yield Hit(at, claim, certain=certain, attribute="ingress", related=related, fix=_FIX)


def _ports(consoles: tuple[str, ...]) -> str:
    if not consoles:
        return "ports"
    if len(consoles) > 5:
        return f"all ports, {consoles[0]} among them,"
    return f"port{'s' if len(consoles) > 1 else ''} {', '.join(consoles)}"


def _addressed(machine: Resource, design: Design) -> Truth:
    """Whether the internet finds it, where its firewalls let it."""
    if not _meant(machine, design):
        return Truth.NO
    way = design.exposure(machine)
    return Truth.NO if way.placed is Truth.NO or way.admitted is Truth.NO else way.address


def _meant(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    fits = role is not None and role.role in _ROLES and role.confidence >= _LEAST
    # A machine that is named after a console has no role by its name alone.
    named = role is None and node.kind == "compute_instance" and _CONSOLE.search(node.name) is not None
    return (fits or named) and _SANDBOX not in node.tags and not _BASTION.search(node.name)


def _ssh(node: Resource) -> Hits:
    opened = node["ssh_public"]
    match opened.is_true():
        case Truth.YES:
            claim = "opens SSH of its machines to the internet"
            yield Hit(opened, claim, attribute="ssh_public", fix="leave ssh_public_access_enabled off")
        case Truth.MAYBE:
            claim = f"whether it opens SSH to the internet is not known: {opened.why}"
            yield Hit(opened, claim, attribute="ssh_public", certain=False)


def _published(node: Resource, design: Design) -> Hits:
    reachable = design.exposure(node).reachable
    if reachable is Truth.NO or not design.first_entry(node):
        return
    for target in design.behind(node):
        console = design.open_console(target) if _meant(target, design) else ""
        if not console or _elsewhere(node, target, design):
            continue
        found = design.protection(node, (target,))
        if found.auth is Truth.YES:
            continue
        certain = reachable is Truth.YES and found.auth is Truth.NO
        claim = f"publishes {console} ({target.address}), and nothing asks who calls"
        if not certain:
            why = "who reaches it" if found.auth is Truth.NO else "who is asked on the way"
            claim = f"publishes {console} ({target.address}); {why} is not known"
        if target is node:
            claim = claim.replace(f" ({target.address})", "")
        yield Hit(
            found.deciding,
            claim,
            certain=certain,
            attribute="auth",
            fix=f"{_FIX}, or ask for a login before it",
        )
        return


def _elsewhere(node: Resource, target: Resource, design: Design) -> bool:
    """What MLA-SE001 says of the workload itself."""
    return node.type.endswith("/Service") and design.role(target) in (*TRAINING, "notebook")
