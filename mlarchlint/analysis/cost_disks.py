"""Disks: those that come with machines, and volumes of their own."""

from __future__ import annotations

import re
from decimal import Decimal

from mlarchlint.analysis.cost_bodies import attached, local_disks, root_is_elsewhere
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource

# The size of the usual Linux images where none is given, and the type the provider takes.
ROOT_GIB = {"aws": Decimal(8), "google": Decimal(10), "azure": Decimal(30)}
ROOT_TYPE = {"aws": "gp2", "google": "pd-standard", "azure": "Standard_LRS"}
# https://learn.microsoft.com/azure/virtual-machines/disks-types: sizes are billed by step.
AZURE_STEPS = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767)
AZURE_NAMES = (1, 2, 3, 4, 6, 10, 15, 20, 30, 40, 50, 60, 70, 80)
# https://learn.microsoft.com/azure/aks/concepts-storage: node disks are of 128 GiB and more.
AKS_GIB = Decimal(128)
PREMIUM = regex(r"_(DS|GS|FS|[A-Z]+\d+(-\d+)?[a-z]*s)", re.ASCII)
# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html: diskSize
EKS_GIB = Decimal(20)
LOCAL_SSD_GIB = Decimal(375)
AZURE_SERIES = {"premium": "p", "standardssd": "e", "standard": "s"}
# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
# So many images and snapshots may stand between a disk and what says its size.
ORIGINS = 8
GP3_IOPS, GP3_MIBPS = Decimal(3000), Decimal(125)


def disk(ledger: Ledger, machines: Bounds) -> None:
    """The root disk of each machine."""
    if ledger.provider not in ROOT_GIB or not machines.high:
        return
    kind = ledger.text("root_disk_type") or ROOT_TYPE[ledger.provider]
    size, usual = ledger.number("root_disk_gib"), ROOT_GIB[ledger.provider]
    if root_is_elsewhere(ledger.costing.graph, ledger.resource):
        kind, size = ROOT_TYPE[ledger.provider], None
    said: tuple[str, ...] = ()
    if "kubernetes_cluster" in ledger.resource.type:
        pool = ledger.resource.instance.get("default_node_pool").items()
        if "ephemeral" in (kind.lower(), (pool[0].get("os_disk_type").text() or "").lower() if pool else ""):
            return  # on the machine's own disk, which is in its price
        kind, usual = aks_disk(ledger), AKS_GIB
    if "eks" in ledger.resource.type.lower():
        usual = EKS_GIB
    if size is None:
        size = usual
        said = (f"a root disk of {size:f} GiB ({kind}) is assumed",)
    volume(ledger, "root disk", kind, size, machines, None, None, said)


def aks_disk(ledger: Ledger) -> str:
    """Premium for sizes that take it (an `s` among their features), else standard."""
    return "Premium_LRS" if PREMIUM.search(ledger.text("instance_type")) else "Standard_LRS"


def further_disks(ledger: Ledger, machines: Bounds) -> None:
    """Disks written inside a machine or its template: no trait carries them, so they are read from the bodies."""
    found = attached(ledger.costing.graph, ledger.resource, ledger.provider)
    for number, (kind, size, iops, throughput) in enumerate(found, 1):
        usual = ROOT_GIB[ledger.provider]
        said = () if size is not None else (f"{usual:f} GiB are assumed",)
        rest = (iops, throughput, said)
        volume(ledger, f"disk {number}", kind or ROOT_TYPE[ledger.provider], size or usual, machines, *rest)
    scratch = local_disks(ledger.costing.graph, ledger.resource)
    if scratch and ledger.provider == "google":
        low, high = (LOCAL_SSD_GIB * scratch * count for count in (machines.low, machines.high))
        spot = ledger.text("spot") == "all" and ledger.row("disk", "local-ssd-spot") is not None
        ledger.add(f"{scratch} local SSD", "disk", "local-ssd-spot" if spot else "local-ssd", low, high)


