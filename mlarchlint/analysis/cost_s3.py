"""S3: each storage class with what is stored in it, asked of it and taken out of it."""

from __future__ import annotations

from mlarchlint.analysis.cost_ledger import ZERO, Ledger

# Storage classes as the code spells them, by the catalog's SKU.
S3 = {
    "": "standard", "standard": "standard", "standard_ia": "standard-ia", "onezone_ia": "onezone-ia",
    "intelligent_tiering": "intelligent-tiering", "glacier": "glacier", "glacier_ir": "glacier-ir",
    "deep_archive": "deep-archive", "express_onezone": "express-onezone",
}  # fmt: skip
# Sections of a usage file, by the catalog's SKU.
CLASSES = {
    "standard": "standard",
    "intelligent_tiering": "intelligent-tiering",
    "standard_infrequent_access": "standard-ia",
    "one_zone_infrequent_access": "onezone-ia",
    "glacier_flexible_retrieval": "glacier",
    "glacier_instant_retrieval": "glacier-ir",
    "glacier_deep_archive": "deep-archive",
}
# Usage key -> (what the line says, end of the SKU, units of the price row). Data a GiB, requests a thousand.
LINES = {
    "monthly_tier_1_requests": ("PUT, COPY, POST, LIST requests", "put", 1000),
    "monthly_tier_2_requests": ("GET and other requests", "get", 1000),
    "monthly_lifecycle_transition_requests": ("lifecycle transitions", "transition", 1000),
    "monthly_data_retrieval_gb": ("retrieval", "retrieval", 1),
    "monthly_select_data_scanned_gb": ("Select, scanned", "select-scanned", 1),
    "monthly_select_data_returned_gb": ("Select, returned", "select-returned", 1),
    "early_delete_gb": ("early deletion", "", 1),
}
SPEEDS = ("standard", "bulk", "expedited")
# Intelligent Tiering has tiers of its own.
TIERS = {
    "frequent_access_storage_gb": "",
    "infrequent_access_storage_gb": "-infrequent",
    "archive_access_storage_gb": "-archive",
    "deep_archive_access_storage_gb": "-deep-archive",
    "archive_instant_access_storage_gb": "-archive-instant",
}


def classes(ledger: Ledger) -> bool:
    """Whether the usage file says anything of the store's classes; they are all charged."""
    found = False
    for name, sku in CLASSES.items():
        if not isinstance(ledger.stated(name), dict):
            continue
        found = True
        ledger.use(f"S3 storage, {sku}", "s3", sku, f"{name}.storage_gb")
        for key, (label, end, per) in LINES.items():
            place = _transition(sku) if end == "transition" else f"{sku}-{end}" if end else sku
            if key == "monthly_lifecycle_transition_requests" and ledger.row("s3", place) is None:
                place = f"{sku}-put"
            ledger.use(f"{label}, {sku}", "s3", place, f"{name}.{key}", per=per)
        for speed in SPEEDS:
            _by_speed(ledger, name, sku, speed)
    for key, tier in TIERS.items():
        sku = f"intelligent-tiering{tier}"
        ledger.use(f"S3 storage, {sku}", "s3", sku, f"intelligent_tiering.{key}")
    objects = "intelligent_tiering.monitored_objects"
    ledger.use("monitored objects", "s3", "intelligent-tiering-monitoring", objects, per=1000)
    tags = ledger.used("object_tags")
    if tags and ledger.row("s3", "tags") is not None:
        ledger.add("object tags", "s3", "tags", (tags or ZERO) / 10_000)
    return found


def _transition(sku: str) -> str:
    return f"transition-{sku}"


def _by_speed(ledger: Ledger, name: str, sku: str, speed: str) -> None:
    """Archives are read at one of three speeds."""
    asked = f"{name}.monthly_{speed}_data_retrieval_requests"
    ledger.use(f"retrieval requests, {speed}, {sku}", "s3", f"{sku}-{speed}-requests", asked, per=1000)
    ledger.use(
        f"retrieval, {speed}, {sku}",
        "s3",
        f"{sku}-{speed}-retrieval",
        f"{name}.monthly_{speed}_data_retrieval_gb",
    )
    for way in ("scanned", "returned"):
        key = f"{name}.monthly_{speed}_select_data_{way}_gb"
        ledger.use(f"Select, {way}, {speed}", "s3", f"{sku}-{speed}-select-{way}", key)
