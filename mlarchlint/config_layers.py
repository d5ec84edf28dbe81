"""Defaults, file, environment, flags: one frozen Config, and where each key came from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from mlarchlint.config import (
    MEBIBYTE,
    Config,
    ConfigSuppression,
    Limits,
    RuleSetting,
    severity_or_never,
)
from mlarchlint.config_check import mistakes_in, nearest
from mlarchlint.config_file import find_config, read_document, repository_root, shown_path
from mlarchlint.config_text import ConfigError, Document, Mistake
from mlarchlint.model.finding import Severity
from mlarchlint.model.span import SourceSpan
from mlarchlint.profiles import PROFILES
from mlarchlint.requirements import Requirements, frozen_requirements
from mlarchlint.usage import Usage, mistakes_in_usage, read_usage


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says; None or empty where it says nothing."""

    config: Path | None = None
    requirements: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: str | None = None
    profile: str | None = None
    baseline: Path | None = None
    policies: tuple[Path, ...] = ()
    engines: tuple[str, ...] = ()
    checkov: Path | None = None
    var_files: tuple[Path, ...] = ()
    vars: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    parameter_files: tuple[Path, ...] = ()
    tf_var_env: bool = False
    environment: str | None = None
    usage_file: Path | None = None
    uncertain: bool = False


def load_config(paths: Sequence[Path], flags: Flags | None = None) -> Config:
    """The configuration for a scan of these paths. Raises ConfigError with every mistake."""
    flags = flags or Flags()
    place = flags.config or find_config(paths[0] if paths else Path("."))
    config = Config(base=Path.cwd())
    if place is not None:
        document = read_document(place, may_lack_table=flags.config is None)
        if document is not None:
            config = _from_document(document, place, flags.environment)
    elif flags.environment:
        raise ConfigError(
            [Mistake(f"--environment {flags.environment}: no configuration file was found", _FLAG)]
        )
    return _with_flags(_in_profile(config, flags), flags)


def environments_in(paths: Sequence[Path], config: Path | None = None) -> tuple[str, ...]:
    """The names of the configured environments, as they are written. Raises ConfigError with every mistake."""
    place = config or find_config(paths[0] if paths else Path("."))
    document = read_document(place, may_lack_table=config is None) if place is not None else None
    return tuple(document.data.get("environments", {})) if document is not None else ()


def _in_profile(config: Config, flags: Flags) -> Config:
    """What a profile says counts where the file is silent."""
    name = flags.profile or config.profile
    profile = PROFILES[name]
    said = config.origins
    origins = dict(said)
    changes: dict[str, Any] = {"profile": name}
    for key in ("fail_on", "min_severity", "uncertain"):
        if key not in said:
            changes[key] = getattr(profile, key)
            origins |= {key: f"profile {name}"} if name != "default" else {}
    if flags.profile:
        origins["profile"] = "--profile"
    return replace(config, **changes, origins=origins)


def config_for(requirements: Path) -> Config:
    """A requirements file alone, whatever configuration there is. Raises ConfigError with every mistake."""
    return _with_flags(Config(base=Path.cwd()), Flags(requirements=requirements))


_FLAG = SourceSpan("")


def _from_document(document: Document, place: Path, environment: str | None) -> Config:
    mistakes = mistakes_in(document)
    if mistakes:
        raise ConfigError(mistakes)
    data: dict[str, Any] = document.data
    base = Path(os.path.abspath(place)).parent
    fence = (repository_root(base) or base).resolve()
    origins = {key: f"{document.file}:{document.span((key,)).line}" for key in data}
    config = Config(
        base=base,
        requirements=_requirements(document, ("requirements",), base, fence),
        exclude=tuple(data.get("exclude", ())),
        select=tuple(data.get("select", ())),
        ignore=tuple(data.get("ignore", ())),
        rules=_rules(document),
        suppressions=_suppressions(document),
        profile=data.get("profile", "default"),
        ruleset=data.get("ruleset", ""),
        fail_on=severity_or_never(data.get("fail_on", "low")),
        min_severity=Severity(data.get("min_severity", "info")),
        uncertain=data.get("uncertain", False),
        baseline=_baseline(document, base, fence),
        policies=tuple(
            _inside(base / name, fence, document.span(("policies", str(place))), folder=True)
            for place, name in enumerate(data.get("policies", ()))
        ),
        limits=_limits(data.get("limits", {})),
        origins=origins,
    )
    config = _with_inputs(config, document, (), base, fence)
    return _in_environment(config, document, environment or data.get("environment", ""), base, fence)


