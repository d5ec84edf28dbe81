"""Charts as `helm_release` in Terraform deploys them: a chart of the repository with the release's own values.

Terraform is evaluated first; what its releases render to are instances beside its own.
https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mlarchlint.frontends.kubernetes.chart_run import ChartRun, Order, release_name
from mlarchlint.frontends.kubernetes.charts import (
    ChartOptions,
    chart_documents,
    declared_chart,
    missing_dependencies,
    parts_of_chart,
    why_not,
)
from mlarchlint.frontends.kubernetes.manifests import Rendered, evaluate_manifests
from mlarchlint.frontends.kubernetes.release_values import Given, release_values
from mlarchlint.frontends.kubernetes.renderer import RenderFailed, ahead
from mlarchlint.frontends.kubernetes.two_renderings import laid_together, undecided
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.resource import Instance, Mode

MOST = 20  # releases that are rendered in one scan
_TEMPLATES = (".yaml", ".yml", ".tpl", ".txt", ".json")


@dataclass(frozen=True, slots=True)
class Release:
    """A helm_release of a chart that lies in the repository. shown: the chart's folder."""

    instance: Instance
    shown: str


def local_releases(instances: Iterable[Instance], base: Path, root: Path) -> list[Release]:
    """The releases whose chart is a folder; all others are of a repository, or are not known."""
    real = Path(os.path.realpath(root))
    found = []
    for instance in instances:
        if instance.type == "helm_release" and instance.mode is Mode.MANAGED:
            shown = _folder(instance, base, real)
            if shown:
                found.append(Release(instance, shown))
    return found


def _folder(instance: Instance, base: Path, root: Path) -> str:
    """The shown folder of the chart; helm looks for a folder before it asks a repository."""
    chart = instance.get("chart").text()
    if not chart or "://" in chart or posixpath.isabs(chart) or not instance.get("repository").is_absent:
        return ""
    shown = posixpath.normpath(posixpath.join(instance.scope, chart))
    if not Path(os.path.realpath(base / shown)).is_relative_to(root):
        return ""
    return shown if chart.startswith(".") or declared_chart(base / shown) is not None else ""


def render_releases(
    releases: Iterable[Release], base: Path, root: Path, options: ChartOptions, made: Rendered
) -> None:
    """Adds to `made` what the releases deploy; their charts are not rendered with default values."""
    real = Path(os.path.realpath(root))
    ready: list[tuple[Release, Given]] = []
    for release in releases:
        made.left += parts_of_chart(release.shown)
        try:
            ready.append((release, _given(release, base, real, options, len(ready))))
        except RenderFailed as failure:
            _say(release, failure, made)
    runs = ahead(partial(ChartRun, order, real, base) for order in _orders(ready, base, options))
    for release, given in ready:
        first, second = next(runs), next(runs) if given.holes else None
        try:
            full, notes, tool = _instances(first, release, base)
            if second is not None:
                bare, _, _ = _instances(second, release, base)
                full, second = laid_together(full, bare, given), None
        except (RenderFailed, OSError) as failure:
            _say(release, failure, made)
            if second is not None:
                second.stop()
            continue
        made.replaced += parts_of_chart(release.shown)
        made.instances += full
        made.diagnostics += [note for note in notes if note not in made.diagnostics]
        made.count(tool)


def _given(release: Release, base: Path, root: Path, options: ChartOptions, before: int) -> Given:
    """The release's values. Raises RenderFailed where it cannot be rendered."""
    if not options.enabled:
        raise RenderFailed("the configuration says so")
    if before >= MOST:
        raise RenderFailed(f"{MOST} releases are rendered in one scan")
    if declared_chart(base / release.shown) is None:
        raise RenderFailed("the chart is not in the scanned code")
    given = release_values(release.instance.body)
    cause = undecided(given, _templates(base / release.shown, root)) if given.holes else None
    if cause is not None:
        raise RenderFailed(f"what it deploys is decided by a value that is not known: {cause.why}")
    return given


def _orders(ready: Iterable[tuple[Release, Given]], base: Path, options: ChartOptions) -> Iterator[Order]:
    """One rendering a release, and a second one with nothing for what is not known."""
    for release, given in ready:
        order = Order(
            base / release.shown,
            _name(release.instance),
            _namespace(release.instance) or "default",
            values=given.values,
            limits=options.limits,
        )
        yield order
        if given.holes:
            yield replace(order, values=given.without())


def _name(instance: Instance) -> str:
    """The release's name; of one that is not known, what is known of it, or the block's own name."""
    return release_name(instance.get("name").clue() or instance.name)


def _namespace(instance: Instance) -> str:
    given = instance.get("namespace")
    return "default" if given.is_absent else given.text() or ""


def _instances(run: ChartRun, release: Release, base: Path) -> tuple[list[Instance], list[Diagnostic], str]:
    copied, output = run.result()
    documents, diagnostics = chart_documents(
        output, release.shown, copied, base, _namespace(release.instance)
    )
    declared = declared_chart(base / release.shown) or {}
    notes = [*diagnostics, *missing_dependencies(release.shown, str(declared.get("name")), copied)]
    instances = [_owned(instance, release.instance) for instance in evaluate_manifests(documents).instances]
    return instances, notes, run.renderer


def _owned(instance: Instance, release: Instance) -> Instance:
    """An object as part of the configuration that releases it."""
    namespace = release.get("namespace")
    metadata = instance.get("metadata")
    body = instance.body
    if namespace.is_unknown and metadata.get("namespace").is_absent and instance.address.count("/") == 2:
        given = replace(namespace, span=metadata.span)
        body = {**body, "metadata": metadata.with_raw({**metadata.mapping(), "namespace": given})}
    return replace(
        instance,
        body=body,
        scope=release.scope,
        calls=release.calls,
        exists=release.exists,
        symbolic=release.symbolic,
        whole=release.whole,
    )


def _templates(folder: Path, root: Path) -> Iterator[str]:
    for here, _, names in os.walk(folder):
        for name in sorted(names):
            place = Path(os.path.realpath(os.path.join(here, name)))
            if name.endswith(_TEMPLATES) and place.is_relative_to(root) and place.is_file():
                yield place.read_text("utf-8", "replace")


def _say(release: Release, failure: Exception, made: Rendered) -> None:
    instance = release.instance
    made.diagnostics.append(
        Diagnostic(
            "release-not-rendered",
            f"{instance.address} is not rendered: {why_not(failure)}",
            "Give the values it needs (`--var`, `--var-file`), or scan the output of `helm template`.",
            instance.span,
            Level.WARNING,
        )
    )
    made.count("")
