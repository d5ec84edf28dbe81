"""Which provider block a resource uses, through the `providers` maps of module calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.blocks import static_text
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.module_tree import ModuleInstance

NO_CONFIG: Mapping[str, Value] = {}


def provider_of(body: nodes.Body, type_: str) -> str:
    """The local name of the provider: `aws`, `aws.west`. Without the meta-argument, the type's first word."""
    argument = body.arguments.get("provider")
    named = reference_text(argument.expression) if argument else None
    return named or type_.partition("_")[0]


def reference_text(expression: nodes.Expression) -> str | None:
    """`aws.west`, as a reference or (in JSON and old code) a string; an index is left out."""
    if isinstance(expression, nodes.Variable):
        return expression.name
    if isinstance(expression, nodes.Attribute):
        of = reference_text(expression.of)
        return f"{of}.{expression.name}" if of else None
    if isinstance(expression, nodes.Index):
        return reference_text(expression.of)
    return static_text(expression)


class Providers:
    """Evaluates every provider block once per module instance."""

    def __init__(self) -> None:
        self._configs: dict[tuple[str, str], Mapping[str, Value]] = {}

    def config(self, module: ModuleInstance, name: str) -> Mapping[str, Value]:
        """What the provider block says, with its `alias`; empty where there is none."""
        here: ModuleInstance | None = module
        while here is not None:
            declared = here.syntax.providers.get(name)
            if declared is not None:
                return self._evaluated(here, name)
            passed = _passed(here, name)
            if passed is None and "." in name:
                return NO_CONFIG  # only default providers are inherited
            name = passed or name
            here = here.parent
        return NO_CONFIG

    def _evaluated(self, module: ModuleInstance, name: str) -> Mapping[str, Value]:
        key = (module.address, name)
        found = self._configs.get(key)
        if found is None:
            body = module.syntax.providers[name].block.body
            found = module.run.bodies.body(body, module.scope, ("for_each", "version"))
            self._configs[key] = found
        return found


def _passed(module: ModuleInstance, name: str) -> str | None:
    """What the caller calls the provider that this module knows by `name`."""
    call = module.called_by
    argument = call.declared.block.body.arguments.get("providers") if call else None
    if argument is None or not isinstance(argument.expression, nodes.Object):
        return None
    for key, given in argument.expression.items:
        known = str(key.value) if isinstance(key, nodes.Literal) else reference_text(key)
        if known == name:
            return reference_text(given)
    return None
