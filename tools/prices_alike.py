"""Prices that no source has for a region or size, taken from one whose prices are in step wherever both are known.

What each rests on stands with its source in mlarchlint/data/prices/sources.yaml.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from prices_regions import NAMES
from prices_rows import Catalog, Row, cents_of

# AWS's own lists have 1,400 prices of managed services in us-east-1 and in each of these: 98 of 100 are equal, the rest
# are of OpenSearch and Redshift. Machines are left out: not every region sells every type.
AWS_LIKE = ("us-east-2", "us-west-2")
AWS_SERVICES = frozenset(
    {
        "docdb", "ebs", "ec2-cpu-credits", "ecr", "efs", "egress", "eks", "elasticache-storage", "eventbridge",
        "fargate", "firehose", "fsx-openzfs", "fsx-windows", "glue", "kinesis", "lb", "metrics", "mq", "mwaa",
        "opensearch-storage", "rds-storage", "s3", "sagemaker", "secrets", "sns", "sqs", "step-functions",
    }
)  # fmt: skip
# One price in every commercial region; dashboards have no region at all.
AWS_UNIFORM = frozenset(
    {("ecr", "storage"), ("secrets", "secret"), ("secrets", "requests"), ("metrics", "dashboard")}
)
AWS_COMMERCIAL = tuple(region for region in NAMES if not region.startswith("us-gov-"))
# Sizes of a family of database classes cost what they are of the first: (first, its size, sizes without a price).
RDS_FAMILIES: dict[str, tuple[str, dict[str, float]]] = {
    "t4g": ("medium", {"small": 0.5, "large": 2, "xlarge": 4, "2xlarge": 8}),
    "r6g": (
        "large",
        {"xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32},
    ),
}
# Azure sells these at one price in every public region; the regions that a source has show the same figure.
AZURE_UNIFORM = frozenset({("ip", "in-use"), ("nat", "gateway"), ("nat", "data"), ("private-endpoint", "interface"),
                           ("private-endpoint", "data"), ("lb", "rule"), ("lb", "data"), ("dns", "zone"),
                           ("aks", "standard"), ("aks", "premium"), ("acr", "basic"), ("acr", "premium"),
                           ("acr", "storage"), ("key-vault", "requests")})  # fmt: skip
AZURE_BURSTABLE = {"b_standard_b2s": 4, "b_standard_b2ms": 8}
GOOGLE_UNIFORM = frozenset({("artifact-registry", "storage")})
CLOUD_SQL = Path(__file__).parent / "prices_cloudsql.tsv"
# Enterprise Plus before it is rounded to four places, as its other regions show.
CLOUD_SQL_PLUS = {"plus-vcpu": Decimal("0.05369"), "plus-memory": Decimal("6.643")}
MONTH = Decimal(730)


def fill(catalog: Catalog) -> None:
    for row in list(catalog.rows.values()):
        service = (row.service, row.sku)
        if row.cloud == "aws":
            aws(catalog, row)
        elif row.cloud == "azure":
            if service in AZURE_UNIFORM:
                missing(catalog, row, "relation-azure-uniform", region="global")
            azure(catalog, row)
        elif service in GOOGLE_UNIFORM:
            missing(catalog, row, "relation-google-uniform", region="global")
    egress_tiers(catalog)
    cloud_sql(catalog)


def missing(
    catalog: Catalog, row: Row, source: str, *, region: str = "", sku: str = "", price: Decimal | None = None
) -> None:
    """A row like this one, where there is none yet."""
    region, sku = region or row.region, sku or row.sku
    if catalog.price(row.cloud, region, row.service, sku) is None:
        amount = row.price if price is None else price.normalize()
        catalog.add(replace(row, region=region, sku=sku, price=amount, source=source))


def aws(catalog: Catalog, row: Row) -> None:
    if row.region == "us-east-1" and (row.service, row.sku) in AWS_UNIFORM:
        for region in AWS_COMMERCIAL:
            missing(catalog, row, "relation-aws-uniform", region=region)
    if row.region == "us-east-1" and row.service in AWS_SERVICES:
        for region in AWS_LIKE:
            missing(catalog, row, "relation-us-regions", region=region)
    if row.service == "rds-storage" and row.sku in ("gp2", "gp3"):
        missing(catalog, row, "relation-rds-gp3", sku="gp3" if row.sku == "gp2" else "gp2")
    engine, _, name = row.sku.partition(":db.") if row.service == "rds" else ("", "", "")
    family, _, size = name.partition(".")
    if engine in ("mysql", "postgres") and family in RDS_FAMILIES and RDS_FAMILIES[family][0] == size:
        for other, factor in RDS_FAMILIES[family][1].items():
            sku, price = f"{engine}:db.{family}.{other}", row.price * Decimal(factor)
            missing(catalog, row, "relation-rds-sizes", sku=sku, price=price)


def azure(catalog: Catalog, row: Row) -> None:
    if (row.service, row.sku) == ("container-apps", "memory"):
        for sku, unit in (("vcpu-idle", "vCPU-second"), ("memory-idle", "GiB-second")):
            missing(catalog, replace(row, unit=unit), "relation-container-apps-idle", sku=sku)
    if row.service == "postgres" and row.sku.startswith("gp_standard_d") and row.sku.endswith("ds_v4"):
        missing(catalog, row, "relation-azure-ddsv5", sku=row.sku.removesuffix("4") + "5")
    if row.service in ("postgres", "mysql") and row.sku == "b_standard_b1ms":
        for sku, factor in AZURE_BURSTABLE.items():
            missing(catalog, row, "relation-azure-burstable", sku=sku, price=row.price * factor)


def egress_tiers(catalog: Catalog) -> None:
    """The regions with the first price of eastus share its meter, and so its later tiers."""
    first = catalog.rows.get(("azure", "eastus", "egress", "internet"))
    rows = [row for row in catalog.rows.values() if row.cloud == "azure" and row.service == "egress"]
    tiers = [row for row in rows if row.region == "eastus" and row.sku.startswith("internet@")]
    for row in rows:
        if first is not None and row.sku == "internet" and row.price == first.price:
            for tier in tiers:
                missing(catalog, tier, "relation-azure-egress", region=row.region)


def cloud_sql(catalog: Catalog) -> None:
    """Google prices a region as a multiple of us-central1, rounded to four places of an hour or a GiB."""
    base = [row for row in catalog.rows.values() if row.service == "cloudsql" and row.region == "us-central1"]
    for line in CLOUD_SQL.read_text().splitlines():
        if not base or line.startswith("#"):
            continue
        region, factor = line.split("\t")
        for row in base:
            price = CLOUD_SQL_PLUS.get(row.sku, row.price) * Decimal(factor)
            hourly = row.sku in ("memory", "plus-memory")
            price = cents_of(price / MONTH, 4) * MONTH if hourly else cents_of(price, 4)
            missing(catalog, row, "relation-cloudsql-regions", region=region, price=price)
