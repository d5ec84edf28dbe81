"""Module instances: their variables, locals and outputs, and the modules they call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.declarations import Declared, Ignores, ModuleSyntax
from mlarchlint.frontends.terraform.dependencies import dependencies
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.expansion import Element, Expansion, Key, expand, key_suffix, suffix
from mlarchlint.frontends.terraform.instances import Resource
from mlarchlint.frontends.terraform.modules import Located
from mlarchlint.frontends.terraform.references import ModuleScope
from mlarchlint.frontends.terraform.run import DEEP, Run
from mlarchlint.frontends.terraform.scope import EvaluationError, Names, Scope
from mlarchlint.frontends.terraform.variables import declared_variable, refuses_default, without_value
from mlarchlint.model.resource import Call
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Origin

Input = Callable[[], cty.Value]
T = TypeVar("T")
CALL_ARGUMENTS = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
_IN_PROGRESS: Any = object()


class ModuleInstance:
    """address: `""` for the root, else `module.net[0]`. key: the call path in modules.json.

    inputs: what the caller gives, evaluated when asked for.
    """

    def __init__(
        self,
        run: Run,
        syntax: ModuleSyntax,
        inputs: Mapping[str, Input],
        *,
        address: str = "",
        key: str = "",
        parent: ModuleInstance | None = None,
        call: ModuleCall | None = None,
        element: Element | None = None,
    ) -> None:
        self.run = run
        self.syntax = syntax
        self.directory = syntax.directory
        self.inputs = inputs
        self.address = address
        self.prefix = f"{address}." if address else ""
        self.key = key
        self.parent = parent
        self.called_by = call
        self.scope: Scope = ModuleScope(self, run.files(syntax.directory))
        self.exists: Truth = parent.exists if parent else Truth.YES
        self.symbolic: bool = parent.symbolic if parent else False
        self.calls: tuple[Call, ...] = parent.calls if parent else ()
        self.ignores: Ignores = parent.ignores if parent else ()
        if call is not None and element is not None:
            self.exists = self.exists & element.exists
            self.symbolic = self.symbolic or element.symbolic
            self.calls = (*self.calls, Call(address, call.declared.block.header))
            self.ignores = (*self.ignores, *call.declared.ignores)
        self._memo: dict[str, Any] = {}

    @property
    def depth(self) -> int:
        return len(self.calls)

    @property
    def declaration_prefix(self) -> str:
        """The prefix without instance keys."""
        return "".join(f"module.{name}." for name in self.key.split(".")) if self.key else ""

    # -- names ---------------------------------------------------------------------------

    def _once(self, name: str, span: SourceSpan, make: Callable[[], T]) -> T:
        """A thing is made when first asked for, once; one that asks for itself is an error."""
        found: Any = self._memo.get(name)
        if found is None:
            self._memo[name] = _IN_PROGRESS
            try:
                found = make()
            except EvaluationError as error:
                found = error
            finally:
                if self._memo[name] is _IN_PROGRESS:
                    del self._memo[name]
            self._memo[name] = found
        if found is _IN_PROGRESS:
            self.run.cycle(self.prefix + name, span)
        if isinstance(found, EvaluationError):
            raise found
        return found  # type: ignore[no-any-return]

    def variable(self, name: str, at: SourceSpan | None = None) -> cty.Value:
        kept = self._memo.get(f"var.{name}")  # most are asked for more than once
        if type(kept) is cty.Value:
            return kept
        declared = self.syntax.variables.get(name)
        if declared is None:
            return self._undeclared(f"var.{name}", "input variable", at)
        span = declared.block.header
        return self._once(f"var.{name}", span, lambda: self._variable(declared, name))

    def _variable(self, declared: Declared, name: str) -> cty.Value:
        given = self.inputs.get(name)
        asked = given is None and self.parent is None
        if asked and refuses_default(declared, self.syntax.variables, self.inputs):
            return without_value(declared, "needs a value: its own validation refuses its default")
        return declared_variable(declared, given)

    def local(self, name: str, at: SourceSpan | None = None) -> cty.Value:
        kept = self._memo.get(f"local.{name}")
        if type(kept) is cty.Value:
            return kept
        argument = self.syntax.locals.get(name)
        if argument is None:
            return self._undeclared(f"local.{name}", "local value", at)
        return self._once(f"local.{name}", argument.span, lambda: self._local(name))

    def _local(self, name: str) -> cty.Value:
        if self.run.depth >= DEEP:
            self._locals_ahead(name)
        argument = self.syntax.locals[name]
        value = self.run.guarded(argument.span, lambda: evaluate(argument.expression, self.scope))
        origin = (Origin(f"local.{name}", argument.span), *value.origin)
        return cty.like(value, origin=origin)

    def _locals_ahead(self, name: str) -> None:
        """Evaluates what a local rests on from the far end, so that no chain is too long."""
        for earlier in dependencies(name, self.syntax.locals):
            if f"local.{earlier}" not in self._memo:
                depth, self.run.depth = self.run.depth, 0
                try:
                    self.local(earlier)
                except EvaluationError:
                    continue  # it is raised again where it is asked for
                finally:
                    self.run.depth = depth

    def output(self, name: str, span: SourceSpan | None = None) -> cty.Value:
        declared = self.syntax.outputs.get(name)
        if declared is None:
            return self._undeclared(f"{self.address}.{name}", "output value", span)
        return self._once(f"output.{name}", declared.block.header, lambda: self._output(declared))

    def _output(self, declared: Declared) -> cty.Value:
        argument = declared.block.body.arguments.get("value")
        if argument is None:
            raise EvaluationError(
                "Missing required argument", declared.block.header, "the output has no value"
            )
        # `sensitive` of an output only hides what is printed: callers get the value as it is
        return self.run.guarded(argument.span, lambda: evaluate(argument.expression, self.scope))

    def resource(self, name: str, span: SourceSpan | None = None) -> Resource | cty.Value:
        kept = self._memo.get(name)
        if type(kept) is Resource:
            return kept
        declared = self.syntax.resources.get(name)
        if declared is None:
            return self._undeclared(self.prefix + name, "resource", span)
        return self._once(name, declared.block.header, lambda: self._resource(name, declared))

    def _resource(self, name: str, declared: Declared) -> Resource:
        return Resource(self, name, declared, self._expansion(declared))

    def call(self, name: str, span: SourceSpan | None = None) -> ModuleCall | cty.Value:
        declared = self.syntax.calls.get(name)
        if declared is None:
            return self._undeclared(f"{self.prefix}module.{name}", "module", span)
        return self._once(f"module.{name}", declared.block.header, lambda: self._call(name, declared))

    def _call(self, name: str, declared: Declared) -> ModuleCall:
        key = f"{self.key}.{name}" if self.key else name
        located = self.run.locate(declared.block, self, key)
        return ModuleCall(self, name, declared, self._expansion(declared), located, key)

    def _expansion(self, declared: Declared) -> Expansion:
        return expand(
            declared.block.body,
            lambda argument: evaluate(argument.expression, self.scope),
            self.run.options.limits.instances,
            self.run.report,
        )

    def _undeclared(self, address: str, what: str, span: SourceSpan | None) -> cty.Value:
        """The rest of the module may be elsewhere (generated, or copied in): unknown, not an error."""
        self.run.undeclared.setdefault(address, span)
        return cty.unknown(f"the {what} {address} is not declared in the scanned code", path=address)


class ModuleCall:
    """A `module` block in one module instance. located.directory: None if the code was not read."""

    def __init__(
        self,
        module: ModuleInstance,
        name: str,
        declared: Declared,
        expansion: Expansion,
        located: Located,
        key: str,
    ) -> None:
        self.module = module
        self.name = name
        self.declared = declared
        self.expansion = expansion
        self.located = located
        self.key = key
        self.address = f"{module.prefix}module.{name}"
        self._instances: dict[Key, ModuleInstance] = {}

    def scope_of(self, element: Element) -> Scope:
        return Names(self.module.scope, element.names) if element.names else self.module.scope

    def instance(self, element: Element) -> ModuleInstance | None:
        """None if the module's code was not read."""
        if self.located.directory is None:
            return None
        key: Key = "[*]" if element.symbolic else element.key
        found = self._instances.get(key)
        if found is None:
            found = self._instances[key] = self._make(element, self.located.directory)
        return found

    def _make(self, element: Element, directory: str) -> ModuleInstance:
        scope = self.scope_of(element)
        inputs = {
            name: _input(argument.expression, name, scope)
            for name, argument in self.declared.block.body.arguments.items()
            if name not in CALL_ARGUMENTS
        }
        run = self.module.run
        return ModuleInstance(
            run,
            run.folders.syntax(directory),
            inputs,
            address=self.address + suffix(element),
            key=self.key,
            parent=self.module,
            call=self,
            element=element,
        )

    # -- outputs -------------------------------------------------------------------------

    def output(self, key: Key, name: str, span: SourceSpan) -> cty.Value:
        instance = self.instance(self._element(key, span))
        if instance is None:
            return self._opaque(f"{self.address}{key_suffix(key)}.{name}")
        return instance.output(name, span)

    def element(self, key: Key, span: SourceSpan) -> cty.Value:
        """All outputs of one instance, as an object."""
        return self._outputs(self._element(key, span))

    def whole(self) -> cty.Value:
        """All instances: a tuple or an object of objects of outputs."""
        expansion = self.expansion
        if not expansion.certain:
            return cty.unknown(expansion.why, path=self.address, not_null=True)
        outputs = [(element.key, self._outputs(element)) for element in expansion.elements]
        if expansion.kind == "count":
            return cty.tuple_of([value for _, value in outputs])
        return cty.object_of({str(key): value for key, value in outputs})

    def _outputs(self, element: Element) -> cty.Value:
        instance = self.instance(element)
        if instance is None:
            return self._opaque(self.address + suffix(element))
        return cty.object_of({name: _or_unknown(instance, name) for name in instance.syntax.outputs})

    def _element(self, key: Key, span: SourceSpan) -> Element:
        for element in self.expansion.elements:
            if element.key == key and not element.symbolic:
                return element
        raise EvaluationError("Invalid index", span, f"{self.address} has no instance {key_suffix(key)}")

    def _opaque(self, path: str) -> cty.Value:
        why = self.located.problem or f"the code of module {self.located.source} is not in the tree"
        return cty.unknown(f"{path}: {why}", path=path)


def _input(expression: Any, name: str, scope: Scope) -> Input:
    def make() -> cty.Value:
        return evaluate(expression, scope)

    return make


def _or_unknown(instance: ModuleInstance, name: str) -> cty.Value:
    try:
        return instance.output(name)
    except EvaluationError as error:
        return cty.unknown(error.message, path=f"{instance.address}.{name}")
