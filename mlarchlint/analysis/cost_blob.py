"""Azure storage: accounts with blobs, file shares and queues."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ZERO, Ledger
from mlarchlint.model.resource import Resource

TEN_THOUSAND = 10_000
# Usage keys of operations, by the ends of the SKUs.
OPERATIONS = (
    ("write operations", "write", ("monthly_write_operations",)),
    ("list operations", "list", ("monthly_list_and_create_container_operations", "monthly_list_operations")),
    ("read operations", "read", ("monthly_read_operations",)),
    ("other operations", "other", ("monthly_other_operations",)),
)


def redundancy(ledger: Ledger, account: Resource | None = None) -> str:
    """No trait tells the six redundancies apart."""
    found = (account or ledger.resource).instance.get("account_replication_type").text()
    if not found:
        ledger.note("locally redundant storage is assumed")
    return (found or "lrs").lower().replace("_", "")


def account(ledger: Ledger, low: Decimal, high: Decimal, said: tuple[str, ...]) -> None:
    body = ledger.resource.instance
    kind = (body.get("account_kind").text() or "StorageV2").lower()
    tier = (ledger.text("tier") or body.get("account_tier").text() or "").lower()
    access = (ledger.text("storage_class") or body.get("access_tier").text() or "hot").lower()
    copies = redundancy(ledger)
    if kind == "filestorage":
        _files(ledger, "premium" if tier == "premium" else access, copies, "data_at_rest_storage_gb")
        return
    old = kind == "storage"
    if old:
        copies = {"gzrs": "grs", "ragzrs": "ragrs"}.get(copies, copies)
    sku = f"v1-{copies}" if old else f"{'premium' if tier == 'premium' else access}-{copies}"
    nested = any(
        body.get(name).is_known and body.get(name).raw is True for name in ("is_hns_enabled", "nfsv3_enabled")
    )
    if nested and ledger.row("blob", f"hns-{sku}") is not None:
        sku = f"hns-{sku}"
    elif old and ledger.row("blob", sku) is None:
        sku = f"hot-{copies}"
    ledger.tiered(f"blob storage, {sku.upper()}", "blob", sku, low, high, *said)
    for name, end, keys in OPERATIONS:
        _asked(ledger, name, "blob", f"{sku}-{end}", *keys)
    if access in ("cool", "cold", "archive") and tier != "premium" and not old:
        _asked(ledger, "data retrieval", "blob", f"{sku}-retrieval", "monthly_data_retrieval_gb", per=1)
        _asked(ledger, "early deletion", "blob", f"{sku}-early-deletion", "early_deletion_gb", per=1)
    if tier != "premium" and not old:
        _asked(ledger, "blob index", "blob", f"{sku}-index", "blob_index_tags")


def _asked(ledger: Ledger, name: str, service: str, sku: str, *keys: str, per: int = TEN_THOUSAND) -> None:
    """What a usage file asks for, where this kind of store has a price for it."""
    if any(ledger.used(key) for key in keys) and ledger.row(service, sku) is not None:
        ledger.use(name, service, sku, *keys, per=per)


def _files(ledger: Ledger, tier: str, copies: str, *keys: str) -> None:
    sku = f"{tier}-{copies}"
    ledger.use("data at rest", "files", sku, *keys)
    _of_files(ledger, sku)


def _of_files(ledger: Ledger, sku: str) -> None:
    _asked(ledger, "snapshots", "files", f"{sku}-snapshot", "snapshots_storage_gb", per=1)
    if sku.startswith("premium"):
        return  # requests are within the price
    if not sku.startswith("standard"):
        _asked(ledger, "metadata", "files", f"{sku}-metadata", "metadata_at_rest_storage_gb", per=1)
    for name, end, keys in OPERATIONS:
        _asked(ledger, name, "files", f"{sku}-{end}", *keys)
    if sku.startswith("cool"):
        _asked(ledger, "data retrieval", "files", f"{sku}-retrieval", "monthly_data_retrieval_gb", per=1)
        # What goes too early is paid as if it had stayed.
        _asked(ledger, "early deletion", "files", sku, "early_deletion_gb", per=1)


def share(ledger: Ledger, size: Decimal | None, low: Decimal, high: Decimal, said: tuple[str, ...]) -> None:
    """A file share: premium ones pay for their quota, the others for what is in them."""
    account = account_of(ledger)
    premium_account = account is not None and (account.instance.get("account_tier").text() or "") == "Premium"
    tier = (
        ledger.text("storage_class") or ("premium" if premium_account else "TransactionOptimized")
    ).lower()
    used = ledger.used("storage_gb")
    if used is None and tier != "premium" and size is not None:
        low, said = ZERO, (f"empty to its quota of {size:f} GiB",)
    tier = {"transactionoptimized": "standard"}.get(tier, tier)
    copies = redundancy(ledger, account) if account is not None else "lrs"
    copies = {"ragrs": "grs", "ragzrs": "gzrs"}.get(copies, copies)
    sku = f"{tier}-{copies}"
    ledger.add(f"file storage, {sku}", "files", sku, low, high, *said)
    _of_files(ledger, sku)


def queue(ledger: Ledger) -> None:
    """A queue of a storage account: what is in it and what is asked of it."""
    account = account_of(ledger)
    if account is None or not any(
        ledger.used(key) for key in ("monthly_storage_gb", "monthly_class_1_operations")
    ):
        return
    old = "v1-" if (account.instance.get("account_kind").text() or "").lower() == "storage" else ""
    sku = f"{old}{redundancy(ledger, account)}"
    ledger.use("data", "queue", f"queue-{sku}", "monthly_storage_gb")
    for number in (1, 2):
        key = f"monthly_class_{number}_operations"
        _asked(ledger, f"class {number} operations", "queue", f"queue-{sku}-class-{number}", key)
    geo = "monthly_geo_replication_data_transfer_gb"
    _asked(ledger, "replicated data", "queue", f"queue-{sku}-geo", geo, per=1)


def account_of(ledger: Ledger) -> Resource | None:
    graph = ledger.costing.graph
    near = (*graph.targets(ledger.resource), *graph.sources(ledger.resource))
    return next((one for one in near if one.type == "azurerm_storage_account"), None)
