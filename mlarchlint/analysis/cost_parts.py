"""What is priced by its type: parts of other resources that are billed on their own, and types without a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from mlarchlint.analysis.cost_azure_data import cosmos
from mlarchlint.analysis.cost_balancers import egress
from mlarchlint.analysis.cost_ledger import ONE, Bounds, Ledger, countable
from mlarchlint.analysis.cost_traffic import requests, response_gib
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

MILLION = 1_000_000


def _lb_rule(ledger: Ledger) -> None:
    """Each rule of a standard balancer; those of a basic one are free."""
    balancer = next((one for one in _near(ledger) if one.type == "azurerm_lb"), None)
    sku = (balancer.instance.get("sku").text() or "standard").lower() if balancer is not None else "standard"
    if sku != "basic":
        ledger.add("rule", "lb", "rule", HOURS)


def _near(ledger: Ledger) -> tuple[Resource, ...]:
    graph = ledger.costing.graph
    return (*graph.targets(ledger.resource), *graph.sources(ledger.resource))


def _concurrency(ledger: Ledger) -> None:
    """Provisioned concurrency as a resource of its own."""
    warm = countable(ledger.resource.instance.get("provisioned_concurrent_executions").number())
    function = next((one for one in _near(ledger) if one.kind == "serverless_function"), None)
    mib = function["memory_mib"].number() if function is not None else None
    gib = (mib or Decimal(128)) / 1024
    if warm is None:
        ledger.gap("provisioned concurrency", "how much is not known")
        return
    ledger.add("provisioned concurrency", "lambda", "provisioned", warm * HOURS * 3600 * gib)


def _old_plan(ledger: Ledger) -> None:
    block = ledger.resource.instance.get("sku").items()
    size = (block[0].get("size").text() or "").lower() if block else ""
    count = countable(block[0].get("capacity").number()) if block else None
    used = ledger.used("capacity")
    number = used if used is not None else count if count is not None else ONE
    if size and not size.startswith(("y", "ep")):
        windows = (ledger.resource.instance.get("kind").text() or "windows").lower() not in (
            "linux",
            "elastic",
        )
        sku = f"{size}-windows" if windows else size
        ledger.add(f"{size.upper()} workers", "app-service", sku, HOURS * number)


def _table(ledger: Ledger) -> None:
    """BigQuery data and what is streamed into it."""
    ledger.use("active storage", "bigquery", "storage", "monthly_active_storage_gb")
    ledger.use("long-term storage", "bigquery", "long-term", "monthly_long_term_storage_gb")
    ledger.use("streaming inserts", "bigquery", "streaming", "monthly_streaming_inserts_mb")
    ledger.use("writes", "bigquery", "write-api", "monthly_storage_write_api_gb")
    ledger.use("reads", "bigquery", "read-api", "monthly_storage_read_api_tb")


def _crawler(ledger: Ledger) -> None:
    ledger.use("crawler", "glue", "dpu-crawler", "monthly_hours")


def _catalog(ledger: Ledger) -> None:
    ledger.use("catalog objects", "glue", "catalog-objects", "monthly_objects", per=100_000)
    ledger.use("catalog requests", "glue", "catalog-requests", "monthly_requests", per=MILLION)


def _subscription(ledger: Ledger) -> None:
    ledger.use("delivered data", "pubsub", "delivery", "monthly_message_data_tb")
    ledger.use("kept messages", "pubsub", "retained", "storage_gb")
    ledger.use("snapshots", "pubsub", "snapshot", "snapshot_storage_gb")


def _logging(ledger: Ledger) -> None:
    ledger.use("logs taken in", "logging", "ingest", "monthly_logging_data_gb")


def _snapshot(ledger: Ledger) -> None:
    size = next((found for one in _near(ledger) if (found := countable(one["size_gib"].number()))), None)
    if size is not None:
        ledger.add(
            "snapshot, at most", "ebs", "snapshot", Decimal(0), size, "what has changed is what is kept"
        )


def _queries(ledger: Ledger) -> None:
    per = {"google": "dns", "azure": "dns", "aws": "route53"}[ledger.provider]
    ledger.use("queries", per, "queries", "monthly_queries", "monthly_standard_queries", per=MILLION)


def _peering(ledger: Ledger) -> None:
    for way in ("in", "out"):
        ledger.use(f"data {way}", "egress", "peering", f"monthly_data_transfer_{way}_gb")


def _secret_version(ledger: Ledger) -> None:
    ledger.add("secret version", "secrets", "secret", ONE)


def _accelerator(ledger: Ledger) -> None:
    """What it carries leaves through it, at the usual price and a premium by source and destination."""
    ledger.add("accelerator", "global-accelerator", "fixed", HOURS)
    egress(ledger, response_gib(ledger, requests(ledger)))
    ledger.gap(
        "premium on the data", "the catalog has no prices of the premium on data through Global Accelerator"
    )


def _insights(ledger: Ledger) -> None:
    taken, said = ledger.volume("monthly_data_ingested_gb", default=Decimal(10), what="GiB")
    ledger.add("data taken in", "app-insights", "ingest", taken.low, taken.high, *said)


def _topic(ledger: Ledger) -> None:
    used = ledger.used("monthly_requests")
    size = ledger.used("request_size_kb") or Decimal(64)
    if used is None or ledger.resource["fifo"].is_true() is Truth.YES:
        return
    chunks = (size / 64).to_integral_value(rounding="ROUND_CEILING")
    served = Bounds(used * chunks, used * chunks)
    ledger.add("requests", "sns", "requests", served.low / MILLION, served.high / MILLION)


BY_TYPE: Mapping[str, Callable[[Ledger], None]] = {
    "aws_ebs_snapshot": _snapshot,
    "aws_globalaccelerator_accelerator": _accelerator,
    "aws_glue_catalog_database": _catalog,
    "aws_glue_crawler": _crawler,
    "aws_lambda_provisioned_concurrency_config": _concurrency,
    "aws_route53_record": _queries,
    "aws_sns_topic": _topic,
    "AWS::SNS::Topic": _topic,
    "azurerm_app_service_plan": _old_plan,
    "azurerm_application_insights": _insights,
    "azurerm_cosmosdb_cassandra_keyspace": cosmos,
    "azurerm_cosmosdb_cassandra_table": cosmos,
    "azurerm_cosmosdb_gremlin_database": cosmos,
    "azurerm_cosmosdb_gremlin_graph": cosmos,
    "azurerm_cosmosdb_mongo_collection": cosmos,
    "azurerm_cosmosdb_mongo_database": cosmos,
    "azurerm_cosmosdb_sql_container": cosmos,
    "azurerm_cosmosdb_sql_database": cosmos,
    "azurerm_cosmosdb_table": cosmos,
    "azurerm_lb_outbound_rule": _lb_rule,
    "azurerm_lb_rule": _lb_rule,
    "azurerm_virtual_network_peering": _peering,
    "google_bigquery_table": _table,
    "google_logging_billing_account_bucket_config": _logging,
    "google_logging_folder_bucket_config": _logging,
    "google_logging_folder_sink": _logging,
    "google_logging_organization_bucket_config": _logging,
    "google_logging_organization_sink": _logging,
    "google_logging_project_bucket_config": _logging,
    "google_logging_project_sink": _logging,
    "google_pubsub_subscription": _subscription,
    "google_secret_manager_secret_version": _secret_version,
}
