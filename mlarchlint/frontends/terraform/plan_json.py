"""`terraform show -json` of a plan, read as instances.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlarchlint.frontends.terraform.limits import DEFAULT_LIMITS, Limits
from mlarchlint.frontends.terraform.plan_bodies import PlannedBody
from mlarchlint.frontends.terraform.plan_positions import Positions
from mlarchlint.frontends.terraform.plan_references import (
    ModuleConfiguration,
    entries,
    members,
    provider_values,
)
from mlarchlint.frontends.terraform.sources import TerraformSources
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.resource import Evaluation, Format, Instance, Mode
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

JSON = Any


def is_plan(data: JSON) -> bool:
    """Whether parsed JSON is a plan, by the members that every plan has."""
    return isinstance(data, Mapping) and "planned_values" in data and "format_version" in data


def evaluate_plan(
    data: JSON, path: str, sources: TerraformSources | None = None, limits: Limits = DEFAULT_LIMITS
) -> Evaluation:
    """path: of the plan, as shown. sources: where its code may lie beside it."""
    span = SourceSpan(path)
    version = data.get("format_version") if isinstance(data, Mapping) else None
    if not is_plan(data) or not isinstance(version, str) or not version.startswith(("0.", "1.")):
        summary = f"{path} is not a Terraform plan in JSON"
        detail = "Write it with `terraform show -json PLAN`."
        problem = Diagnostic("terraform-plan", summary, detail, span)
        return Evaluation((), (problem,), frozenset(), frozenset({path}))
    plan = _Plan(data, path, Positions(path, sources), limits)
    instances = tuple(plan.instances())
    return Evaluation(instances, tuple(plan.diagnostics()), frozenset({path}) | plan.positions.files_read)


def joined_evaluations(parts: Iterable[Evaluation]) -> Evaluation:
    """Several plans as one evaluation."""
    found = tuple(parts)
    return Evaluation(
        tuple(instance for part in found for instance in part.instances),
        tuple(diagnostic for part in found for diagnostic in part.diagnostics),
        frozenset().union(*(part.files_read for part in found)),
        frozenset().union(*(part.files_failed for part in found)),
    )


class _Plan:
    def __init__(self, data: JSON, path: str, positions: Positions, limits: Limits) -> None:
        self.data = data
        self.path = path
        self.positions = positions
        self.limits = limits
        self.span = SourceSpan(path)
        self.whole = data.get("complete", True) is not False and data.get("errored") is not True
        self.over = False
        self.unknown = {
            str(change.get("address")): members(change, "change").get("after_unknown")
            for change in entries(data, "resource_changes")
        }
        self._providers: dict[str, Mapping[str, Value]] = {}

    def diagnostics(self) -> Iterator[Diagnostic]:
        if not self.whole:
            detail = (
                "It is judged as a part of the stack. Plan again without -target, and after mending errors."
            )
            yield Diagnostic("terraform-plan", "the plan is not complete", detail, self.span, Level.WARNING)
        if self.over:
            detail = "Raise the limit, or plan a smaller stack."
            summary = f"more than {self.limits.total} instances; the rest is left out"
            yield Diagnostic("terraform-limit", summary, detail, self.span)

    def instances(self) -> Iterator[Instance]:
        configuration = ModuleConfiguration(members(members(self.data, "configuration"), "root_module"))
        seen: set[str] = set()
        planned = members(members(self.data, "planned_values"), "root_module")
        prior = members(members(members(self.data, "prior_state"), "values"), "root_module")
        for values, only_data in ((planned, False), (prior, True)):
            for resource, module in self._resources(values, configuration):
                address = str(resource.get("address"))
                if address in seen or (only_data and resource.get("mode") != "data"):
                    continue
                if len(seen) >= self.limits.total:
                    self.over = True
                    return
                seen.add(address)
                yield self._instance(address, resource, module)

    def _resources(
        self, values: JSON, configuration: ModuleConfiguration
    ) -> Iterator[tuple[JSON, ModuleConfiguration]]:
        waiting = [(values, configuration)]
        while waiting:
            module, config = waiting.pop()
            for resource in entries(module, "resources"):
                yield resource, config
            below = []
            for child in entries(module, "child_modules"):
                address = str(child.get("address", ""))
                name = without_keys(address).rpartition("module.")[2]
                below.append((child, config.called(name, f"{address}.")))
            waiting.extend(reversed(below))

    def _instance(self, address: str, resource: JSON, module: ModuleConfiguration) -> Instance:
        data = resource.get("mode") == "data"
        type_, name = str(resource.get("type", "")), str(resource.get("name", ""))
        local_name = f"data.{type_}.{name}" if data else f"{type_}.{name}"
        config = module.resource(local_name)
        declaration = without_keys(module.prefix) + local_name
        place = self.positions.of(without_keys(module.prefix), local_name)
        reader = PlannedBody(address, module, place, members(config, "expressions"), bool(config))
        body = reader.body(
            members(resource, "values"), self.unknown.get(address), resource.get("sensitive_values")
        )
        return Instance(
            address=address,
            type=type_,
            name=name,
            format=Format.TERRAFORM,
            body=body,
            span=place.span,
            scope=self.positions.scope,
            declaration=declaration,
            mode=Mode.DATA if data else Mode.MANAGED,
            calls=self.positions.calls(module.prefix),
            whole=self.whole,
            provider_config=self._provider(str(config.get("provider_config_key", ""))),
            ignores=place.ignores,
        )

    def _provider(self, key: str) -> Mapping[str, Value]:
        if key not in self._providers:
            self._providers[key] = provider_values(self.data, key, self.span)
        return self._providers[key]


def without_keys(address: str) -> str:
    """`module.a["x"].b.c[0]` -> `module.a.b.c`."""
    kept: list[str] = []
    depth, quoted, previous = 0, False, ""
    for letter in address:
        if quoted:
            quoted = letter != '"' or previous == "\\"
        elif depth and letter == '"':
            quoted = True
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
        elif not depth:
            kept.append(letter)
        previous = "" if previous == "\\" else letter
    return "".join(kept)
