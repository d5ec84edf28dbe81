"""Keys, secrets, logs, alarms, dashboards and orchestration."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Ledger, countable
from mlarchlint.analysis.cost_traffic import requests
from mlarchlint.analysis.cost_usage import DAYS, HOURS
from mlarchlint.model.truth import Truth

LOG_GIB = Decimal(10)


def key(ledger: Ledger) -> None:
    if ledger.text("managed") == "platform":
        return
    if ledger.provider == "google":
        count = ledger.used("key_versions")
        ledger.add("key versions", "kms", "key", count if count is not None else ONE)
        ledger.use("operations", "kms", "requests", "monthly_key_operations", per=10_000)
    elif ledger.provider == "aws":
        ledger.add("key", "kms", "key", ONE)
    elif "managed_hardware" not in ledger.resource.type:
        ledger.add(
            "key operations", "key-vault", "requests", ZERO, ONE, "none to 10,000 operations are assumed"
        )


def secret(ledger: Ledger) -> None:
    if ledger.provider not in ("aws", "google") or ledger.resource.provider == "kubernetes":
        return
    if "ssm_parameter" in ledger.resource.type or "SSM::Parameter" in ledger.resource.type:
        tier = (
            ledger.resource.instance.get("tier").text() or ledger.resource.instance.get("Tier").text() or ""
        )
        if tier.lower() == "advanced":
            ledger.gap("parameter", "the catalog has no price of advanced parameters")
        return  # standard parameters are free
    if ledger.resource.type == "google_service_account_key":
        return  # free
    versions = ledger.used("active_secret_versions")
    if ledger.resource.type == "google_secret_manager_secret" and versions is None and _has_versions(ledger):
        ledger.note("its versions are priced on their own")
    else:
        ledger.add("secret", "secrets", "secret", versions if versions is not None else ONE)
    if ledger.provider == "aws":
        ledger.use("requests", "secrets", "requests", "monthly_requests", per=10_000)


def _has_versions(ledger: Ledger) -> bool:
    graph = ledger.costing.graph
    near = (*graph.targets(ledger.resource), *graph.sources(ledger.resource))
    return any(one.type == "google_secret_manager_secret_version" for one in near)


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
    reserved = countable(ledger.resource.instance.get("reservation_capacity_in_gb_per_day").number())
    if reserved:
        ledger.add(f"{reserved:f} GiB a day taken in", "logs", f"commitment-{reserved:f}", DAYS)
    else:
        used = ledger.used("monthly_data_ingested_gb", "monthly_log_data_ingestion_gb")
        low, high = (used, used) if used is not None else (ZERO, LOG_GIB)
        said = () if used is not None else (f"none to {LOG_GIB:f} GiB are assumed",)
        ledger.add("logs taken in", "logs", "ingest", low, high, *said)
    if ledger.provider == "azure":
        for key, (label, sku) in ANALYTICS.items():
            ledger.use(label, "logs", sku, f"monthly_{key}_gb")
        return
    searched = ledger.used("monthly_data_scanned_gb")
    if searched is not None and ledger.provider == "aws":
        ledger.add("data searched", "logs", "query", searched)
    kept = ledger.used("storage_gb")
    if kept is not None and ledger.provider == "aws":
        ledger.add("logs kept", "logs", "storage", kept)


# Usage keys of a Log Analytics workspace.
ANALYTICS = {
    "additional_log_data_retention": ("kept longer", "retention"),
    "log_data_export": ("exported", "export"),
    "sentinel_data_ingestion": ("Sentinel", "sentinel"),
    "basic_log_data_ingestion": ("basic logs", "basic-ingest"),
    "basic_log_search": ("basic logs searched", "basic-query"),
    "archive_data": ("archived", "archive"),
    "archive_data_restored": ("archive restored", "archive-restored"),
    "archive_data_searched": ("archive searched", "archive-query"),
}


def alarm(ledger: Ledger) -> None:
    if ledger.provider == "aws":
        sku = "alarm-composite" if ledger.resource["composite"].is_true() is Truth.YES else "alarm"
        if sku == "alarm":
            _metric_alarm(ledger)
            return
        ledger.add("alarm", "metrics", sku, ONE)
    elif ledger.provider == "azure":
        ledger.add("alert rule", "metrics", "alarm", ONE)


def _metric_alarm(ledger: Ledger) -> None:
    """One price for each metric it watches; a short period and an expected band have their own."""
    body = ledger.resource.instance
    period = body.get("period").number() or body.get("Period").number()
    queries = (*body.get("metric_query").items(), *body.get("Metrics").items())
    metrics = [one for one in queries if one.get("metric").items() or not one.get("MetricStat").is_absent]
    periods = [
        found
        for one in metrics
        for block in one.get("metric").items()
        if (found := block.get("period").number()) is not None
    ]
    period = period or min(periods, default=None)
    sku = (
        "alarm-high"
        if period is not None and period < 60 and ledger.row("metrics", "alarm-high")
        else "alarm"
    )
    band = not (body.get("threshold_metric_id").is_absent and body.get("ThresholdMetricId").is_absent)
    count = Decimal(3) if band else Decimal(max(1, len(metrics)))
    ledger.add("alarm", "metrics", sku, count)


def dashboard(ledger: Ledger) -> None:
    if "grafana" in ledger.resource.type.lower():
        unpriced(ledger)
    elif ledger.provider == "aws":
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
        millis, mib = ledger.used("workflow_duration_ms"), ledger.used("memory_mb")
        if ledger.text("type").lower() == "express" and millis is not None:
            chunks = max(ONE, ((mib or ZERO) / 64).to_integral_value(rounding="ROUND_CEILING"))
            steps = (millis / 100).to_integral_value(rounding="ROUND_CEILING") * 100
            busy = served.low * steps / 1000 / 3600 * chunks * 64 / 1024
            ledger.tiered("duration", "step-functions", "express-duration", busy, busy)
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
