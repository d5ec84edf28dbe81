"""The stack records an audit trail, patches itself and scans images.

## What it does
Reports around the ML system: clusters that keep no audit log, trails that record nothing or not who reads the
data, long-lived machines that nothing patches, clusters that no longer upgrade, and image registries that do
not scan. Without any trail it reports where the requirements say that the code is all there is.

## Why is this bad
The audit log is what tells afterwards who read the dataset or replaced the model; without it a theft looks
like training. GPU images carry drivers, CUDA and a hundred packages: what nobody patches or scans is broken
into through a flaw that has been public for months.

## Example
```hcl
resource "aws_eks_cluster" "ml" {
  name = "ml"
}
```

## Use instead
```hcl
resource "aws_eks_cluster" "ml" {
  name                      = "ml"
  enabled_cluster_log_types = ["api", "audit", "authenticator"]
}
```

## When it does not fire
A trail that the organisation keeps: nothing is said of trails unless `assume.closed_world` is set or the code
declares one. Serverless and managed compute, which has no operating system to patch; spot machines, jobs and
groups whose machines are replaced at an age, which start from a new image; registries that Inspector or the
settings of the account scan.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/design-principles.html
- https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
- https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
- https://cloud.google.com/kubernetes-engine/docs/how-to/node-auto-upgrades
- https://learn.microsoft.com/azure/virtual-machines/automatic-vm-guest-patching
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Resource, Severity, Truth, data_role, rule

_SCANNERS = (
    "aws_ecr_registry_scanning_configuration",
    "aws_inspector2_enabler",
    "AWS::ECR::RegistryScanningConfiguration",
)
_DATA = ("dataset", "features", "model", "checkpoints", "captured")
_LEAST = 0.6


@rule(
    id="MLA-SE006",
    severity=Severity.MEDIUM,
    on=Kind(
        "cluster",
        "audit_trail",
        "compute_instance",
        "compute_group",
        "image_registry",
        "object_store",
        "experiment_tracker",
        "feature_store",
    ),
    since="0.1",
)
def security_operations_missing(node: Resource, design: Design) -> Hits:
    if node.kind == "audit_trail":
        yield from _trail(node, design)
    elif node.kind == "object_store":
        yield from _no_trail(node, design)
    elif node.kind in ("experiment_tracker", "feature_store"):
        yield from _workspace(node)
    elif not _of_ml(node, design):
        return
    elif node.kind == "image_registry":
        yield from _unscanned(node, design)
    else:
        if node.kind == "cluster":
            yield from _unlogged(node)
        yield from _unpatched(node, design)


def _of_ml(node: Resource, design: Design) -> bool:
    """Machines by their own role; what many share, where anything of the ML system is in the same code."""
    if node.kind in ("compute_instance", "compute_group"):
        return _has_role(node, design)
    return node.instance.scope in design.once(_stacks_of_ml)


def _stacks_of_ml(design: Design) -> frozenset[str]:
    """A topic or a stream alone makes no ML system."""
    return frozenset(
        node.instance.scope
        for node in design.graph
        if _has_role(node, design) and design.role(node) != "pipeline"
    )


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role not in (None, "shared") and role.confidence >= _LEAST


def _unlogged(node: Resource) -> Hits:
    """Kubernetes clusters on AWS send no log of the control plane unless asked; elsewhere they may be told not to."""
    fix = "send the audit log of the control plane to a log group"
    kept = node["log_types"]
    if "eks" in node.type.lower():
        audit = Truth.any(part.equals("audit") for part in kept.items())
        if kept.is_unknown and audit is Truth.NO:
            audit = Truth.MAYBE
        match audit:
            case Truth.NO:
                yield Hit(kept, "keeps no audit log of its control plane", attribute="log_types", fix=fix)
            case Truth.MAYBE:
                claim = (
                    f"whether it keeps an audit log is not known: {kept.why or 'an input decides the types'}"
                )
                yield Hit(kept, claim, attribute="log_types", certain=False)
        return
    logging = node["logging"]
    if node.provider == "google" and logging.is_true() is Truth.NO and not logging.is_absent:
        yield Hit(logging, "sends no logs anywhere", attribute="logging", fix="leave its logging on")


def _workspace(node: Resource) -> Hits:
    """Azure keeps what is done in a workspace only where a diagnostic setting sends it."""
    if node.type == "azurerm_machine_learning_workspace" and node["logging"].is_true() is Truth.NO:
        claim = "keeps no record of what is done in it: no diagnostic setting sends its logs anywhere"
        yield Hit(node["logging"], claim, missing=("part",), fix="add a diagnostic setting for its logs")


def _unpatched(node: Resource, design: Design) -> Hits:
    patched = node["auto_upgrade"]
    if patched.is_absent:
        yield from _fixed_image(node, design)
        return
    if _short_lived(node) or (node.kind == "compute_instance" and _patching(node, design)):
        return
    match patched.is_true():
        case Truth.NO:
            claim = "is not patched: nothing upgrades its operating system"
            if node.kind == "cluster":
                claim = "is not upgraded: automatic upgrades are switched off"
            yield Hit(patched, claim, attribute="auto_upgrade", fix="turn on automatic patching or upgrades")
        case Truth.MAYBE:
            claim = f"whether it is patched is not known: {patched.why}"
            yield Hit(patched, claim, attribute="auto_upgrade", certain=False)


def _fixed_image(node: Resource, design: Design) -> Hits:
    """A machine that stays, made from one image for good."""
    image = node["image_id"]
    if node.provider != "aws" or node.kind != "compute_instance" or _short_lived(node):
        return
    text = image.text() or ""
    if text.startswith("ami-") and not _patching(node, design):
        claim = f"is made from one image ({text}), and nothing patches it"
        fix = "take the image from a parameter that follows releases, and add a patch baseline with an association"
        yield Hit(image, claim, missing=("patching",), attribute="image_id", fix=fix)


def _short_lived(node: Resource) -> bool:
    """It is made anew from the image of the day before it needs patches."""
    spot = node["spot"].one_of("mixed", "all")
    stops = node["auto_stop"].is_true()
    return spot is Truth.YES or stops is Truth.YES or node["instance_max_age_s"].is_known


def _patching(node: Resource, design: Design) -> bool:
    return node.instance.scope in design.once(_patched_stacks)


def _patched_stacks(design: Design) -> frozenset[str]:
    return frozenset(other.instance.scope for other in design.graph.of_kind("patching"))


def _unscanned(node: Resource, design: Design) -> Hits:
    if design.once(_scanned):
        return
    scan = node["scan_on_push"]
    match scan.is_true():
        case Truth.NO if not scan.is_absent:
            claim = "does not scan the images that are pushed to it"
            yield Hit(scan, claim, missing=("threat_detection",) if scan.default else (), fix="scan on push")
        case Truth.MAYBE:
            yield Hit(scan, f"whether images are scanned is not known: {scan.why}", certain=False)


def _scanned(design: Design) -> bool:
    return any(other.type in _SCANNERS for other in design.graph)


def _trail(node: Resource, design: Design) -> Hits:
    recording = node["logging_enabled"]
    match recording.is_true():
        case Truth.NO if not recording.is_absent:
            yield Hit(
                recording,
                "records nothing: it is switched off",
                attribute="logging_enabled",
                fix="switch it on",
            )
            return
        case Truth.MAYBE:
            claim = f"whether it records is not known: {recording.why}"
            yield Hit(recording, claim, attribute="logging_enabled", certain=False)
            return
    events, store = node["data_events"], _data_store(node, design)
    if store is not None and events.is_true() is Truth.NO:
        claim = f"does not record who reads and writes data, such as that in {store.address}"
        yield Hit(
            events, claim, attribute="data_events", fix="record data events of the buckets of the ML system"
        )


def _data_store(node: Resource, design: Design) -> Resource | None:
    return design.once(_data_stores).get(node.instance.scope)


def _data_stores(design: Design) -> dict[str, Resource]:
    """By stack, its first."""
    stores = design.graph.of_kind("object_store")
    return {s.instance.scope: s for s in reversed(stores) if data_role(s) in _DATA}


def _no_trail(node: Resource, design: Design) -> Hits:
    """Told once, of the first store with data, and only where the code is all there is."""
    closed = design.requirements.flag("assume.closed_world")
    if not closed or node.provider not in ("aws", "google") or node is not _data_store(node, design):
        return
    if not design.graph.of_kind("audit_trail"):
        held = "a dataset" if data_role(node) == "dataset" else data_role(node)
        claim = f"holds {held}, and no audit trail records who reads it"
        yield Hit(
            node["data_events"], claim, missing=("audit_trail",), fix="add an audit trail with data events"
        )
