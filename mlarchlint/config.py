"""The frozen configuration of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from mlarchlint.model.finding import Severity
from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.rendering_options import Rendering
from mlarchlint.requirements import Requirements
from mlarchlint.usage import NO_USAGE, Usage

MEBIBYTE = 1024 * 1024


@record(frozen=True, slots=True)
class Limits:
    """file_bytes: larger files are not read. The rest bounds what the scanned code expands to."""

    file_bytes: int = 10 * MEBIBYTE
    instances: int = 1_000
    total: int = 100_000
    modules: int = 5_000
    depth: int = 32
    blocks: int = 1_000


@record(frozen=True, slots=True)
class RuleSetting:
    """What the configuration changes about one rule."""

    severity: Severity | None = None
    ignorable: bool | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    span: SourceSpan = NOWHERE


@record(frozen=True, slots=True)
class ConfigSuppression:
    """rule: id, prefix, name or pillar. address and path: globs; empty means any."""

    rule: str
    reason: str
    address: str = ""
    path: str = ""
    until: str = ""
    span: SourceSpan = NOWHERE


@record(frozen=True, slots=True)
class Config:
    """Layers: defaults, then the file, then its environment, then the flags; the last one wins.

    base: the folder that `exclude` globs and configured paths are relative to.
    rules: by id or name as written. var_files: absolute. vars and parameters: as text, the way
    `NAME=VALUE` gives them. parameter_files: absolute, below `parameters`. tf_var_env: whether
    `TF_VAR_name` of the process's environment counts. fail_on: None means that findings never fail the run.
    profile: of mlarchlint.profiles. ruleset: of mlarchlint.rulesets; empty runs every rule. min_severity:
    what is below it is not reported. baseline: absolute.
    policies: files and folders, absolute.
    engines: other engines that run as well, and the executable of checkov; never from the file.
    origins: where each key was set: `default`, `FILE:LINE` or the flag.
    """

    base: Path = Path(".")
    requirements: Requirements = field(default_factory=Requirements)
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    suppressions: tuple[ConfigSuppression, ...] = ()
    var_files: tuple[Path, ...] = ()
    vars: Mapping[str, str] = field(default_factory=dict)
    workspace: str = "default"
    parameters: Mapping[str, str] = field(default_factory=dict)
    parameter_files: tuple[Path, ...] = ()
    tf_var_env: bool = False
    usage: Usage = NO_USAGE
    rendering: Rendering = field(default_factory=Rendering)
    profile: str = "default"
    ruleset: str = ""
    fail_on: Severity | None = Severity.LOW
    min_severity: Severity = Severity.INFO
    baseline: Path | None = None
    policies: tuple[Path, ...] = ()
    engines: tuple[str, ...] = ()
    checkov: Path | None = None
    environment: str = ""
    limits: Limits = field(default_factory=Limits)
    uncertain: bool = False
    origins: Mapping[str, str] = field(default_factory=dict)

    def runs(self, rule_id: str, name: str, pillar: str) -> bool:
        """Whether `select` and `ignore` leave this rule in."""
        if self.select and not any(names_rule(s, rule_id, name, pillar) for s in self.select):
            return False
        return not any(names_rule(s, rule_id, name, pillar) for s in self.ignore)

    def setting(self, rule_id: str, name: str) -> RuleSetting:
        """What is set for a rule, by its id or by its name."""
        return self.rules.get(rule_id) or self.rules.get(name) or RuleSetting()


def names_rule(selector: str, rule_id: str, name: str, pillar: str) -> bool:
    """Whether an id, id prefix (`MLA-HA`), name or pillar means this rule."""
    wanted = selector.lower()
    return wanted in (name.lower(), pillar.lower()) or rule_id.lower().startswith(wanted)


def address_matches(address: str, glob: str) -> bool:
    """Only `*` and `?` are special: addresses are full of brackets (`aws_instance.a[0]`)."""
    return fnmatchcase(address, glob.replace("[", "[[]"))


def severity_or_never(text: str) -> Severity | None:
    return None if text == "never" else Severity(text)
