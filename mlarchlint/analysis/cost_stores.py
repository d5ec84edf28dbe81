"""Object stores, file shares, and image registries."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mlarchlint.analysis import cost_blob
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Ledger
from mlarchlint.analysis.cost_s3 import S3, classes
from mlarchlint.analysis.cost_usage import OTHER_STORE_GIB, STORE_GIB
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource

# The registry's own unit: 30 days a month. https://azure.microsoft.com/pricing/details/container-registry/
REGISTRY_DAYS = Decimal(30)
ACR_GIB = {"basic": Decimal(10), "standard": Decimal(100), "premium": Decimal(500)}
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


# Names of old for what standard storage is in one region or several, and at its price.
# https://docs.cloud.google.com/storage/docs/storage-classes#legacy
GCS = {
    "regional": "standard",
    "multi_regional": "standard",
    "durable_reduced_availability": "durable-reduced",
}


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
    what = {"": "unknown contents", "captured": "captured requests"}.get(role, role)
    return ZERO, size, (f"empty to {size:f} GiB are assumed for {what}",)


def object_store(ledger: Ledger) -> None:
    """Stored data; requests need a usage file."""
    kind = ledger.text("storage_class").lower()
    if ledger.provider == "aws":
        sku = S3.get(kind, kind)
        if classes(ledger):
            return
        low, high, said = size_of(ledger, f"{sku.replace('-', '_')}.storage_gb", "standard.storage_gb")
        ledger.tiered(f"S3 storage, {sku}", "s3", sku, low, high, *said)
        copied(ledger, high)
    elif ledger.provider == "google":
        low, high, said = size_of(ledger)
        _gcs(ledger, GCS.get(kind, kind), low, high, said)
    else:
        low, high, said = size_of(ledger, "storage_gb")
        cost_blob.account(ledger, low, high, said)
        copied(ledger, high)


def copied(ledger: Ledger, stored: Decimal) -> None:
    """What a rule replicates into a store of another region goes out of this one: none of it to all, once a month."""
    here = ledger.region
    for store in ledger.costing.graph.targets(ledger.resource, Relation.REPLICATES_TO):
        there = store["region"].text()
        if there is None or there == here:
            continue
        moved = ledger.used("monthly_replicated_gb")
        name, assumed = f"copies to {there}", f"none to {stored:f} GiB are assumed to be new in a month"
        if moved is not None:
            ledger.add(name, "egress", "inter-region", moved)
        else:
            ledger.add(name, "egress", "inter-region", ZERO, stored, assumed)


# Usage keys of `monthly_egress_data_transfer_gb`, by the SKUs of data to the internet.
GCS_WAYS = {
    "same_continent": "same-continent", "worldwide": "internet", "asia": "asia", "china": "china",
    "australia": "australia",
}  # fmt: skip


def _gcs(ledger: Ledger, kind: str, low: Decimal, high: Decimal, said: tuple[str, ...]) -> None:
    ledger.add(f"storage, {kind or 'standard'}", "gcs", kind or "standard", low, high, *said)
    for name in ("a", "b"):
        key = f"monthly_class_{name}_operations"
        sku = f"class-{name}" if kind in ("", "standard") else f"{kind}-class-{name}"
        ledger.use(f"class {name.upper()} operations", "gcs", sku, key, per=10_000)
    taken = ledger.used("monthly_data_retrieval_gb")
    if taken and kind not in ("", "standard"):
        ledger.add("data retrieval", "gcs", f"{kind}-retrieval", taken)
    for key, sku in GCS_WAYS.items():
        name = f"data transfer, {key.replace('_', ' ')}"
        ledger.use(name, "egress", sku, f"monthly_egress_data_transfer_gb.{key}")


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
        ledger.use("EFS storage, infrequent access", "efs", f"{sku}-ia", "infrequent_access_storage_gb")
        for way in ("read", "write"):
            key = f"monthly_infrequent_access_{way}_gb"
            ledger.use(f"{way}s of infrequent access", "efs", f"ia-{way}", key)
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
        cost_blob.share(ledger, size, low, high, said)


def _fsx(ledger: Ledger, kind: str, low: Decimal, high: Decimal, said: tuple[str, ...]) -> None:
    if "lustre" not in f"{kind} {ledger.text('protocol')} {ledger.text('tier')}".lower():
        system = "fsx-openzfs" if "openzfs" in kind else "fsx-windows"
        if ledger.row(system, "backup") is not None:
            ledger.use("backups", system, "backup", "backup_storage_gb")
        if "openzfs" in kind:
            low, high = low * _compressed(ledger), high * _compressed(ledger)
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


# Usage keys of what compression saves, in percent.
SAVED = (
    "compression_savings_percent", "data_compression_saving_percent", "data_compression_savings_percentage",
)  # fmt: skip


def _compressed(ledger: Ledger) -> Decimal:
    """The share that is left of what is stored; a usage file says the saving in percent."""
    root = ledger.resource.instance.get("root_volume_configuration").items()
    kind = (root[0].get("data_compression_type").text() or "") if root else ""
    saved = ledger.used(*SAVED)
    if kind.upper() in ("LZ4", "ZSTD"):
        if saved is None:
            return ONE
        return ONE - saved / 100
    return ONE


CONTINENTS = {"us": "america", "northamerica": "america", "australia": "oceania"}


def _pulled(ledger: Ledger) -> None:
    """Images pulled into other regions, by `monthly_egress_data_transfer_gb`; within the region it is free."""
    moved = ledger.stated("monthly_egress_data_transfer_gb")
    if not isinstance(moved, Mapping):
        return
    here = _continent(ledger.region)
    ways: dict[str, Decimal] = {}
    for key in moved:
        there, place = str(key).replace("_", "-"), _continent(str(key).replace("_", "-"))
        used = ledger.used(f"monthly_egress_data_transfer_gb.{key}")
        if used is None or there == ledger.region:
            continue
        way = (
            "oceania" if "oceania" in (here, place) else "continent" if here == place else "intercontinental"
        )
        ways[way] = ways.get(way, ZERO) + used
    for way, total in sorted(ways.items()):
        ledger.add(f"data to other regions, {way}", "artifact-registry", f"egress-{way}", total)


def _continent(region: str) -> str:
    place = region.partition("-")[0]
    return CONTINENTS.get(place, place)


def image_registry(ledger: Ledger) -> None:
    used = ledger.used("storage_gb")
    low, high = (used, used) if used is not None else (ZERO, IMAGES_GIB)
    said = () if used is not None else (f"none to {IMAGES_GIB:f} GiB of images are assumed",)
    if ledger.provider == "aws":
        ledger.add("images", "ecr", "storage", low, high, *said)
    elif ledger.resource.type == "google_container_registry":
        _gcs(ledger, "", low, high, said)  # it keeps its images in a bucket, at the price of one
    elif ledger.provider == "google":
        ledger.add("images", "artifact-registry", "storage", low, high, *said)
        _pulled(ledger)
    else:
        tier = (ledger.text("tier") or "basic").lower()
        ledger.add(f"registry, {tier}", "acr", tier, REGISTRY_DAYS)
        places = [*ledger.resource.instance.get("georeplications").items()]
        places += ledger.resource.instance.get("georeplication_locations").items()
        if places and tier == "premium":
            days = REGISTRY_DAYS * len(places)
            ledger.add(f"{len(places)} further regions", "acr", "replica", days)
        if used is not None:
            over = max(ZERO, used - ACR_GIB.get(tier, used))
            ledger.add("storage over what is included", "acr", "storage", over)
        built = ledger.used("monthly_build_vcpu_hrs")
        ledger.add("builds", "acr", "build", (built or ZERO) * 3600)
