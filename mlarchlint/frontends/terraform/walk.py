"""From an evaluated root module to the instances of the neutral model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.blocks import first_block, static_bool
from mlarchlint.frontends.terraform.declarations import Declared
from mlarchlint.frontends.terraform.expansion import Element, suffix
from mlarchlint.frontends.terraform.instances import META_ARGUMENTS, Resource, ResourceInstance
from mlarchlint.frontends.terraform.module_tree import CALL_ARGUMENTS, ModuleCall, ModuleInstance
from mlarchlint.frontends.terraform.providers import Providers, provider_of, reference_text
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.resource import Format, Instance, Mode
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value


class Walk:
    """whole: the root module was read as a whole stack."""

    def __init__(self, root: ModuleInstance, whole: bool) -> None:
        self.root = root
        self.run = root.run
        self.whole = whole
        self.providers = Providers()
        self.made = 0

    def instances(self) -> Iterator[Instance]:
        """Of the root module and of all modules below it, depth first."""
        waiting = [self.root]
        limits = self.run.options.limits
        while waiting:
            module = waiting.pop()
            self.run.modules += 1
            if self.run.modules > limits.modules:
                self._over(module, f"more than {limits.modules} module instances; the rest is left out")
                return
            for instance in self._of(module):
                self.made += 1
                if self.made > limits.total:
                    self._over(module, f"more than {limits.total} instances; the rest is left out")
                    return
                yield instance
            below = []
            for call in self._calls(module):
                for element in call.expansion.elements:
                    called = call.instance(element)
                    if called is None:
                        yield self._opaque(call, element)
                    else:
                        below.append(called)
            waiting.extend(reversed(below))

    def _over(self, module: ModuleInstance, problem: str) -> None:
        summary = f"root module {self.run.directory}: {problem}"
        detail = "Raise the limit, or scan fewer modules at once."
        span = module.called_by.declared.block.header if module.called_by else None
        made = Diagnostic("terraform-limit", summary, detail, level=Level.ERROR)
        self.run.add(made if span is None else Diagnostic(made.code, summary, detail, span))

    def _calls(self, module: ModuleInstance) -> Iterator[ModuleCall]:
        for name, declared in module.syntax.calls.items():
            call: Any = self._found(lambda name=name: module.call(name), declared)
            if call is not None:
                yield call

    def _of(self, module: ModuleInstance) -> Iterator[Instance]:
        for name, declared in module.syntax.resources.items():
            if declared.block.type == "ephemeral":
                continue
            resource: Any = self._found(lambda name=name: module.resource(name), declared)
            if resource is not None:
                for one in resource.instances():
                    yield self._instance(resource, one)

    def _found(self, make: Any, declared: Declared) -> Any:
        try:
            return make()
        except EvaluationError as error:
            self.run.bodies.failed(error, declared.block.header)
            return None

    # -- resources -----------------------------------------------------------------------

    def _instance(self, resource: Resource, one: ResourceInstance) -> Instance:
        module, declared = resource.module, resource.declared
        block = declared.block
        body = self.run.bodies.body(block.body, one.scope, META_ARGUMENTS)
        depends = self._depends_on(block.body, module)
        if depends is not None:
            body["depends_on"] = depends
        lifecycle = first_block(block.body, "lifecycle")
        if lifecycle is not None:
            body["$lifecycle"] = _lifecycle(lifecycle.body, lifecycle.span)
        return Instance(
            address=one.address,
            type=resource.type,
            name=block.labels[1],
            format=Format.TERRAFORM,
            body=body,
            span=block.span,
            scope=self.run.directory,
            declaration=module.declaration_prefix + resource.name,
            mode=Mode.DATA if block.type == "data" else Mode.MANAGED,
            calls=module.calls,
            exists=one.exists,
            symbolic=one.symbolic,
            whole=self.whole,
            provider_config=self.providers.config(module, provider_of(block.body, resource.type)),
            ignores=(*declared.ignores, *module.ignores),
        )

    def _depends_on(self, body: nodes.Body, module: ModuleInstance) -> Value | None:
        argument = body.arguments.get("depends_on")
        if argument is None or not isinstance(argument.expression, nodes.Tuple):
            return None
        parts = []
        for item in argument.expression.items:
            name = reference_text(item)
            if name:
                ref = module.prefix + name
                parts.append(Value.unknown(f"{ref} is known after apply", item.span, refs=(ref,)))
        return Value.known(tuple(parts), argument.span)

    # -- modules whose code is not there -------------------------------------------------

    def _opaque(self, call: ModuleCall, element: Element) -> Instance:
        module, block = call.module, call.declared.block
        body = self.run.bodies.body(block.body, call.scope_of(element), CALL_ARGUMENTS)
        if call.located.version:
            written = block.body.arguments.get("version")
            body["version"] = Value.known(call.located.version, written.span if written else block.header)
        depends = self._depends_on(block.body, module)
        if depends is not None:
            body["depends_on"] = depends
        return Instance(
            address=call.address + suffix(element),
            type=call.located.source,
            name=call.name,
            format=Format.TERRAFORM,
            body=body,
            span=block.span,
            scope=self.run.directory,
            declaration=f"{module.declaration_prefix}module.{call.name}",
            mode=Mode.MODULE,
            calls=module.calls,
            exists=module.exists & element.exists,
            symbolic=module.symbolic or element.symbolic,
            whole=self.whole,
            ignores=(*call.declared.ignores, *module.ignores),
        )


def _lifecycle(body: nodes.Body, span: SourceSpan) -> Value:
    """What Terraform takes as constants there; the other arguments say nothing about the resource."""
    said: dict[str, Value] = {
        name: Value.known(static_bool(body, name, False), body.arguments[name].span)
        for name in ("prevent_destroy", "create_before_destroy")
        if name in body.arguments
    }
    ignored = body.arguments.get("ignore_changes")
    if ignored is not None:
        listed = ignored.expression
        names = [
            reference_text(item) for item in (listed.items if isinstance(listed, nodes.Tuple) else (listed,))
        ]
        parts = tuple(Value.known(name, ignored.span) for name in names if name)
        said["ignore_changes"] = Value.known(parts, ignored.span)
    return Value.known((Value.known(said, span),), span)
