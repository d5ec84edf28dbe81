"""Where the resources of a plan are declared, if the code lies beside the plan."""

from __future__ import annotations

import posixpath
from dataclasses import field

from mlarchlint.frontends.terraform.blocks import blocks_of
from mlarchlint.frontends.terraform.declarations import Declared, Ignores, ModuleSyntax
from mlarchlint.frontends.terraform.files import Folders
from mlarchlint.frontends.terraform.modules import locate, read_manifest
from mlarchlint.frontends.terraform.sources import TerraformSources
from mlarchlint.model.record import record
from mlarchlint.model.resource import Call
from mlarchlint.model.span import SourceSpan


@record(frozen=True, slots=True, eq=False)
class Place:
    """Of one declaration; of the plan itself where there is no code."""

    span: SourceSpan
    declared: Declared | None = None
    ignores: Ignores = field(default=())

    def argument(self, name: str) -> SourceSpan:
        """Of an argument, or of the first block of that type; an absent one has the block's span."""
        if self.declared is None:
            return self.span
        body = self.declared.block.body
        argument = body.arguments.get(name)
        if argument is not None:
            return argument.expression.span
        block = next(blocks_of(body, name), None)
        return block.span if block is not None else self.span


class Positions:
    """scope: what the addresses are unique in: the folder of the code, or the plan."""

    def __init__(self, path: str, sources: TerraformSources | None) -> None:
        self.path = path
        self.plan = SourceSpan(path)
        directory = posixpath.dirname(path) or "."
        has_code = sources is not None and directory in sources.directories
        self.scope = directory if has_code else path
        self.folders = Folders(sources) if sources is not None and has_code else None
        self._manifest = read_manifest(directory, self.folders) if self.folders else {}
        self._modules: dict[str, ModuleSyntax | None] = {}
        if self.folders is not None:
            self._modules[""] = self.folders.syntax(directory)

    @property
    def files_read(self) -> frozenset[str]:
        return frozenset(self.folders.read - self.folders.failed) if self.folders else frozenset()

    def of(self, prefix: str, name: str) -> Place:
        """prefix: of the module, without keys (`module.net.`). name: `aws_subnet.a`."""
        module = self._module(prefix)
        declared = module.resources.get(name) if module else None
        if declared is None:
            return Place(self.plan)
        ignores = (
            *declared.ignores,
            *(found for call in self._declared_calls(prefix) for found in call.ignores),
        )
        return Place(declared.block.span, declared, ignores)

    def calls(self, prefix: str) -> tuple[Call, ...]:
        """The module calls down to the module instance with this prefix (with keys)."""
        from mlarchlint.frontends.terraform.plan_json import without_keys

        names = [name for name in without_keys(prefix).split(".") if name and name != "module"]
        declared = self._declared_calls(without_keys(prefix))
        found = []
        for depth in range(len(names)):
            span = declared[depth].block.header if depth < len(declared) else self.plan
            found.append(Call(_up_to(prefix, depth + 1), span))
        return tuple(found)

    def _declared_calls(self, prefix: str) -> list[Declared]:
        found, here = [], ""
        for name in [name for name in prefix.split(".") if name and name != "module"]:
            module = self._module(here)
            declared = module.calls.get(name) if module else None
            if declared is None:
                break
            found.append(declared)
            here += f"module.{name}."
        return found

    def _module(self, prefix: str) -> ModuleSyntax | None:
        if prefix not in self._modules:
            self._modules[prefix] = self._called(prefix)
        return self._modules[prefix]

    def _called(self, prefix: str) -> ModuleSyntax | None:
        outer, _, name = prefix.removesuffix(".").rpartition("module.")
        caller = self._module(outer) if prefix else None
        declared = caller.calls.get(name) if caller else None
        if caller is None or declared is None or self.folders is None:
            return None
        key = ".".join(part for part in prefix.split(".") if part and part != "module")
        located = locate(declared.block, caller.directory, key, self._manifest, self.folders)
        return self.folders.syntax(located.directory) if located.directory else None


def _up_to(prefix: str, calls: int) -> str:
    """The address of the module after so many calls: `module.a["x.y"].module.b`."""
    ends, depth, quoted = [], 0, False
    for place, letter in enumerate(prefix):
        if letter == '"' and depth:
            quoted = not quoted
        elif not quoted:
            depth += {"[": 1, "]": -1}.get(letter, 0)
            if letter == "." and not depth:
                ends.append(place)
    return prefix[: ends[2 * calls - 1]] if len(ends) >= 2 * calls else prefix.removesuffix(".")
