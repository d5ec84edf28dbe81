"""Results of a scan, made by hand, for the renderers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlarchlint.config import Config
from mlarchlint.discover import Sources
from mlarchlint.frontends.terraform.sources import TerraformSources
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.estimate import CostItem, Estimate, Gap, PriceRow, ResourceEstimate
from mlarchlint.model.finding import Finding, Related, Severity, Subject, Suppression
from mlarchlint.model.graph import Dangling, Edge, Relation, ResourceGraph
from mlarchlint.model.resource import Format, Instance, Resource
from mlarchlint.model.rule import Rule
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Origin, Value
from mlarchlint.model.workload import Evidence, Workload
from mlarchlint.pipeline import Counts, Result
from mlarchlint.requirements import frozen_requirements
from mlarchlint.source_texts import SourceTexts

TEXT = (
    'resource "aws_db_instance" "features" {\n  multi_az = var.multi_az\n  password = "hunter2hunter2"\n}\n'
)
BLOCK = SourceSpan("infra/db.tf", 1, 1, 4, 2)
VALUE = SourceSpan("infra/db.tf", 2, 14, 2, 26)
DOC = """Stores on the request path must be zone-redundant.

## Why is this bad
The **zone** takes the store down.

## References
- https://example.com/zones
"""


class Texts(SourceTexts):
    """Texts that need no files."""

    def __init__(self, **files: str) -> None:
        super().__init__(Path("/"), Path("/"), 1)
        self._kept.update({name: text.encode("utf-8", "surrogateescape") for name, text in files.items()})


def rule(id: str = "MLA-HA009", severity: Severity = Severity.HIGH, ignorable: bool = True) -> Rule:
    return Rule(
        id, f"name-of-{id.lower()}", severity, ("database",), (), "0.1", DOC, lambda *_: iter(()), ignorable
    )


def resource(address: str = "aws_db_instance.features", span: SourceSpan = BLOCK, **given: Any) -> Resource:
    body = given.pop("body", {"multi_az": Value.known(False, VALUE)})
    instance = Instance(address, "aws_db_instance", "features", Format.TERRAFORM, body, span, **given)
    attrs = {"ha": Value.known("none", VALUE), "tls": Value.unknown("var.tls has no value", VALUE)}
    return Resource(address, address, "database", "aws", attrs, {}, instance)


def finding(**changes: Any) -> Finding:
    found = Finding(
        rule="MLA-HA009",
        name="name-of-mla-ha009",
        pillar="high-availability",
        severity=Severity.HIGH,
        certain=True,
        message="runs in a single availability zone",
        subject=Subject("aws_db_instance.features", "database", "aws_db_instance"),
        span=VALUE,
        fingerprint="f" * 32,
        workload=("api", "inference"),
        origin=(Origin("var.multi_az", SourceSpan("infra/prod.tfvars", 3)),),
        calls=(SourceSpan("main.tf", 7),),
        related=(Related("read by this group", SourceSpan("infra/asg.tf", 9)),),
        evidence="inference: behind a load balancer",
        fix="Set multi_az = true.",
    )
    return replace(found, **changes)


def error(**changes: Any) -> Diagnostic:
    made = Diagnostic(
        "syntax", "expected a value", "Close the block.", SourceSpan("infra/bad.tf", 3, 5, 3, 6)
    )
    return replace(made, **changes)


def suppressed() -> Suppression:
    return Suppression("comment", "accepted until the migration", SourceSpan("infra/db.tf", 1), "2027-01-01")


def result(
    *findings: Finding,
    diagnostics: tuple[Diagnostic, ...] = (),
    config: Config | None = None,
    texts: dict[str, str] | None = None,
    graph: ResourceGraph | None = None,
) -> Result:
    store = Texts(**(texts if texts is not None else {"infra/db.tf": TEXT}))
    terraform = TerraformSources(Path("/"), Path("/"), {}, store.read)
    row = PriceRow("rds", "db.t3.medium", "us-east-1", "hour", Decimal("0.068"), "aws", "2026-07-30")
    item = CostItem("instance", Decimal(730), Decimal(730), "hour", row)
    priced = ResourceEstimate("aws_db_instance.features", (item,), (Gap("storage", "no size"),))
    if graph is None:
        other = resource("aws_kms_key.k", SourceSpan("infra/key.tf", 1, 1, 2, 2))
        graph = ResourceGraph(
            [resource(), other],
            [Edge("aws_db_instance.features", "aws_kms_key.k", Relation.ENCRYPTS_WITH)],
            [Dangling("aws_db_instance.features", "aws_vpc.gone", VALUE)],
        )
    members = tuple(r.key for r in graph)[:1]
    workloads = (
        Workload("api", "inference", 0.91, (Evidence("behind a load balancer", 2.0, BLOCK),), members),
    )
    return Result(
        sources=Sources(Path("/"), Path("/"), terraform, store),
        config=config or Config(requirements=frozen_requirements({"budget": {"monthly_usd": 40}}, {})),
        graph=graph,
        roles={},
        workloads=workloads,
        estimate=Estimate({priced.key: priced}, "2026-07-30"),
        rules=(rule(), rule("MLA-SE003")),
        findings=findings,
        diagnostics=diagnostics,
        counts=Counts(2, 1, sum(d.level is Level.ERROR for d in diagnostics), len(graph), 1),
    )
