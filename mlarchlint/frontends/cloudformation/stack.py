"""One template with its parameters: a stack, and the stacks nested in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import TRANSFORM
from mlarchlint.frontends.cloudformation.conditions import judge_named
from mlarchlint.frontends.cloudformation.evaluator import Evaluator
from mlarchlint.frontends.cloudformation.facts import Facts
from mlarchlint.frontends.cloudformation.included import section_with_included
from mlarchlint.frontends.cloudformation.loops import expanded
from mlarchlint.frontends.cloudformation.parameters import parameter_value
from mlarchlint.frontends.cloudformation.remarks import Ignores, Remark
from mlarchlint.frontends.cloudformation.template import Template
from mlarchlint.frontends.yaml_tree import Map, Node
from mlarchlint.model.resource import Call
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.world import World


@dataclass(slots=True, eq=False)
class Stack:
    """prefix: of its addresses (`Network.`), "" for a root. given: the value of a parameter, or None.
    exists: whether the stack itself does. partial: some of its resources were left out. ignores: written on the nested stack
    in its parent. loop_names: identifiers of loops whose collection is not known. open_keys: what such loops make.
    """

    template: Template
    scope: str
    world: World
    given: Callable[[str], Value | None]
    prefix: str = ""
    calls: tuple[Call, ...] = ()
    exists: Truth = Truth.YES
    remarks: tuple[Remark, ...] = ()
    ignores: Ignores = ()
    partial: bool = False
    children: dict[str, Stack] = field(default_factory=dict)
    resources: Mapping[str, Node] = field(default_factory=dict)
    keys: Mapping[str, SourceSpan] = field(default_factory=dict)
    outputs: Map | None = None
    loop_names: dict[str, Value] = field(default_factory=dict)
    open_keys: set[str] = field(default_factory=set)
    _parameters: dict[str, Value] = field(default_factory=dict)
    _outputs: dict[str, Value] = field(default_factory=dict)
    _evaluator: Evaluator | None = None

    @property
    def evaluator(self) -> Evaluator:
        """Without assumptions."""
        if self._evaluator is None:
            self._evaluator = Evaluator(self, Facts())
        return self._evaluator

    def unfold(self) -> None:
        """Replaces the loops of every section by their copies; conditions and resources first."""
        template = self.template
        if template.mappings is not None:
            self.template = replace(self.template, mappings=section_with_included(template.mappings, self))
        if template.conditions is not None:
            conditions = expanded(section_with_included(template.conditions, self), self.evaluator)
            self.template = replace(self.template, conditions=conditions)
        if template.resources is not None:
            section = section_with_included(template.resources, self)
            self.partial = self.partial or TRANSFORM in section.members
            resources = expanded(section, self.evaluator)
            self.resources, self.keys = resources.members, resources.keys
        if template.outputs is not None:
            self.outputs = expanded(section_with_included(template.outputs, self), self.evaluator)

    @property
    def is_open(self) -> bool:
        """Whether something that was not read may declare what is not found here."""
        return self.partial or self.template.has_unknown_macros

    def parameter(self, name: str) -> Value:
        if name not in self._parameters:
            span = self.template.parameters[name].span
            self._parameters[name] = Value.failed(f"parameter {name} depends on itself", span)
            self._parameters[name] = parameter_value(self.template.parameters[name], self.given(name))
        return self._parameters[name]

    def output(self, name: str, span: SourceSpan) -> Value:
        """The value of an output; its references are those of this stack's addresses."""
        if name not in self._outputs:
            node = self.outputs.get(name) if self.outputs else None
            if not isinstance(node, Map):
                return self.evaluator.refuse(f"{self.template.path} has no output {name!r}", span)
            self._outputs[name] = Value.failed(f"output {name} depends on itself", span)
            value = node.get("Value")
            self._outputs[name] = self.evaluator.value(value) if value else Value.absent(node.span)
        return self._outputs[name]

    def output_exists(self, node: Map) -> bool:
        condition = node.get("Condition")
        if condition is None:
            return True
        name = getattr(condition, "text", None)
        return judge_named(name, condition, self.evaluator).truth is not Truth.NO
