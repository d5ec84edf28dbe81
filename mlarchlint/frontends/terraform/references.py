"""What the names in an expression refer to: `var.x`, `local.y`, `module.m.out`, `aws_vpc.a.id`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlarchlint.frontends.terraform import cty, nodes
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.expansion import key_suffix
from mlarchlint.frontends.terraform.instances import ResourceInstance, as_key
from mlarchlint.frontends.terraform.scope import EvaluationError, Files, Scope, Step

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.module_tree import ModuleCall, ModuleInstance

Steps = tuple[Step, ...]
Found = tuple[cty.Value, int]
_SPECIAL = frozenset({"each", "count", "self"})


class ModuleScope:
    """The names of one module instance."""

    __slots__ = ("files", "module")

    def __init__(self, module: ModuleInstance, files: Files) -> None:
        self.module = module
        self.files: Files | None = files

    def resolve(self, root: nodes.Variable, steps: Steps, within: Scope) -> Found:
        name = root.name
        if name == "var":
            return self.module.variable(_name(root, steps), root.span), 1
        if name == "local":
            return self.module.local(_name(root, steps), root.span), 1
        if name == "module":
            return self._module(_name(root, steps), steps, within)
        if name in ("data", "ephemeral"):
            return self._resource(f"{name}.{_name(root, steps)}.{_name(root, steps[1:])}", 2, steps, within)
        if name == "resource":
            return self._resource(f"{_name(root, steps)}.{_name(root, steps[1:])}", 2, steps, within)
        if name == "path":
            return self._path(_name(root, steps)), 1
        if name in ("terraform", "tofu"):
            return self._terraform(_name(root, steps), root), 1
        if name in _SPECIAL:
            raise EvaluationError(
                f'Reference to "{name}" in non-{name} context', root.span, f"there is no `{name}` here"
            )
        return self._resource(f"{name}.{_name(root, steps)}", 1, steps, within)

    # -- resources -----------------------------------------------------------------------

    def _resource(self, name: str, used: int, steps: Steps, within: Scope) -> Found:
        resource = self.module.resource(name, steps[used - 1].span)
        if isinstance(resource, cty.Value):
            return resource, used
        if resource.expansion.kind == "single":
            instance = resource.instance(resource.expansion.elements[0])
        elif len(steps) > used and (key := _key(steps[used], within)) is not None:
            found = resource.at(key)
            used += 1
            if isinstance(found, cty.Value):
                return found, used
            instance = found
        else:
            return resource.whole(), used
        return self._attribute(instance, used, steps)

    def _attribute(self, instance: ResourceInstance, used: int, steps: Steps) -> Found:
        if len(steps) > used:
            name = _static_name(steps[used])
            if name is not None:
                return instance.attribute(name), used + 1
        return instance.whole(), used

    # -- modules -------------------------------------------------------------------------

    def _module(self, name: str, steps: Steps, within: Scope) -> Found:
        call = self.module.call(name, steps[0].span)
        if isinstance(call, cty.Value):
            return call, 1
        if call.expansion.kind == "single":
            return self._output(call, None, 1, steps)
        if len(steps) > 1 and (key := _key(steps[1], within)) is not None:
            if key.is_unknown or not call.expansion.certain:
                shown = "[*]" if key.is_unknown else key_suffix(as_key(key, call.expansion.kind))
                path = call.address + shown
                return cty.unknown(call.expansion.why or cty.why_unknown([key]), path=path), 2
            return self._output(call, as_key(key, call.expansion.kind), 2, steps)
        return call.whole(), 1

    def _output(self, call: ModuleCall, key: int | str | None, used: int, steps: Steps) -> Found:
        if len(steps) > used:
            name = _static_name(steps[used])
            if name is not None:
                return call.output(key, name, steps[used].span), used + 1
        return call.element(key, steps[used - 1].span), used

    # -- the rest ------------------------------------------------------------------------

    def _path(self, name: str) -> cty.Value:
        run, module = self.module.run, self.module
        if name == "module":
            return cty.string(run.path_in_root(module.directory))
        if name == "root":
            return cty.string(".")
        if name == "cwd":
            return cty.string(run.working_directory)
        raise EvaluationError('Invalid "path" attribute', None, f"there is no path.{name}")

    def _terraform(self, name: str, root: nodes.Variable) -> cty.Value:
        if name == "workspace":
            return cty.string(self.module.run.options.workspace)
        if name == "applying":
            return cty.boolean(False)
        raise EvaluationError('Invalid "terraform" attribute', root.span, f"there is no terraform.{name}")


class ModuleFiles:
    """What `file()` may read in a module: paths start at the root module, as Terraform runs there.

    base: what the folders of the root module and of the module are relative to.
    """

    __slots__ = ("_base", "_called", "_top", "root")

    def __init__(self, root: Path, base: Path, top: str, called: str) -> None:
        self.root = root
        self._base, self._top, self._called = base, top, called

    @property
    def directory(self) -> Path:
        return self._base / self._top

    @property
    def module(self) -> Path:
        return self._base / self._called


def _name(root: nodes.Variable, steps: Steps) -> str:
    name = _static_name(steps[0]) if steps else None
    if name is None:
        detail = f"`{root.name}` must be followed by a name"
        raise EvaluationError("Invalid reference", root.span, detail)
    return name


def _static_name(step: Step) -> str | None:
    if isinstance(step, nodes.Attribute):
        return step.name
    key = step.key
    return key.value if isinstance(key, nodes.Literal) and isinstance(key.value, str) else None


def _key(step: Step, within: Scope) -> cty.Value | None:
    """The index that a step is; None for an attribute."""
    if isinstance(step, nodes.Index):
        return evaluate(step.key, within)
    return cty.number(int(step.name), step.span) if step.name.isdigit() else None