def _in_environment(config: Config, document: Document, name: str, base: Path, fence: Path) -> Config:
    known = document.data.get("environments", {})
    if not name:
        return config
    if name not in known:
        hint = nearest(name, list(known)) or (f"; there are {', '.join(known)}" if known else "")
        span = document.span(("environment",) if "environment" in document.data else ())
        raise ConfigError([Mistake(f"there is no environment '{name}'{hint}", span)])
    path = ("environments", name)
    written = {key: f"{document.file}:{document.span((*path, key)).line}" for key in known[name]}
    config = replace(config, environment=name, origins={**config.origins, **written})
    config = _with_inputs(config, document, path, base, fence)
    if "requirements" in known[name]:
        upper = _requirements(document, (*path, "requirements"), base, fence)
        config = replace(config, requirements=_over(config.requirements, upper))
    return config


def _over(lower: Requirements, upper: Requirements) -> Requirements:
    """The upper layer wins key by key; lists are replaced whole."""

    def merged(below: Any, above: Any) -> Any:
        if isinstance(below, Mapping) and isinstance(above, Mapping):
            return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
        return above

    return Requirements(merged(lower.data, upper.data), {**lower.spans, **upper.spans})


def _with_inputs(
    config: Config, document: Document, path: tuple[str, ...], base: Path, fence: Path
) -> Config:
    data: Any = document.data
    for step in path:
        data = data[step]

    def files(key: str) -> tuple[Path, ...]:
        return tuple(
            _inside(base / name, fence, document.span((*path, key, str(place))))
            for place, name in enumerate(data.get(key, ()))
        )

    return replace(
        config,
        var_files=(*config.var_files, *files("var_files")),
        parameter_files=(*config.parameter_files, *files("parameter_files")),
        vars={**config.vars, **{name: _as_text(value) for name, value in data.get("vars", {}).items()}},
        workspace=data.get("workspace", config.workspace),
        parameters={
            **config.parameters,
            **{name: _as_parameter(value) for name, value in data.get("parameters", {}).items()},
        },
        usage=_usage(config.usage, document, path, base, fence),
        rendering=config.rendering.layered(
            data,
            lambda name, place: _inside(
                base / name, fence, document.span((*path, "helm", "values", str(place)))
            ),
        ),
    )


def _usage(lower: Usage, document: Document, path: tuple[str, ...], base: Path, fence: Path) -> Usage:
    data: Any = document.data
    for step in path:
        data = data[step]
    free = data.get("free_tier", lower.free_tier)
    written = data.get("usage", {})
    if isinstance(written, str):
        found = read_usage_file(_inside(base / written, fence, document.span((*path, "usage"))))
    else:
        found = read_usage(written)
    return replace(found.over(lower), free_tier=free)


def read_usage_file(place: Path) -> Usage:
    """A file of its own, in the form of `infracost-usage.yml` or of `usage:`."""
    document = read_document(place)
    assert document is not None
    mistakes = [Mistake(text, document.span(path)) for path, text in mistakes_in_usage(document.data)]
    if mistakes:
        raise ConfigError(mistakes)
    return read_usage(document.data)


