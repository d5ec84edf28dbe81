"""Streams and queues."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_blob import queue as storage_queue
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_serverless import environment
from mlarchlint.analysis.cost_traffic import requests
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.truth import Truth

MILLION = Decimal(1_000_000)


def stream(ledger: Ledger) -> None:
    kind = ledger.resource.type.lower()
    units = ledger.number("capacity.units")
    if "kinesis" in kind and "firehose" not in kind:
        if ledger.text("capacity.mode") == "on_demand":
            ledger.add("on-demand stream", "kinesis", "on-demand-stream", HOURS)
            for way in ("in", "out"):
                moved = ledger.used(f"monthly_on_demand_data_{way}_gb")
                if moved:
                    ledger.add(f"data {way}", "kinesis", f"on-demand-{way}", moved)
        else:
            shards = units or ledger.number("shards") or ONE
            ledger.add(f"{shards:f} shards", "kinesis", "shard", shards * HOURS)
            puts = ledger.used("monthly_provisioned_put_units")
            if puts:
                ledger.add("PUT units", "kinesis", "put", puts / MILLION)
            for key, (label, sku) in KEPT.items():
                ledger.use(label, "kinesis", sku, f"monthly_provisioned_{key}")
    elif "firehose" in kind:
        ledger.use("data taken in", "firehose", "ingest", "monthly_data_ingested_gb")
        _firehose_extras(ledger)
    elif "mq_broker" in kind or "amazonmq" in kind:
        _broker(ledger)
    elif "msk" in kind:
        name = ledger.text("instance_type")
        nodes = ledger.number("nodes") or Decimal(1)
        if ledger.resource["serverless"].is_true() is Truth.YES:
            ledger.add("serverless cluster", "msk", "serverless-cluster", HOURS)
        elif name:
            ledger.add(f"{nodes:f} x {name}", "msk", name, nodes * HOURS, at=ledger.resource["instance_type"])
            ledger.add("storage", "msk", "storage", (ledger.number("storage_gib") or ZERO) * nodes)
        else:
            ledger.gap("brokers", "their type is not known", ledger.resource["instance_type"])
    elif "eventhub" in kind and ledger.text("tier"):
        _event_hubs(ledger, units)
    elif "pubsub" in kind:
        data = ledger.used("monthly_message_data_tb")
        if data is not None:
            ledger.add("message data", "pubsub", "ingest", data)
        else:
            ledger.add(
                "message data", "pubsub", "ingest", ZERO, Decimal("0.1"), "none to 0.1 TiB are assumed"
            )


KEPT = {
    "extended_retention_gb": ("kept to 7 days", "extended-retention"),
    "long_term_retention_gb": ("kept longer", "long-retention"),
    "long_term_retrieval_gb": ("read after 7 days", "long-retrieval"),
    "efo_data_out_gb": ("fan-out data", "fan-out-data"),
    "efo_consumer_hours": ("fan-out consumers", "fan-out-hour"),
}
# https://aws.amazon.com/sqs/pricing/: each 64 KB are a request.
CHUNK_KB = Decimal(64)
FIREHOSE_TARGETS = (
    "extended_s3_configuration", "elasticsearch_configuration", "opensearch_configuration",
    "opensearchserverless_configuration",
)  # fmt: skip
BROKER_NODES = {"active_standby_multi_az": 2, "cluster_multi_az": 3}


def _firehose_extras(ledger: Ledger) -> None:
    taken = ledger.used("monthly_data_ingested_gb")
    targets = [block for name in FIREHOSE_TARGETS for block in ledger.resource.instance.get(name).items()]
    conversion = [
        one for block in targets for one in block.get("data_format_conversion_configuration").items()
    ]
    if taken and any(one.get("enabled").raw is not False for one in conversion):
        ledger.add("format conversion", "firehose", "conversion", taken)
    private = [one for block in targets for one in block.get("vpc_config").items()]
    if private:
        zones = Decimal(max(1, len(private[0].get("subnet_ids").items())))
        ledger.add("delivery into a VPC", "firehose", "vpc-zone", zones * HOURS)
        ledger.add("data into a VPC", "firehose", "vpc-data", taken or ZERO)


def _broker(ledger: Ledger) -> None:
    body = ledger.resource.instance
    engine = (body.get("engine_type").text() or body.get("EngineType").text() or "activemq").lower()
    name = body.get("host_instance_type").text() or body.get("HostInstanceType").text() or ""
    mode = (body.get("deployment_mode").text() or body.get("DeploymentMode").text() or "").lower()
    nodes = Decimal(BROKER_NODES.get(mode, 1))
    if not name:
        ledger.gap("broker", "its instance type is not known")
        return
    ledger.add(f"{nodes:f} x {name}, {engine}", "mq", f"{engine}:{name}", nodes * HOURS)
    kind = "ebs" if engine == "rabbitmq" else (body.get("storage_type").text() or "efs").lower()
    size = ledger.used("storage_size_gb")
    if size:
        ledger.add("messages kept", "mq", f"storage-{kind}", size * (nodes if engine == "rabbitmq" else ONE))


def _event_hubs(ledger: Ledger, units: Decimal | None) -> None:
    tier = ledger.text("tier").lower()
    dedicated = not ledger.resource.instance.get("dedicated_cluster_id").is_absent
    sku = "dedicated" if dedicated else tier
    count = ledger.used("throughput_or_capacity_units") or (ONE if dedicated else units or ONE)
    ledger.add(f"{sku} units", "event-hubs", sku, count)
    if sku in ("basic", "standard"):
        ledger.use("events", "event-hubs", f"ingress-{sku}", "monthly_ingress_events", per=1_000_000)
        if sku == "standard" and ledger.stated("capture_enabled") is True:
            ledger.add("capture", "event-hubs", "capture", count)
        return
    kept = ledger.used("retention_storage_gb")
    included = EVENTS_GIB[sku] * count if sku in EVENTS_GIB else ZERO
    if kept and kept > included:
        ledger.add("kept longer", "event-hubs", f"retention-{tier}", kept - included)


# https://azure.microsoft.com/pricing/details/event-hubs/: GiB that are kept within the price of a unit.
EVENTS_GIB = {"premium": Decimal(1000), "dedicated": Decimal(10_000)}


def namespace(ledger: Ledger) -> None:
    """Service Bus: a base charge, messaging units, or operations."""
    if ledger.resource.type == "azurerm_container_app_environment":
        environment(ledger)
    if "servicebus" not in ledger.resource.type.lower():
        return
    body = ledger.resource.instance
    tier = (body.get("sku").text() or ledger.text("tier") or "basic").lower()
    if tier == "premium":
        count = ledger.number("capacity.units") or body.get("capacity").number() or ONE
        ledger.add("messaging units", "service-bus", "premium", count)
    elif tier == "standard":
        ledger.add("base charge", "service-bus", "standard", HOURS)
        asked = ledger.used("monthly_messaging_operations")
        if asked:
            for start, end in (("13000000", 100_000_000), ("100000000", 2_500_000_000), ("2500000000", None)):
                row = ledger.row("service-bus", f"operations@{start}")
                within = max(ZERO, (asked if end is None else min(asked, Decimal(end))) - Decimal(start))
                if row is not None:
                    ledger.charge(f"operations over {int(start) // 1_000_000} million", row, within / MILLION)
    else:
        ledger.use(
            "operations", "service-bus", "basic-operations", "monthly_messaging_operations", per=1_000_000
        )


def queue(ledger: Ledger) -> None:
    if ledger.resource.type == "azurerm_storage_queue":
        storage_queue(ledger)
    if ledger.provider == "aws":
        served = requests(ledger)
        size = ledger.used("request_size_kb")
        if size is not None:
            chunks = (size / CHUNK_KB).to_integral_value(rounding="ROUND_CEILING")
            served = Bounds(served.low * chunks, served.high * chunks)
        sku = "fifo" if ledger.resource["fifo"].is_true() is Truth.YES else "standard"
        ledger.add("requests", "sqs", sku, served.low / MILLION, served.high / MILLION)
