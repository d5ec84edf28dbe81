"""The commented configuration that `mlarchlint init` writes, from what the tree holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

# What teams call the environments of their inputs, and which of the three the requirements know it is.
_ENVIRONMENTS = {
    "prod": "prod", "prd": "prod", "production": "prod", "live": "prod",
    "staging": "staging", "stage": "staging", "stg": "staging", "preprod": "staging", "uat": "staging",
    "dev": "dev", "development": "dev", "test": "dev", "sandbox": "dev", "qa": "dev",
}  # fmt: skip
_ASIDE = ("examples", "example", "tests", "test", "samples", "fixtures")
_ORDER = ("dev", "staging", "prod")


@dataclass(slots=True)
class Inputs:
    """The files of one environment, by the key of the configuration that takes them."""

    environment: str
    var_files: list[str] = field(default_factory=list)
    parameter_files: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """files: below the folder, as POSIX paths. workloads: (name, role). formats: counts by name."""

    service: str
    files: Sequence[str]
    workloads: Sequence[tuple[str, str]]
    formats: Mapping[str, int]


def starter_config(found: Found) -> str:
    """A valid configuration; what is only a proposal stands in comments, and is valid without the `# `."""
    return "\n".join([*_head(found), *_excluded(found), *_requirements(found), *_environments(found), _TAIL])


def environments(files: Sequence[str]) -> dict[str, Inputs]:
    """By the name that teams gave them; dev before staging before prod."""
    by_name: dict[str, Inputs] = {}
    for file in sorted(files):
        kind, name = _kind(file), _environment(file)
        if kind and name:
            getattr(by_name.setdefault(name, Inputs(_ENVIRONMENTS[name])), kind).append(file)
    return dict(sorted(by_name.items(), key=lambda e: (_ORDER.index(e[1].environment), e[0])))


def _kind(file: str) -> str:
    name = PurePosixPath(file).name
    if name.endswith((".tfvars", ".tfvars.json")) and not name.endswith(
        (".auto.tfvars", ".auto.tfvars.json")
    ):
        return "var_files"
    if re.fullmatch(r"values[-_.].+\.ya?ml", name):
        return "values"
    if re.search(r"param", name) and name.endswith(".json"):
        return "parameter_files"
    return ""


def _environment(file: str) -> str:
    """The environment that the name of the file says, else that of the nearest folder."""
    path = PurePosixPath(file)
    for part in (path.name, *reversed(path.parts[:-1])):
        for word in re.split(r"[^a-z0-9]+", part.lower()):
            if word in _ENVIRONMENTS:
                return word
    return ""


def _head(found: Found) -> Iterator[str]:
    yield "# Configuration of mlarchlint. Every key is optional; `mlarchlint config show .` prints what is in force."
    if found.formats:
        held = ", ".join(f"{count} of {name}" for name, count in found.formats.items() if count)
        yield f"# Found below this folder: {held or 'nothing to scan'}."
    for name, role in found.workloads:
        yield f"#   {_comment(name)}: {role}"
    yield ""


def _excluded(found: Found) -> Iterator[str]:
    aside = sorted(
        {part for file in found.files for part in PurePosixPath(file).parts[:-1] if part in _ASIDE}
    )
    names = ", ".join(f"{name}/" for name in aside or ["examples"])
    yield "# Left out of the scan; patterns as in .gitignore."
    yield f"# exclude: [{names}]"
    yield ""
    yield "# Fail for findings of this severity or worse: info, low, medium, high, critical or never."
    yield "fail_on: low"
    yield ""


def _requirements(found: Found) -> Iterator[str]:
    yield "# What the design has to achieve. Only what is written here is judged."
    yield "requirements:"
    yield "  version: 1"
    yield f"  service: {_quoted(found.service)}"
    yield from _PROPOSED


def _environments(found: Found) -> Iterator[str]:
    known = environments(found.files)
    yield ""
    yield "# One layer per environment, chosen with --environment NAME."
    if not known:
        yield from _ENVIRONMENT_EXAMPLE
        return
    yield "environments:"
    for name, inputs in known.items():
        yield f"  {name}:"
        yield f"    requirements: {{environment: {inputs.environment}}}"
        for key in ("var_files", "parameter_files"):
            if getattr(inputs, key):
                yield f"    {key}: [{', '.join(map(_quoted, getattr(inputs, key)))}]"
        if inputs.values:
            yield f"    helm: {{values: [{', '.join(map(_quoted, inputs.values))}]}}"


def _quoted(text: str) -> str:
    """A plain scalar where nothing in it means anything, else a quoted one (JSON is YAML)."""
    return (
        text if re.fullmatch(r"[A-Za-z_][\w./-]*", text) and text.lower() not in _WORDS else json.dumps(text)
    )


def _comment(text: str) -> str:
    return json.dumps(text)[1:-1]


_WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
_PROPOSED = """\
  # environment: prod               # prod, staging or dev; detected from names and tags where it is not given
  # traffic:
  #   predictions_per_day: 1000000
  #   peak_factor: 3                # peak load over average load
  #   method: POST                  # answers to POST are never cached by a CDN
  # slo:
  #   availability: 99.9            # percent of a month
  #   latency_p95_ms: 500
  # model:
  #   size_gib: 0.5
  #   service_time_ms: {p50: 60, p95: 120}
  #   instance: c6i.xlarge          # where it was measured
  # users:
  #   - {region: us-east, share: 0.6}
  #   - {region: eu-west, share: 0.4}
  # budget:
  #   monthly_usd: 500
  #   training_run_usd: 150
  # updates: {zero_downtime: true}
  # resilience: {survive_zone_loss: true}
  # data:
  #   sensitivity: internal         # public, internal, confidential or restricted
  #   residency: {allowed_regions: [us-east-1]}
  # training: {spot: preferred, max_run_hours: 24, runs_per_month: 4}""".splitlines()
_ENVIRONMENT_EXAMPLE = """\
# environments:
#   prod:
#     requirements: {environment: prod}
#   dev:
#     requirements: {environment: dev}""".splitlines()
_TAIL = """
# Settings of single rules, by id or name.
# rules:
#   MLA-HA009: {severity: medium}

# Accepted findings, each with its reason.
# suppressions:
#   - {rule: MLA-HA009, address: aws_db_instance.demo, reason: one zone is enough for the demo}
"""
