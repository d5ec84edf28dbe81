"""The one-way flow, one call per stage, and the public Python entry.

discover -> parse and evaluate -> normalise -> classify -> estimate -> run rules ->
suppress -> (report). A later stage never reaches back.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mlarchlint.analysis.overrides import fixed_roles
from mlarchlint.analysis.roles import infer_roles
from mlarchlint.analysis.workloads import group_workloads
from mlarchlint.config import Config
from mlarchlint.design import Design
from mlarchlint.discover import Sources, discover
from mlarchlint.engine import run_rules
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.estimate import Estimate
from mlarchlint.model.finding import Finding
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Evaluation, Instance
from mlarchlint.model.rule import Rule
from mlarchlint.model.value import SCALAR
from mlarchlint.model.workload import RoleOf, Workload
from mlarchlint.normalise import normalise
from mlarchlint.registry import rules_for
from mlarchlint.rule_settings import with_params
from mlarchlint.rulesets import in_ruleset
from mlarchlint.suppress import apply_suppressions

if TYPE_CHECKING:
    from mlarchlint.baseline import Baseline
    from mlarchlint.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Counts:
    files_read: int
    files_skipped: int
    files_failed: int
    resources: int
    unknown_values: int


@dataclass(frozen=True, slots=True)
class Result:
    """findings: suppressed and uncertain ones included, marked as such. renderers: how many charts and
    overlays each tool rendered; "" counts those that none did. comparison: with an earlier revision."""

    sources: Sources
    config: Config
    graph: ResourceGraph
    roles: dict[str, RoleOf]
    workloads: tuple[Workload, ...]
    estimate: Estimate
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]
    diagnostics: tuple[Diagnostic, ...]
    counts: Counts
    renderers: tuple[tuple[str, int], ...] = ()
    comparison: Comparison | None = None


def scan(
    paths: Sequence[Path],
    config: Config | None = None,
    today: date | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> Result:
    """Reads the paths and judges the design. Everything that is wrong with them is a Diagnostic.

    Raises discover.NoSuchPath, and ConfigError where the baseline cannot be read.
    progress: is told the stage that begins.
    """
    config = config or Config()
    progress("looking for code")
    return scan_sources(discover(paths, config), config, today, progress, paths)


def scan_sources(
    sources: Sources,
    config: Config,
    today: date | None = None,
    progress: Callable[[str], None] = lambda stage: None,
    paths: Sequence[Path] = (),
) -> Result:
    """Judges a design whose files are found already, or are on no disk at all. Raises ConfigError as `scan`.

    paths: what other engines are given.
    """
    baseline = _accepted(config)
    progress("evaluating")
    evaluation = evaluate(sources, config)
    progress("building the graph")
    graph = normalise(evaluation.instances, built_in_kinds())
    roles = infer_roles(graph, fixed_roles(graph, config.requirements))
    workloads = group_workloads(graph, roles)
    progress("estimating the cost")
    estimate = estimate_cost(graph, roles, config)
    progress("running the rules")
    design = Design(graph, roles, workloads, estimate, config.requirements, config.workspace, today)
    rules = tuple(chosen_rules(config))
    findings, crashes = run_rules(rules, design, config)
    if config.engines:
        progress("running other engines")
        findings, rules, failed = _with_engines(findings, rules, paths, config, sources, evaluation, graph)
        crashes = (*crashes, *failed)
    findings, complaints = apply_suppressions(findings, graph, config, today or date.today(), rules)
    if baseline is not None:
        from mlarchlint.baseline import apply_baseline

        findings, stale = apply_baseline(findings, baseline, rules, evaluation.files_read)
        complaints = (*complaints, *stale)
    findings = tuple(f for f in findings if f.severity.rank >= config.min_severity.rank)
    diagnostics = (*sources.diagnostics, *evaluation.diagnostics, *crashes, *complaints)
    return Result(
        sources,
        config,
        graph,
        roles,
        workloads,
        estimate,
        rules,
        findings,
        _in_order(diagnostics),
        _counts(sources, evaluation, graph),
        evaluation.renderers,
    )


def _accepted(config: Config) -> Baseline | None:
    if not config.baseline:
        return None
    from mlarchlint.baseline import read_baseline

    return read_baseline(config.baseline)


def _with_engines(
    findings: tuple[Finding, ...],
    rules: tuple[Rule, ...],
    paths: Sequence[Path],
    config: Config,
    sources: Sources,
    evaluation: Evaluation,
    graph: ResourceGraph,
) -> tuple[tuple[Finding, ...], tuple[Rule, ...], tuple[Diagnostic, ...]]:
    """Also what other engines say, once where a rule of ours says it; their checks stand among the rules."""
    from mlarchlint.interop.engines import outside_findings
    from mlarchlint.interop.outside import joined, rules_of

    found, failed = outside_findings(paths, config, sources, evaluation)
    everything, _ = joined(findings, found, graph)
    return everything, (*rules, *rules_of(found)), failed


def chosen_rules(config: Config) -> Iterator[Rule]:
    """What `select`, `ignore` and `ruleset` leave, as `rules:` sets it."""
    for rule in rules_for(config).values():
        if config.runs(rule.id, rule.name, rule.pillar) and in_ruleset(rule, config.ruleset):
            setting = config.setting(rule.id, rule.name)
            rule = with_params(rule, setting.params)
            yield rule if setting.ignorable is None else replace(rule, ignorable=setting.ignorable)


def evaluate(sources: Sources, config: Config) -> Evaluation:
    """Every front end that has something to read; the others are not even imported."""
    parts = []
    if sources.terraform.directories:
        parts.append(_terraform(sources, config))
    if sources.plans:
        parts.append(_plans(sources))
    if sources.cloudformation:
        parts.append(_cloudformation(sources, config))
    declared = [instance for part in parts for instance in part.instances]
    releases = any(instance.type == "helm_release" for instance in declared)
    if sources.kubernetes or sources.charts or releases:
        # after Terraform: its releases say with which values a chart of the repository is deployed
        parts.append(_kubernetes(sources, config, declared if releases else ()))
    instances: list[Instance] = [instance for part in parts for instance in part.instances]
    if sources.kubernetes and declared:
        from mlarchlint.frontends.kubernetes.terraform_copies import without_copies

        instances = without_copies(instances)
    return Evaluation(
        tuple(instances),
        tuple(diagnostic for part in parts for diagnostic in part.diagnostics),
        frozenset().union(*(part.files_read for part in parts)),
        frozenset().union(*(part.files_failed for part in parts)),
        tuple(tool for part in parts for tool in part.renderers),
    )


def _terraform(sources: Sources, config: Config) -> Evaluation:
    from mlarchlint.frontends.terraform import Limits, TerraformOptions, evaluate_terraform

    limits = config.limits
    options = TerraformOptions(
        var_files=tuple(str(path) for path in config.var_files),
        variables=tuple((name, value) for name, value in config.vars.items()),
        workspace=config.workspace,
        tf_var_env=config.tf_var_env,
        limits=Limits(limits.instances, limits.total, limits.modules, limits.depth, limits.blocks),
        planned=frozenset(posixpath.dirname(file.shown) or "." for file in sources.plans),
    )
    return evaluate_terraform(sources.terraform, options)


def _plans(sources: Sources) -> Evaluation:
    import json

    from mlarchlint.frontends.terraform.plan_json import evaluate_plan, joined_evaluations

    found = []
    for file in sources.plans:
        try:
            data = json.loads(file.text)
        except (ValueError, RecursionError):
            data = None  # said as a file that is no plan
        found.append(evaluate_plan(data, file.shown, sources.terraform))
    return joined_evaluations(found)


def _cloudformation(sources: Sources, config: Config) -> Evaluation:
    from mlarchlint.frontends.cloudformation import Limits, Options, evaluate_templates

    parameters = tuple((name, _text(value)) for name, value in config.parameters.items())
    texts = {file.shown: file.text for file in sources.cloudformation}
    files = tuple(str(path) for path in config.parameter_files)
    named = frozenset(files)

    def read(path: str) -> str | bytes:
        # The user named these files; what a template names stays inside the root.
        return Path(path).read_bytes() if path in named else sources.texts.read(path)

    limits = Limits(config.limits.total, config.limits.depth, config.limits.instances)
    return evaluate_templates(texts, Options(parameters, files, limits), read)


def _kubernetes(sources: Sources, config: Config, declared: Sequence[Instance]) -> Evaluation:
    """declared: what other front ends found, where a release of a chart is among it."""
    from mlarchlint.frontends.kubernetes import Rendered, read_manifests

    said, made = config.rendering, Rendered()
    if sources.charts or declared:
        from mlarchlint.frontends.kubernetes.charts import ChartOptions, render_charts
        from mlarchlint.frontends.kubernetes.releases import local_releases, render_releases

        options = ChartOptions(said.helm, said.values, said.release, said.namespace)
        releases = local_releases(declared, sources.base, sources.root)
        render_releases(releases, sources.base, sources.root, options, made)
        released = {release.shown for release in releases}
        render_charts(sources.charts, sources.base, sources.root, options, made, released)
    if sources.overlays:
        from mlarchlint.frontends.kubernetes.overlays import build_overlays

        build_overlays(sources.overlays, sources.base, sources.root, said.kustomize, made)
    return read_manifests([(file.shown, file.text) for file in sources.kubernetes], rendered=made)


def _text(value: object) -> str:
    """A parameter as CloudFormation takes it: lists are comma-delimited, booleans are lower case."""
    if isinstance(value, (list, tuple)):
        return ",".join(_text(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def estimate_cost(graph: ResourceGraph, roles: dict[str, RoleOf], config: Config) -> Estimate:
    from mlarchlint.analysis.cost import estimate
    from mlarchlint.prices import embedded

    return estimate(graph, roles, config.requirements.data, embedded(), config.usage)


def _in_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.span.file, d.span.line, d.span.column, d.code, d.summary)))


def _counts(sources: Sources, evaluation: Evaluation, graph: ResourceGraph) -> Counts:
    failed = sources.failed | evaluation.files_failed
    unknown = 0
    for resource in graph:
        for value in resource.instance.body.values():
            if isinstance(value.raw, SCALAR):
                unknown += value.is_unknown
            else:
                unknown += sum(part.is_unknown for part in value.walk())
    return Counts(len(evaluation.files_read - failed), sources.skipped, len(failed), len(graph), unknown)
