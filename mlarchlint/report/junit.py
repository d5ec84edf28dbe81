"""JUnit XML, for the test reports of continuous integration (Jenkins' junit-10.xsd).

A test case fails where the finding fails the run, so that the report and the exit code agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree as tree

from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.finding import Finding
from mlarchlint.report.summary import counts
from mlarchlint.report.wording import Wording

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result


def render_junit(result: Result) -> str:
    """One suite per pillar, and one named `reading` for what could not be read."""
    suites = tree.Element("testsuites", name="mlarchlint")
    writer = _Writer(result)
    for name, cases in writer.suites():
        suites.append(_suite(name, cases))
    for count in ("tests", "failures", "errors"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    tree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tree.tostring(suites, encoding="unicode") + "\n"


def _suite(name: str, cases: list[tree.Element]) -> tree.Element:
    suite = tree.Element("testsuite", name=name, tests=str(len(cases)))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)
    return suite


class _Writer:
    def __init__(self, result: Result) -> None:
        self.result = result
        self.words = Wording(result)
        self.names: dict[str, int] = {}

    def suites(self) -> Iterator[tuple[str, list[tree.Element]]]:
        unread = [d for d in self.result.diagnostics if d.level is Level.ERROR]
        yield (
            "reading",
            [self.unread(diagnostic) for diagnostic in unread] or [_case("mlarchlint", "all files")],
        )
        found = self.result.findings
        pillars = dict.fromkeys([*(rule.pillar for rule in self.result.rules), *(f.pillar for f in found)])
        for pillar in pillars:
            of_pillar = [finding for finding in found if finding.pillar == pillar]
            hit = {finding.rule for finding in of_pillar}
            passed = [r for r in self.result.rules if r.pillar == pillar and r.id not in hit]
            cases = [_case(f"mlarchlint.{rule.id}", rule.name) for rule in passed]
            yield pillar, cases + [self.finding(finding) for finding in of_pillar]

    def unread(self, diagnostic: Diagnostic) -> tree.Element:
        case = _case(f"mlarchlint.{diagnostic.code}", self.unique(self.words.safe(str(diagnostic.span))))
        text = self.words.diagnostic(diagnostic)
        tree.SubElement(case, "error", type=diagnostic.code, message=text).text = text
        return case

    def finding(self, finding: Finding) -> tree.Element:
        name = f"{finding.name} {self.words.safe(finding.subject.address)}".strip()
        case = _case(f"mlarchlint.{finding.rule}", self.unique(name))
        claim, severity = self.words.claim(finding), finding.severity.value
        body = "\n".join(self.body(finding))
        if finding.suppressed is not None:
            reason = self.words.safe(finding.suppressed.reason)
            tree.SubElement(case, "skipped", type="suppressed", message=f"suppressed: {reason}").text = body
        elif not finding.certain:
            tree.SubElement(case, "skipped", type="uncertain", message=f"uncertain: {claim}").text = body
        elif self.fails(finding):
            tree.SubElement(case, "failure", type=severity, message=claim).text = body
        else:
            tree.SubElement(case, "system-out").text = body
        return case

    def fails(self, finding: Finding) -> bool:
        threshold = self.result.config.fail_on
        return threshold is not None and counts(finding) and finding.severity.rank >= threshold.rank

    def body(self, finding: Finding) -> Iterator[str]:
        yield f"{finding.severity.value} {finding.rule} {self.words.claim(finding)}"
        yield f"--> {self.words.safe(str(self.words.span(finding)))}"
        for label, text in self.words.remarks(finding):
            yield f"{label}: {text}"

    def unique(self, name: str) -> str:
        """Test histories are kept by name."""
        self.names[name] = self.names.get(name, 0) + 1
        return name if self.names[name] == 1 else f"{name} ({self.names[name]})"


def _case(classname: str, name: str) -> tree.Element:
    return tree.Element("testcase", classname=classname, name=name)
