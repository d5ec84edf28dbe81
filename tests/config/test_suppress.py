"""Suppressions in comments, annotations, metadata and the configuration."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.config import Config, ConfigSuppression, address_matches
from mlarchlint.directives import parse
from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Finding
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Format, Instance, Resource
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import from_plain
from mlarchlint.pipeline import scan
from mlarchlint.suppress import apply_suppressions
from tests.report.results import finding, resource, rule

TODAY = date(2026, 6, 1)
PLACE = SourceSpan("infra/db.tf", 1)
RULES = (rule(), rule("MLA-SE003"))


def applied(
    *comments: str, findings: tuple[Finding, ...] = (finding(),), config: Config | None = None, **given: Any
) -> tuple[Finding, list[str]]:
    ignores = tuple((PLACE, comment) for comment in comments)
    graph = ResourceGraph([resource(ignores=ignores, **given)])
    marked, said = apply_suppressions(findings, graph, config or Config(), TODAY, RULES)
    assert all(diagnostic.level is Level.WARNING for diagnostic in said)
    return marked[0], [diagnostic.code for diagnostic in said]


@pytest.mark.parametrize(
    "comment",
    [
        "# mlarchlint: ignore[MLA-HA009] until=2027-01-01 moved in the spring",
        "# mlarchlint:ignore MLA-HA009 moved in the spring",
        "// mlarchlint: ignore[MLA-SE003, MLA-HA009] moved in the spring",
        "# mlarchlint: ignore[name-of-mla-ha009]: moved in the spring",
        "/* mlarchlint: ignore[MLA-HA] moved in the spring */",
        "mlarchlint.dev/ignore: MLA-HA009 moved in the spring",
    ],
)
def test_a_comment_with_a_reason_suppresses(comment: str) -> None:
    rules = "MLA-SE003" in comment
    others = (finding(), finding(rule="MLA-SE003", name="x")) if rules else (finding(),)
    found, said = applied(comment, findings=others)
    assert found.suppressed is not None
    assert found.suppressed.reason == "moved in the spring"
    assert found.suppressed.how == ("annotation" if "dev/ignore" in comment else "comment")
    assert said == []


def test_the_reason_is_required() -> None:
    found, said = applied("# mlarchlint: ignore[MLA-HA009]")
    assert found.suppressed is None
    assert said == ["suppression-without-reason"]


def test_an_expired_suppression_does_not_count_and_is_reported() -> None:
    found, said = applied("# mlarchlint: ignore[MLA-HA009] until=2026-05-31 soon")
    assert found.suppressed is None
    assert said == ["expired-suppression"]
    found, said = applied("# mlarchlint: ignore[MLA-HA009] until=2026-06-01 soon")
    assert found.suppressed is not None
    assert said == []


def test_a_suppression_that_suppresses_nothing_is_reported() -> None:
    assert applied("# mlarchlint: ignore[MLA-SE003] agreed")[1] == ["stale-suppression"]


def test_a_suppression_of_a_rule_that_did_not_run_is_not_stale() -> None:
    assert applied("# mlarchlint: ignore[MLA-CO001] agreed")[1] == []


@pytest.mark.parametrize(
    "comment",
    ["# mlarchlint: ignore", "# mlarchlint: ignore[] x", "# mlarchlint: ignore[MLA-HA009] until=someday x"],
)
def test_a_comment_that_cannot_be_understood_is_reported(comment: str) -> None:
    found, said = applied(comment)
    assert found.suppressed is None
    assert said == ["malformed-suppression"]


def test_it_counts_for_its_resource_only() -> None:
    other = resource("aws_db_instance.other", SourceSpan("infra/db.tf", 20, 1, 24, 2))
    commented = resource(ignores=((PLACE, "mlarchlint: ignore[MLA-HA009] agreed"),))
    of_other = finding(subject=finding().subject.__class__("aws_db_instance.other", "database", "t"))
    graph = ResourceGraph([commented, other])
    marked, _ = apply_suppressions((finding(), of_other), graph, Config(), TODAY, RULES)
    assert [found.suppressed is not None for found in marked] == [True, False]


def test_two_stacks_with_one_address_do_not_share_a_comment() -> None:
    def stack(folder: str, *ignores: str) -> Resource:
        span = SourceSpan(f"{folder}/main.tf", 1, 1, 4, 2)
        body = {"multi_az": from_plain(False, span)}
        instance = Instance(
            "aws_db_instance.features", "aws_db_instance", "features", Format.TERRAFORM, body, span,
            scope=folder, ignores=tuple((span, text) for text in ignores),
        )  # fmt: skip
        return Resource(f"{folder}:x", instance.address, "database", "aws", {}, {}, instance)

    graph = ResourceGraph([stack("dev", "mlarchlint: ignore[MLA-HA009] only dev"), stack("prod")])
    findings = tuple(finding(span=SourceSpan(f"{folder}/main.tf", 2)) for folder in ("dev", "prod"))
    marked, _ = apply_suppressions(findings, graph, Config(), TODAY, RULES)
    assert [found.suppressed is not None for found in marked] == [True, False]


def test_a_rule_that_may_not_be_ignored_stays() -> None:
    graph = ResourceGraph([resource(ignores=((PLACE, "mlarchlint: ignore[MLA-HA009] agreed"),))])
    marked, said = apply_suppressions((finding(),), graph, Config(), TODAY, (rule(ignorable=False),))
    assert marked[0].suppressed is None
    assert [diagnostic.code for diagnostic in said] == ["not-suppressible"]


@pytest.mark.parametrize(
    ("entry", "suppressed"),
    [
        (ConfigSuppression("MLA-HA009", "agreed"), True),
        (ConfigSuppression("high-availability", "agreed", address="aws_db_instance.*"), True),
        (ConfigSuppression("MLA-HA009", "agreed", path="infra/*"), True),
        (ConfigSuppression("MLA-HA009", "agreed", address="aws_db_instance.other"), False),
        (ConfigSuppression("MLA-HA009", "agreed", path="other/*"), False),
        (ConfigSuppression("MLA-HA009", "agreed", until="2026-01-01"), False),
    ],
)
def test_the_configuration_suppresses_by_rule_address_and_path(
    entry: ConfigSuppression, suppressed: bool
) -> None:
    found, said = applied(config=Config(suppressions=(entry,)))
    assert (found.suppressed is not None) is suppressed
    assert bool(said) is not suppressed


def test_brackets_in_an_address_glob_mean_themselves() -> None:
    assert address_matches('module.a["x"].aws_instance.b[0]', 'module.a["x"].aws_instance.b[*]')
    assert not address_matches("aws_instance.b0", "aws_instance.b[0]")


@pytest.mark.parametrize(
    "metadata",
    [
        {"ignore": "MLA-SE003 agreed"},
        {"ignore": ["MLA-SE003 agreed"]},
        {"ignore": [{"rule": "MLA-SE003", "reason": "agreed", "until": "2027-01-01"}]},
    ],
)
def test_cloudformation_metadata_suppresses(metadata: object, tmp_path: Path) -> None:
    disk = {"AvailabilityZone": "us-east-1a", "Size": 10, "Encrypted": False}
    resource = {"Type": "AWS::EC2::Volume", "Metadata": {"mlarchlint": metadata}, "Properties": disk}
    (tmp_path / "stack.json").write_text(json.dumps({"Resources": {"Disk": resource}}))
    result = scan([tmp_path], today=TODAY)
    assert [finding.rule for finding in result.findings] == ["MLA-SE003"]
    assert result.findings[0].suppressed is not None
    assert result.findings[0].suppressed.how == "metadata"
    assert result.findings[0].suppressed.reason == "agreed"
    assert result.diagnostics == ()


def test_the_parts_of_a_directive_may_stand_in_any_order() -> None:
    found = parse("comment", "[MLA-HA009] agreed with the owners until=2027-01-01", PLACE)
    assert found is not None
    assert (found.rules, found.reason, found.until) == (
        ("MLA-HA009",), "agreed with the owners", "2027-01-01",
    )  # fmt: skip