# Storage classes that the providers bring, and the disks behind them.
CLASSES = {
    "gp2": "gp2", "gp3": "gp3", "io1": "io1", "io2": "io2", "ebs-sc": "gp3", "auto-ebs-sc": "gp3",
    "standard": "pd-balanced", "standard-rwo": "pd-balanced", "premium-rwo": "pd-ssd",
    "default": "StandardSSD_LRS", "managed": "StandardSSD_LRS", "managed-csi": "StandardSSD_LRS",
    "managed-premium": "Premium_LRS", "managed-csi-premium": "Premium_LRS",
}  # fmt: skip
USUAL_CLASS = {"aws": "gp3", "google": "pd-balanced", "azure": "StandardSSD_LRS"}


def claim(ledger: Ledger) -> None:
    """A claim of a cluster becomes a disk; the volume that fulfils it does not count again."""
    if not ledger.resource.type.endswith("PersistentVolumeClaim"):
        return
    size, name = ledger.number("size_gib"), ledger.text("storage_class").lower()
    if size is None:
        ledger.gap("volume", "its size is not known", ledger.resource["size_gib"])
        return
    if any(word in name for word in ("efs", "nfs", "file", "lustre", "fsx")):
        ledger.note(f"a claim on the shared file system {name}, which is priced on its own")
        return
    kind = CLASSES.get(name) or USUAL_CLASS[ledger.provider]
    if (kind.startswith("pd-"), "_" in kind) != (ledger.provider == "google", ledger.provider == "azure"):
        kind = USUAL_CLASS[ledger.provider]
    said = (f"the class {name or 'of the cluster'} is taken for {kind}",)
    volume(ledger, f"{kind} volume", kind, size, Bounds(ONE, ONE), None, None, said)


def block_volume(ledger: Ledger) -> None:
    if ledger.resource.provider == "kubernetes":
        claim(ledger)
        return
    size = ledger.bounds("size_gib")
    kind = ledger.text("type") or {"aws": "gp2", "google": "pd-standard"}.get(ledger.provider, "Standard_LRS")
    iops = ledger.number("iops") or countable(ledger.resource.instance.get("provisioned_iops").number())
    if size is None and (usual := _usual_disk(ledger, kind)) is not None:
        size, iops = Bounds(usual[0], usual[0]), iops or usual[1]
    if size is None and (origin := _origin_gib(ledger)) is not None:
        size = Bounds(origin, origin)
    if size is None:
        ledger.gap("volume", "its size is not known", ledger.resource["size_gib"])
        return
    rest = (iops, ledger.number("throughput_mibs"), ())
    operations = ledger.used("monthly_standard_io_requests")
    if operations and kind == "standard" and ledger.provider == "aws":
        ledger.add("I/O requests", "ebs", "standard-requests", operations / 1_000_000)
    if size.low == size.high:
        volume(ledger, f"{kind} volume", kind, size.low, Bounds(ONE, ONE), *rest)
    else:
        volume(ledger, f"{kind} volume", kind, size.low, Bounds(ONE, ZERO), *rest)
        volume(ledger, f"{kind} volume", kind, size.high, Bounds(ZERO, ONE), *rest)


# https://cloud.google.com/compute/docs/disks: (GiB, IOPS) of a disk that is made from nothing.
USUAL_DISKS = {
    "pd-standard": (Decimal(500), None),
    "pd-balanced": (Decimal(100), None),
    "pd-ssd": (Decimal(100), None),
    "pd-extreme": (Decimal(1000), Decimal(100_000)),
    "hyperdisk-extreme": (Decimal(1000), Decimal(350_000)),
}


def _usual_disk(ledger: Ledger, kind: str) -> tuple[Decimal, Decimal | None] | None:
    """The provider's default, unless an image or a snapshot decides."""
    body = ledger.resource.instance
    given = ("image", "snapshot", "source_disk", "size", "source_instant_snapshot")
    if ledger.provider != "google" or not all(body.get(name).is_absent for name in given):
        return None
    found = USUAL_DISKS.get(kind.rpartition("/")[2])
    if found is not None:
        ledger.note(f"no size is given: {found[0]:f} GiB, the provider's default")
    return found


