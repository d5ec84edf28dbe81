"""Keys, secrets, logs, alarms, dashboards and orchestration."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Ledger
from mlarchlint.analysis.cost_traffic import requests
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.truth import Truth

LOG_GIB = Decimal(10)


def key(ledger: Ledger) -> None:
    if ledger.text("managed") == "platform":
        return
    if ledger.provider in ("aws", "google"):
        ledger.add("key", "kms", "key", ONE)
    elif "managed_hardware" not in ledger.resource.type:
        ledger.add(
            "key operations", "key-vault", "requests", ZERO, ONE, "none to 10,000 operations are assumed"
        )


def secret(ledger: Ledger) -> None:
    if ledger.provider in ("aws", "google") and ledger.resource.provider != "kubernetes":
        ledger.add("secret", "secrets", "secret", ONE)


def unpriced(ledger: Ledger) -> None:
    """Costs money, and no source says how much."""
    free = ("machine_learning_workspace", "ai_foundry", "cognitive_account", "ai_services")
    if ledger.resource.provider != "kubernetes" and not any(word in ledger.resource.type for word in free):
        ledger.gap(
            ledger.resource.kind.replace("_", " "), f"the catalog has no price of {ledger.resource.type}"
        )


def log_sink(ledger: Ledger) -> None:
    """Only sinks that take logs in; a rule that routes them is free."""
    if ledger.provider == "google" or not any(
        word in ledger.resource.type.lower() for word in ("log_group", "loggroup", "log_analytics")
    ):
        return
    used = ledger.used("monthly_data_ingested_gb", "monthly_log_data_ingestion_gb")
    low, high = (used, used) if used is not None else (ZERO, LOG_GIB)
    said = () if used is not None else (f"none to {LOG_GIB:f} GiB are assumed",)
    ledger.add("logs taken in", "logs", "ingest", low, high, *said)
    searched = ledger.used("monthly_data_scanned_gb")
    if searched is not None and ledger.provider == "aws":
        ledger.add("data searched", "logs", "query", searched)
    kept = ledger.used("storage_gb")
    if kept is not None and ledger.provider == "aws":
        ledger.add("logs kept", "logs", "storage", kept)


def alarm(ledger: Ledger) -> None:
    if ledger.provider == "aws":
        sku = "alarm-composite" if ledger.resource["composite"].is_true() is Truth.YES else "alarm"
        ledger.add("alarm", "metrics", sku, ONE)
    elif ledger.provider == "azure":
        ledger.add("alert rule", "metrics", "alarm", ONE)


def dashboard(ledger: Ledger) -> None:
    if ledger.provider == "aws":
        ledger.add("dashboard", "metrics", "dashboard", ONE)


def orchestrator(ledger: Ledger) -> None:
    kind = ledger.resource.type.lower()
    size = ledger.text("environment_class").lower()
    if "mwaa" in kind:
        name = size.removeprefix("mw1.") or "small"
        ledger.add(f"Airflow environment, {name}", "mwaa", name, HOURS)
        extra = max(ZERO, (ledger.number("workers.max") or ONE) - ONE)
        ledger.add("further workers", "mwaa", f"worker-{name}", ZERO, extra * HOURS, "none to all workers")
    elif "composer" in kind:
        if "small" in size:
            ledger.add("Composer environment, small", "composer", "small", HOURS)
        else:
            ledger.gap("Composer environment", "the catalog knows only small environments")
    elif "sfn_state_machine" in kind or "statemachine" in kind:
        served = requests(ledger)
        if ledger.text("type").lower() == "express":
            ledger.add(
                "requests",
                "step-functions",
                "express-requests",
                served.low / 1_000_000,
                served.high / 1_000_000,
            )
        else:
            used = ledger.used("monthly_transitions")
            low, high = (used, used) if used is not None else (ZERO, Decimal(10_000))
            said = () if used is not None else ("none to 10,000 transitions are assumed",)
            ledger.add("state transitions", "step-functions", "transitions", low / 1000, high / 1000, *said)
