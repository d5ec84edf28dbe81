"""Streams and queues."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Ledger
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
        ledger.add("throughput units", "event-hubs", ledger.text("tier").lower(), units or ONE)
    elif "pubsub" in kind:
        data = ledger.used("monthly_message_data_tb")
        if data is not None:
            ledger.add("message data", "pubsub", "ingest", data)
        else:
            ledger.add(
                "message data", "pubsub", "ingest", ZERO, Decimal("0.1"), "none to 0.1 TiB are assumed"
            )


def queue(ledger: Ledger) -> None:
    if ledger.provider == "aws":
        served = requests(ledger)
        sku = "fifo" if ledger.resource["fifo"].is_true() is Truth.YES else "standard"
        ledger.add("requests", "sqs", sku, served.low / MILLION, served.high / MILLION)