def _origin_gib(ledger: Ledger) -> Decimal | None:
    """A disk is as large as the image, snapshot or disk that it is made from."""
    here: Resource | None = ledger.resource
    for _ in range(ORIGINS):
        here = _origin(ledger.costing.graph, here) if here is not None else None
        if here is None:
            return None
        size = countable(here["size_gib"].number()) or countable(here.instance.get("disk_size_gb").number())
        if size is not None:
            ledger.note(f"as large as {here.address}: {size:f} GiB")
            return size
    return None


def _origin(graph: ResourceGraph, made: Resource) -> Resource | None:
    names = ("image", "snapshot", "source_disk", "source_image", "source_snapshot")
    said = {ref for name in names for ref in made.instance.get(name).refs}
    near = (one for one in graph.targets(made) if one.type.startswith("google_compute_"))
    return next((one for one in near if any(f"{ref}.".startswith(f"{one.address}.") for ref in said)), None)


def volume(
    ledger: Ledger,
    name: str,
    kind: str,
    size: Decimal,
    count: Bounds,
    iops: Decimal | None,
    throughput: Decimal | None,
    assumptions: tuple[str, ...] = (),
) -> None:
    low, high = count.low, count.high
    if ledger.provider == "azure":
        azure_disk(ledger, name, kind, size, count, assumptions)
        if kind.lower().startswith("ultra"):
            for label, sku, asked in (
                ("IOPS", "ultra-iops", iops),
                ("throughput", "ultra-throughput", throughput),
            ):
                if asked:
                    ledger.add(f"{name}, {label}", "disk", sku, asked * low, asked * high)
        return
    kind = kind.rpartition("/")[2].lower()
    service = "ebs" if ledger.provider == "aws" else "disk"
    ledger.add(f"{name}, {kind}", service, kind, size * low, size * high, *assumptions)
    if ledger.provider != "aws":
        if iops and kind in ("pd-extreme", "hyperdisk-extreme"):
            ledger.add(f"{name}, IOPS", service, f"{kind}-iops", iops * low, iops * high)
        return
    if kind == "gp3":
        extra = max(ZERO, (iops or ZERO) - GP3_IOPS)
        faster = max(ZERO, (throughput or ZERO) - GP3_MIBPS)
        if extra:
            ledger.add(f"{name}, IOPS over 3,000", service, "gp3-iops", extra * low, extra * high)
        if faster:
            ledger.add(f"{name}, throughput over 125", service, "gp3-throughput", faster * low, faster * high)
    elif kind in ("io1", "io2") and iops:
        ledger.add(f"{name}, IOPS", service, f"{kind}-iops", iops * low, iops * high)


def _step_of(size: Decimal) -> Decimal:
    if size > 1024:
        return (size / 1024).to_integral_value(rounding="ROUND_CEILING") * 1024
    return next(Decimal(step) for step in AZURE_STEPS if size <= step)


def azure_disk(
    ledger: Ledger, name: str, kind: str, size: Decimal, count: Bounds, assumptions: tuple[str, ...]
) -> None:
    """`Premium_LRS` of 100 GiB is billed as a P10."""
    head, _, redundancy = kind.lower().partition("_")
    if head in ("ultrassd", "premiumv2"):
        sku = "ultra" if head == "ultrassd" else "premium-v2"
        # Ultra disks are billed by the step, up to 1 TiB as the others, then by whole TiB.
        billed = size if sku == "premium-v2" else _step_of(size)
        ledger.add(f"{name}, {kind}", "disk", sku, billed * count.low, billed * count.high, *assumptions)
        return
    series = AZURE_SERIES.get(head)
    step = next((name for limit, name in zip(AZURE_STEPS, AZURE_NAMES, strict=True) if size <= limit), None)
    if series is None or step is None:
        ledger.gap(name, f"{kind} of {size:f} GiB is no disk that the catalog knows")
        return
    # Standard HDD starts at 32 GiB.
    number = max(step, 4) if series == "s" else step
    sku = f"{series}{number}-{redundancy or 'lrs'}"
    ledger.add(f"{name}, {sku.upper()}", "disk", sku, count.low, count.high, *assumptions)