def _as_text(value: Any) -> str:
    """A variable as `--var` would give it: text as it stands, everything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, default=lambda number: int(number) if number == int(number) else float(number))


def _as_parameter(value: Any) -> str:
    """A CloudFormation parameter: lists are comma-delimited."""
    return ",".join(_as_text(item) for item in value) if isinstance(value, list) else _as_text(value)


def _inside(place: Path, fence: Path, span: SourceSpan, folder: bool = False) -> Path:
    """A configuration comes with the scanned code: it may not name files outside the repository."""
    real = place.resolve()
    if not real.is_relative_to(fence):
        raise ConfigError([Mistake("names a file outside the repository", span)])
    if not real.is_file() and not (folder and real.is_dir()):
        raise ConfigError([Mistake(f"there is no file '{place.name}' beside the configuration", span)])
    return Path(os.path.abspath(place))


def _requirements(document: Document, path: tuple[str, ...], base: Path, fence: Path) -> Requirements:
    data: Any = document.data
    for step in path:
        data = data.get(step, {})
    if isinstance(data, str):
        return read_requirements(_inside(base / data, fence, document.span(path)))
    spans = {
        ".".join(key[len(path) :]): span
        for key, span in document.keys.items()
        if len(key) > len(path) and key[: len(path)] == path
    }
    return frozen_requirements(data, spans)


def read_requirements(place: Path) -> Requirements:
    """A requirements file of its own (schema: `requirements`)."""
    document = read_document(place)
    assert document is not None
    mistakes = mistakes_in(document, "requirements")
    if mistakes:
        raise ConfigError(mistakes)
    spans = {".".join(key): span for key, span in document.keys.items() if key}
    return frozen_requirements(document.data, spans)


def _rules(document: Document) -> dict[str, RuleSetting]:
    return {
        name: RuleSetting(
            Severity(setting["severity"]) if "severity" in setting else None,
            setting.get("ignorable"),
            setting.get("params", {}),
            document.span(("rules", name)),
        )
        for name, setting in document.data.get("rules", {}).items()
    }


def _suppressions(document: Document) -> tuple[ConfigSuppression, ...]:
    return tuple(
        ConfigSuppression(**entry, span=document.span(("suppressions", str(place))))
        for place, entry in enumerate(document.data.get("suppressions", ()))
    )


def _baseline(document: Document, base: Path, fence: Path) -> Path | None:
    """It need not exist yet: `mlarchlint baseline write` makes it."""
    name = document.data.get("baseline")
    if name is None:
        return None
    place = base / name
    if not place.resolve().is_relative_to(fence):
        raise ConfigError([Mistake("names a file outside the repository", document.span(("baseline",)))])
    return Path(os.path.abspath(place))


def _limits(data: Mapping[str, Any]) -> Limits:
    counts = {name: int(value) for name, value in data.items() if name != "file_mib"}
    size = Decimal(data["file_mib"]) * MEBIBYTE if "file_mib" in data else Limits().file_bytes
    return Limits(file_bytes=int(size), **counts)


def _with_flags(config: Config, flags: Flags) -> Config:
    given: dict[str, Any] = {
        "select": flags.select,
        "ignore": (*config.ignore, *flags.ignore) if flags.ignore else (),
        "exclude": (*config.exclude, *flags.exclude) if flags.exclude else (),
        "var_files": (*config.var_files, *flags.var_files) if flags.var_files else (),
        "vars": {**config.vars, **flags.vars} if flags.vars else {},
        "parameters": {**config.parameters, **flags.parameters} if flags.parameters else {},
        "parameter_files": (
            (*config.parameter_files, *flags.parameter_files) if flags.parameter_files else ()
        ),
        "tf_var_env": flags.tf_var_env,
        "workspace": flags.workspace,
        "baseline": flags.baseline,
        "engines": flags.engines,
        "checkov": flags.checkov,
        "policies": (*config.policies, *flags.policies) if flags.policies else (),
        "uncertain": flags.uncertain,
    }
    changes = {key: value for key, value in given.items() if value}
    origins = {**config.origins, **{key: _flag(key) for key in changes}}
    if flags.fail_on is not None:
        changes["fail_on"] = severity_or_never(flags.fail_on)
        origins["fail_on"] = "--fail-on"
    if flags.requirements is not None:
        changes["requirements"] = read_requirements(flags.requirements)
        origins["requirements"] = f"--requirements {shown_path(flags.requirements)}"
    if flags.usage_file is not None:
        changes["usage"] = read_usage_file(flags.usage_file).over(config.usage)
        origins["usage"] = f"--usage-file {shown_path(flags.usage_file)}"
    config = replace(config, **changes, origins=origins)
    return replace(config, suppressions=(*config.suppressions, *_waivers(config.requirements)))


def _flag(key: str) -> str:
    """`var_files` is `--var-file`."""
    singular = {"policies": "policy", "engines": "with"}.get(key, key.rstrip("s"))
    return f"--{singular.replace('_', '-')}"


def _waivers(requirements: Requirements) -> tuple[ConfigSuppression, ...]:
    return tuple(
        ConfigSuppression(
            rule=waiver["rule"],
            reason=waiver["reason"],
            address=waiver.get("address", ""),
            path=waiver.get("path", ""),
            until=waiver.get("expires", ""),
            span=requirements.span(f"waivers.{place}"),
        )
        for place, waiver in enumerate(requirements.items("waivers"))
    )
