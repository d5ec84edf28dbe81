"""Writes mlarchlint/data/service_regions.yaml: which services and resource types of AWS some regions lack.

    python tools/build_service_regions.py LIST.csv DATE ENDPOINTS.json VERSION DATE

LIST.csv is a day of the AWS regional services list (region, service, address), as
github.com/lakermann/aws-regional-services-list-archive keeps it, ENDPOINTS.json is botocore/data/endpoints.json
of VERSION, each with its date. The resource types that CloudFormation has in a region are those of the
installed cfn-lint. A service is lacking where all three say so; a type that only CloudFormation lacks is kept
apart: it lags behind, and the list of services has gaps. Regions that one of them does not know are not judged.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parent.parent / "mlarchlint" / "data"
# What CloudFormation calls a service -> its name (in the list of services, if that has it), and its endpoint.
_NAMES = {
    "AppRunner": ("AWS App Runner", "apprunner"),
    "AppSync": ("AWS AppSync", "appsync"),
    "Bedrock": ("Amazon Bedrock", "bedrock"),
    "BedrockAgentCore": ("Amazon Bedrock AgentCore", ""),
    "CodeBuild": ("AWS CodeBuild", "codebuild"),
    "DAX": ("Amazon DynamoDB Accelerator", "dax"),
    "DMS": ("AWS Database Migration Service (AWS DMS)", "dms"),
    "DocDB": ("Amazon DocumentDB (with MongoDB compatibility)", "docdb"),
    "EMRContainers": ("Amazon EMR on EKS", "emr-containers"),
    "FSx": ("Amazon FSx", "fsx"),
    "Grafana": ("Amazon Managed Grafana", "grafana"),
    "Kendra": ("Amazon Kendra", "kendra"),
    "MSK": ("Amazon MSK Serverless", "kafka"),
    "MWAA": ("Amazon Managed Workflows for Apache Airflow (MWAA)", "airflow"),
    "MemoryDB": ("Amazon MemoryDB", "memory-db"),
    "Neptune": ("Amazon Neptune", "neptune"),
    "OpenSearchServerless": ("Amazon OpenSearch Serverless", "aoss"),
    "Pipes": ("Amazon EventBridge Pipes", "pipes"),
    "S3Express": ("Amazon S3 Express One Zone", ""),
    "SageMaker": ("Amazon SageMaker AI", "api.sagemaker"),
}
# Parts are made where what they are part of is made.
_PARTS = (
    "part",
    "database_instance",
    "subnet_group",
    "parameter_group",
    "lifecycle_script",
    "autoscaler",
    "alarm",
)


def main(listed: Path, day: str, endpoints: Path, release: str, released: str) -> None:
    schemas = Path(str(files("cfnlint"))) / "data" / "schemas"
    made = regions_of_types(schemas)
    offered = regions_of_services(listed)
    reached = regions_of_endpoints(endpoints)
    judged = sorted({region for regions in offered.values() for region in regions} & set(made))
    rows = sorted(
        _rows(made, offered, reached, judged), key=lambda row: (str(row["name"]).lower(), row["types"])
    )
    dated = json.loads((schemas / "version.json").read_text("utf-8"))["schema_date"][:10]
    head = {
        "sources": {
            "services": {
                "name": "AWS regional services list",
                "date": day,
                "url": "https://aws.amazon.com/about-aws/global-infrastructure/regional-product-services/",
            },
            "endpoints": {
                "name": f"AWS service endpoints (botocore {release})",
                "date": released,
                "url": "https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json",
            },
            "types": {
                "name": f"CloudFormation resource types by region (cfn-lint {version('cfn-lint')})",
                "date": dated,
                "url": "https://github.com/aws-cloudformation/resource-provider-enhanced-schemas",
            },
        },
        "regions": judged,
    }
    said = (__doc__ or "").partition("\n")[0].removeprefix("Writes mlarchlint/data/service_regions.yaml: ")
    text = (
        f"# {said[0].upper()}{said[1:]} Written by tools/build_service_regions.py.\n"
        "# not_in: neither the list of services nor that of endpoints nor CloudFormation has it there.\n"
        "# no_type_in: CloudFormation cannot make it there; the other lists do not agree or do not tell.\n"
    )
    body = {**head, "services": rows}
    text += yaml.safe_dump(body, sort_keys=False, width=110, default_flow_style=None, allow_unicode=True)
    (DATA / "service_regions.yaml").write_text(text, encoding="utf-8")


def regions_of_types(schemas: Path) -> Mapping[str, frozenset[str]]:
    """Region -> the types it has. Regions that merely repeat the types of us-east-1 say nothing."""
    made = {
        path.name.removesuffix(".json"): frozenset(json.loads(path.read_text("utf-8")))
        for path in (schemas / "providers").iterdir()
        if path.name != "sam.json"
    }
    return {name: types for name, types in made.items() if name == "us-east-1" or types != made["us-east-1"]}


def regions_of_services(listed: Path) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with listed.open(encoding="utf-8", newline="") as file:
        for region, service, *_ in csv.reader(file):
            found[service].add(region)
    return {service: frozenset(regions) for service, regions in found.items()}


def regions_of_endpoints(endpoints: Path) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for partition in json.loads(endpoints.read_text("utf-8"))["partitions"]:
        for service, facts in partition["services"].items():
            found[service].update(set(facts["endpoints"]) & set(partition["regions"]))
    return {service: frozenset(regions) for service, regions in found.items()}


def _rows(
    made: Mapping[str, frozenset[str]],
    offered: Mapping[str, frozenset[str]],
    reached: Mapping[str, frozenset[str]],
    judged: list[str],
) -> Iterator[dict[str, object]]:
    everywhere: frozenset[str] = frozenset().union(*made.values())
    for entry in _entries():
        types = [name for name in _many(entry.get("cloudformation")) if name in everywhere]
        services = {name.split("::")[1] for name in types}
        if entry["kind"] in _PARTS or len(services) != 1 or not services <= set(_NAMES):
            continue
        name, endpoint = _NAMES[services.pop()]
        lacking = [region for region in judged if not made[region] & set(types)]
        known = offered.get(name, frozenset(judged)) | reached.get(endpoint, frozenset())
        if lacking:
            yield {
                "name": name,
                "types": [*_many(entry.get("terraform")), *types],
                "not_in": [region for region in lacking if region not in known],
                "no_type_in": [region for region in lacking if region in known],
            }


def _entries() -> Iterator[Mapping[str, object]]:
    for path in sorted((DATA / "kinds").glob("aws-*.yaml")):
        yield from yaml.safe_load(path.read_text("utf-8"))


def _many(names: object) -> list[str]:
    return [names] if isinstance(names, str) else list(names) if isinstance(names, list) else []


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4], sys.argv[5])
