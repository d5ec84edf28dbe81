"""Object stores, file shares, and image registries."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ZERO, Ledger
from mlarchlint.analysis.cost_usage import DAYS, OTHER_STORE_GIB, STORE_GIB
from mlarchlint.model.resource import Resource

# Storage classes as the code spells them, by the catalog's SKU.
S3 = {
    "": "standard", "standard": "standard", "standard_ia": "standard-ia", "onezone_ia": "onezone-ia",
    "intelligent_tiering": "intelligent-tiering", "glacier": "glacier", "glacier_ir": "glacier-ir",
    "deep_archive": "deep-archive", "express_onezone": "express-onezone",
}  # fmt: skip
GCS_PLACES = {"us": "us", "eu": "eu", "asia": "asia"}
FILES_GIB = Decimal(100)
IMAGES_GIB = Decimal(20)
LUSTRE = {"persistent_1": "persistent-1-ssd", "persistent_2": "persistent-2-ssd"}


def data_role(ledger: Ledger) -> str:
    """What lies in the store, by its name and address; empty if nothing tells."""
    return contents(ledger.resource)


def contents(resource: Resource) -> str:
    text = f"{resource['name'].text() or ''} {resource.address}".lower()
    for word, role in (
        ("checkpoint", "checkpoints"), ("dataset", "dataset"), ("feature", "features"), ("captur", "captured"),
        ("artifact", "artifacts"), ("model", "model"), ("tfstate", "state"), ("terraform-state", "state"),
        ("log", "logs"), ("train", "dataset"), ("data", "dataset"), ("raw", "dataset"),
    ):  # fmt: skip
        if word in text:
            return role
    return ""


def size_of(ledger: Ledger, *names: str) -> tuple[Decimal, Decimal, tuple[str, ...]]:
    """(low, high, assumptions) of the stored GiB."""
    said = ledger.used(*names, "storage_gb")
    if said is None:
        said = ledger.number("size_gib")
    if said is not None:
        return said, said, ()
    role = data_role(ledger)
    size = STORE_GIB.get(role, OTHER_STORE_GIB)
    model = ledger.need("model.size_gib")
    if role == "model" and model is not None:
        versions = ledger.need("updates.per_month") or Decimal(1)
        return (
            model,
            model * versions,
            (f"one model of {model:f} GiB to the {versions:f} versions of a month",),
        )
    what = {"": "unknown contents"}.get(role, role)
    return ZERO, size, (f"empty to {size:f} GiB are assumed for {what}",)


def object_store(ledger: Ledger) -> None:
    """Stored data; requests need a usage file."""
    kind = ledger.text("storage_class").lower()
    if ledger.provider == "aws":
        sku = S3.get(kind, kind)
        if _s3_classes(ledger):
            return
        low, high, said = size_of(ledger, f"{sku.replace('-', '_')}.storage_gb", "standard.storage_gb")
        ledger.tiered(f"S3 storage, {sku}", "s3", sku, low, high, *said)
    elif ledger.provider == "google":
        low, high, said = size_of(ledger)
        ledger.add(f"storage, {kind or 'standard'}", "gcs", kind or "standard", low, high, *said)
        for name, sku in (("a", "class-a"), ("b", "class-b")):
            operations = ledger.used(f"monthly_class_{name}_operations") or ZERO
            ledger.add(f"class {name.upper()} operations", "gcs", sku, operations / 10_000)
        taken = ledger.used("monthly_data_retrieval_gb")
        if taken and kind not in ("", "standard"):
            ledger.add("data retrieval", "gcs", f"{kind}-retrieval", taken)
    else:
        low, high, said = size_of(ledger, "storage_gb")
        premium = ledger.text("tier").lower() == "premium"
        tier = "premium" if premium else kind or "hot"
        # No trait tells the six redundancies apart.
        replication = (ledger.resource.instance.get("account_replication_type").text() or "").lower()
        if not replication:
            replication = "lrs"
            ledger.note("locally redundant storage is assumed")
        ledger.tiered(
            f"blob storage, {tier} {replication.upper()}", "blob", f"{tier}-{replication}", low, high, *said
        )


S3_USAGE = {
    "standard": "standard",
    "standard_infrequent_access": "standard-ia",
    "one_zone_infrequent_access": "onezone-ia",
    "glacier_flexible_retrieval": "glacier",
    "glacier_instant_retrieval": "glacier-ir",
    "glacier_deep_archive": "deep-archive",
}


def _s3_classes(ledger: Ledger) -> bool:
    """Each class of a usage file with what is stored in it and asked of it."""
    found = False
    for name, sku in S3_USAGE.items():
        size = ledger.used(f"{name}.storage_gb")
        puts, gets = (
            ledger.used(f"{name}.monthly_tier_1_requests"),
            ledger.used(f"{name}.monthly_tier_2_requests"),
        )
        found |= any(used is not None for used in (size, puts, gets))
        if size:
            ledger.tiered(f"S3 storage, {sku}", "s3", sku, size, size)
        for label, what, used in (("PUT, COPY, POST, LIST", "put", puts), ("GET and other", "get", gets)):
            if used:
                ledger.add(f"{label} requests, {sku}", "s3", f"{sku}-{what}", used / 1000)
        taken = ledger.used(f"{name}.monthly_data_retrieval_gb")
        if taken:
            ledger.add(f"retrieval, {sku}", "s3", f"{sku}-retrieval", taken)
    frequent = ledger.used("intelligent_tiering.frequent_access_storage_gb")
    rare = ledger.used("intelligent_tiering.infrequent_access_storage_gb")
    if frequent is not None or rare is not None:
        found = True
        ledger.tiered(
            "S3 storage, frequent access", "s3", "intelligent-tiering", frequent or ZERO, frequent or ZERO
        )
        ledger.add("S3 storage, infrequent access", "s3", "intelligent-tiering-infrequent", rare or ZERO)
        objects = ledger.used("intelligent_tiering.monitored_objects") or ZERO
        ledger.add("monitored objects", "s3", "intelligent-tiering-monitoring", objects / 1000)
    return found


def file_share(ledger: Ledger) -> None:
    size = ledger.number("size_gib")
    used = ledger.used("storage_gb")
    kind = ledger.resource.type.lower()
    said: tuple[str, ...] = ()
    if used is not None or size is not None:
        low = high = used if used is not None else size or ZERO
    else:
        low, high = ZERO, FILES_GIB
        said = (f"empty to {FILES_GIB:f} GiB are assumed",)
    if "fsx" in kind:
        _fsx(ledger, kind, low, high, said)
    elif ledger.provider == "aws":
        one_zone = ledger.text("zone_redundancy") == "none" or "one" in ledger.text("deployment_type").lower()
        sku = "onezone" if one_zone else "standard"
        ledger.add(f"EFS storage, {sku}", "efs", sku, low, high, *said)
        speed = ledger.number("throughput_mibs")
        if ledger.text("throughput") == "provisioned" and speed:
            # Each 20 GiB stored bring 1 MiB/s: https://aws.amazon.com/efs/pricing/
            least, most = (max(ZERO, speed - stored / 20) for stored in (high, low))
            ledger.add("provisioned throughput", "efs", "provisioned-throughput", least, most)
        rare = ledger.used("infrequent_access_storage_gb")
        if rare:
            ledger.add("EFS storage, infrequent access", "efs", f"{sku}-ia", rare)
    elif ledger.provider == "google":
        if "filestore" not in kind:
            ledger.gap("file system", f"the catalog has no price of {ledger.resource.type}")
            return
        tier = ledger.text("tier").lower()
        if tier in ("basic_hdd", "standard", ""):
            ledger.add("Filestore, basic HDD", "filestore", "basic-hdd", low, high, *said)
        else:
            ledger.gap("Filestore", f"the catalog has no price of the tier {tier}", ledger.resource["tier"])
    elif "lustre" in kind:
        tier = ledger.text("tier").lower()
        ledger.add(f"Lustre storage, {tier}", "lustre", tier, low * 1024, high * 1024, *said)
    elif "netapp" in kind:
        ledger.gap("file system", f"the catalog has no price of {ledger.resource.type}")
    else:
        tier = (ledger.text("storage_class") or "TransactionOptimized").lower()
        if used is None and tier != "premium" and size is not None:
            low, said = ZERO, (f"empty to its quota of {size:f} GiB",)
        sku = {"transactionoptimized": "standard", "standard": "standard"}.get(tier, tier)
        ledger.add(f"file storage, {sku}", "files", f"{sku}-lrs", low, high, *said)


def _fsx(ledger: Ledger, kind: str, low: Decimal, high: Decimal, said: tuple[str, ...]) -> None:
    if "lustre" not in f"{kind} {ledger.text('protocol')} {ledger.text('tier')}".lower():
        if "openzfs" in kind:
            ledger.add("OpenZFS SSD storage", "fsx-openzfs", "ssd", low, high, *said)
            ledger.add("throughput", "fsx-openzfs", "throughput", ledger.number("throughput_mibs") or ZERO)
        elif "windows" in kind and "multi" in ledger.text("deployment_type").lower():
            disks = (ledger.text("storage_type") or "ssd").lower()
            ledger.add(
                f"Windows {disks.upper()} storage", "fsx-windows", f"multi-az-{disks}", low, high, *said
            )
            capacity = ledger.number("throughput_mibs") or ZERO
            ledger.add("throughput", "fsx-windows", "multi-az-throughput", capacity)
        else:
            ledger.gap("file system", "the catalog has no price of this FSx type")
        return
    deployment = ledger.text("deployment_type").lower()
    base = LUSTRE.get(deployment)
    speed = ledger.number("throughput_per_tib")
    if base is None or speed is None:
        ledger.gap(
            "FSx for Lustre", f"the catalog has no price of {deployment or 'an unknown deployment type'}"
        )
        return
    sku = f"{base}-{speed:f}"
    ledger.add(f"Lustre storage, {sku}", "fsx-lustre", sku, low, high, *said)


def image_registry(ledger: Ledger) -> None:
    used = ledger.used("storage_gb")
    low, high = (used, used) if used is not None else (ZERO, IMAGES_GIB)
    said = () if used is not None else (f"none to {IMAGES_GIB:f} GiB of images are assumed",)
    if ledger.provider == "aws":
        ledger.add("images", "ecr", "storage", low, high, *said)
    elif ledger.provider == "google":
        ledger.add("images", "artifact-registry", "storage", low, high, *said)
    else:
        tier = (ledger.text("tier") or "basic").lower()
        ledger.add(f"registry, {tier}", "acr", tier, DAYS)
