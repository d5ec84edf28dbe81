"""Prices that no source has for a region, taken from one whose prices are the same wherever both are known."""

from __future__ import annotations

from dataclasses import replace

from prices_rows import Catalog

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
# Azure sells these at one price in every public region; the tests of four regions have the same figure.
AZURE_UNIFORM = frozenset({("ip", "in-use"), ("nat", "gateway"), ("nat", "data"), ("private-endpoint", "interface"),
                           ("private-endpoint", "data"), ("lb", "rule"), ("lb", "data"), ("dns", "zone")})  # fmt: skip
SOURCES = {"aws": "relation-us-regions", "azure": "relation-azure-uniform"}


def fill(catalog: Catalog) -> None:
    for row in list(catalog.rows.values()):
        if row.cloud == "aws" and row.region == "us-east-1" and row.service in AWS_SERVICES:
            for region in AWS_LIKE:
                if catalog.price("aws", region, row.service, row.sku) is None:
                    catalog.add(replace(row, region=region, source=SOURCES["aws"]))
        uniform = row.cloud == "azure" and (row.service, row.sku) in AZURE_UNIFORM
        if uniform and catalog.price("azure", "global", row.service, row.sku) is None:
            catalog.add(replace(row, region="global", source=SOURCES["azure"]))
