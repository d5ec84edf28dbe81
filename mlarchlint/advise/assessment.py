"""What a candidate costs, what stands against it, and what cannot be told of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlarchlint.advise.candidate import Candidate
from mlarchlint.advise.commitments import with_usage
from mlarchlint.advise.evaluation import Judged, judged
from mlarchlint.advise.places import zones_in
from mlarchlint.advise.writing import terraform
from mlarchlint.config import Config
from mlarchlint.model.diagnostic import Level
from mlarchlint.model.estimate import Gap, Money
from mlarchlint.model.finding import Severity
from mlarchlint.model.truth import Truth

BUDGET = "MLA-CO003"
_MORE_STEPS = 2  # how often a fleet gets one more instance in each zone for the sake of availability


@dataclass(frozen=True, slots=True)
class Obstacle:
    """requirement: what is not met, or the rule that finds something.

    sure: bounds do not reach it either; no for what only is expected to be too late.
    """

    requirement: str
    why: str
    rule: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Assessment:
    """obstacles: empty where it meets everything that can be told. open: what cannot be told.

    advice: findings that fail no run.
    """

    candidate: Candidate
    files: dict[str, str]
    judged: Judged
    obstacles: tuple[Obstacle, ...]
    open: tuple[str, ...]
    advice: tuple[str, ...]

    @property
    def cost(self) -> Money:
        return self.judged.result.estimate.monthly

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.judged.result.estimate.gaps

    @property
    def order(self) -> tuple[object, ...]:
        """What is priced throughout comes first, then the cheaper one; the rest makes it the same each time."""
        one = self.candidate
        return (
            len(self.gaps),
            self.cost.high,
            self.cost.low,
            one.cloud,
            one.regions,
            one.zones,
            one.edge,
            one.machine,
            one.purchase,
            one.committed,
            one.cache,
            one.form,
        )


def assess(candidate: Candidate, config: Config) -> Assessment:
    """With more instances where only their number stands between the fleet and the availability."""
    found = _assess(candidate, config)
    for _ in range(_MORE_STEPS):
        if not _short_of_instances(found):
            break
        one = found.candidate
        more = replace(one, least=one.least + one.zones, most=one.most + one.zones)
        if one.second is not None:
            there = one.second
            there = replace(there, least=there.least + one.zones, most=there.most + one.zones)
            more = replace(more, second=there)
        better = _assess(more, config)
        if len(better.obstacles) >= len(found.obstacles):
            break
        found = better
    return found


def _short_of_instances(found: Assessment) -> bool:
    if not any(obstacle.rule == "MLA-HA004" for obstacle in found.obstacles):
        return False
    design = found.judged.design
    fleets = {fleet.node.key for fleet in design.fleets}
    return all(path.weakest.name in fleets for path in design.availabilities)


def _assess(candidate: Candidate, config: Config) -> Assessment:
    zones = zones_in(candidate.cloud, candidate.region)
    files = terraform(candidate, config.requirements, zones)
    one = judged(files, with_usage(candidate, config))
    obstacles = [*_broken(one), *_unmet(one)]
    reported = {obstacle.rule for obstacle in obstacles}
    obstacles += [
        Obstacle(finding.name, finding.message, finding.rule)
        for finding in one.findings
        if finding.severity.rank >= Severity.LOW.rank and finding.rule not in reported
    ]
    advice = tuple(
        f"{finding.rule} {finding.message}" for finding in one.findings if finding.severity is Severity.INFO
    )
    return Assessment(candidate, files, one, tuple(obstacles), _open(one), advice)


def _broken(one: Judged) -> list[Obstacle]:
    """A rule that crashed judged nothing: the design has not passed it."""
    return [
        Obstacle(diagnostic.code, diagnostic.summary)
        for diagnostic in one.result.diagnostics
        if diagnostic.level is Level.ERROR
    ]


def _unmet(one: Judged) -> list[Obstacle]:
    found = []
    late = {user.region for user in one.design.latencies if user.cold is not None}
    for judgement in one.judgements:
        if not judgement.binding or judgement.met is Truth.YES:
            continue
        # Bounds around the target: what is expected is over it.
        expected_late = judgement.rule == "MLA-PE001" and any(
            judgement.requirement.endswith(f" {region}") for region in late
        )
        if judgement.met is Truth.NO or expected_late:
            computed = judgement.computed.partition(",")[0] if expected_late else judgement.computed
            why = f"{computed or judgement.closes}, {judgement.required} required"
            sure = judgement.met is Truth.NO
            found.append(Obstacle(judgement.requirement, why, judgement.rule, sure))
    if not any(obstacle.rule == BUDGET for obstacle in found):
        found += _unpriced_over(one)
    return found


def _unpriced_over(one: Judged) -> list[Obstacle]:
    """Where costs have no price a budget is judged by the low figure; a proposal keeps to it with the high one."""
    return [
        Obstacle(
            f"budget of {verdict.what}",
            f"up to ${verdict.cost.high:,.0f}, ${verdict.budget:,.0f} required",
            BUDGET,
        )
        for verdict in one.design.budgets()
        if verdict.cost.high > verdict.allowed
    ]


def _open(one: Judged) -> tuple[str, ...]:
    """What the requirements ask for and do not say enough about."""
    return tuple(
        f"{judgement.requirement}: {judgement.missing or judgement.computed}"
        for judgement in one.judgements
        if judgement.binding and judgement.met is Truth.MAYBE and "budget" not in judgement.path
    )
