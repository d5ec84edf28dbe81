"""What providers give for nothing every month, once for the whole design. Not what is free for a first year only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ZERO, Bounds
from mlarchlint.model.estimate import CostItem

# (cloud, service, beginning of the SKU) -> units of the price row a month.
# https://aws.amazon.com/free/, https://cloud.google.com/free/docs/free-cloud-features,
# https://azure.microsoft.com/pricing/details/functions/, https://azure.microsoft.com/pricing/details/bandwidth/,
# https://azure.microsoft.com/pricing/details/container-apps/
FREE: Mapping[tuple[str, str, str], Decimal] = {
    ("aws", "egress", "internet"): Decimal(100),
    ("aws", "cloudfront", "*-data"): Decimal(1024),
    ("aws", "cloudfront", "*-https"): Decimal(1000),
    ("aws", "lambda", "requests"): Decimal(1),
    ("aws", "lambda", "duration"): Decimal(400_000),
    ("aws", "sqs", "*"): Decimal(1),
    ("aws", "dynamodb", "storage"): Decimal(25),
    ("aws", "step-functions", "transitions"): Decimal(4),
    ("aws", "logs", "ingest"): Decimal(5),
    ("aws", "metrics", "alarm"): Decimal(10),
    ("aws", "metrics", "dashboard"): Decimal(3),
    ("google", "cloud-run", "requests"): Decimal(2),
    ("google", "cloud-run", "vcpu"): Decimal(180_000),
    ("google", "cloud-run", "memory"): Decimal(360_000),
    ("google", "functions", "requests"): Decimal(2),
    ("google", "functions", "memory"): Decimal(400_000),
    ("google", "functions", "cpu"): Decimal(200_000),
    # A credit of 74.40 USD covers one zonal or Autopilot cluster.
    ("google", "gke", "cluster"): Decimal(744),
    ("azure", "egress", "internet"): Decimal(100),
    ("azure", "functions", "requests"): Decimal(1),
    ("azure", "functions", "duration"): Decimal(400_000),
    ("azure", "container-apps", "vcpu"): Decimal(180_000),
    ("azure", "container-apps", "memory"): Decimal(360_000),
    ("azure", "container-apps", "requests"): Decimal(2),
}


class Allowance:
    """What is left of the free amounts; each is used up in the order of the design."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, str, str], Bounds] = {}

    def taken_off(self, cloud: str, item: CostItem) -> CostItem | None:
        """The item without what is free of it; None if nothing is left to pay."""
        key = _key(cloud, item)
        if key not in FREE:
            return item
        left = self._left.setdefault(key, Bounds(FREE[key], FREE[key]))
        low, high = min(left.low, item.quantity_low), min(left.high, item.quantity_high)
        if not low and not high:
            return item
        left.low, left.high = left.low - low, left.high - high
        said = f"{high.normalize():f} of {FREE[key]:f} free units ({item.unit}) are taken off"
        rest = replace(
            item,
            quantity_low=item.quantity_low - low,
            quantity_high=item.quantity_high - high,
            assumptions=(*item.assumptions, said),
        )
        return rest if rest.quantity_low > ZERO or rest.quantity_high > ZERO else None


def _key(cloud: str, item: CostItem) -> tuple[str, str, str]:
    service, sku = item.row.service, item.row.sku.partition("@")[0]
    if service == "cloudfront":
        sku = "*-" + sku.rpartition("-")[2]
    elif service == "sqs":
        sku = "*"
    elif service == "lambda":
        sku = sku.removesuffix("-arm")
    return cloud, service, sku
