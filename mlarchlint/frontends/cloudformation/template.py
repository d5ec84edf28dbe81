"""A template's sections, checked for their shape only."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import field

from mlarchlint.frontends.cloudformation.calls import LOOP, text_of
from mlarchlint.frontends.yaml_tree import Document, List, Map, Node, Scalar
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

Report = Callable[[Diagnostic], None]
_SECTIONS = frozenset(
    {"AWSTemplateFormatVersion", "Parameters", "Mappings", "Conditions", "Outputs", "Transform"}
)
SAM = "AWS::Serverless-2016-10-31"
_APPLIED = frozenset({SAM, "AWS::LanguageExtensions", "AWS::Include"})
# They change how a stack is deployed or add resources, but no property that is written here.
_HARMLESS = frozenset({
    "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16",
    "AWS::ServiceCatalog", "AWS::CloudFormation::Include",
})  # fmt: skip


@record(frozen=True, slots=True, eq=False)
class Parameter:
    name: str
    type: str
    default: Node | None
    allowed: tuple[str, ...]
    no_echo: bool
    span: SourceSpan

    @property
    def is_list(self) -> bool:
        return self.type == "CommaDelimitedList" or self.type.startswith("List<")

    @property
    def from_ssm(self) -> bool:
        return self.type.startswith("AWS::SSM::Parameter::Value<")


@record(frozen=True, slots=True, eq=False)
class Template:
    """resources: may still hold loops. globals: SAM's."""

    path: str
    span: SourceSpan
    parameters: dict[str, Parameter] = field(default_factory=dict)
    mappings: Map | None = None
    conditions: Map | None = None
    resources: Map | None = None
    outputs: Map | None = None
    globals: Map | None = None
    transforms: tuple[str, ...] = ()
    lacks_includes: bool = False

    def takes(self, given: Collection[str]) -> bool:
        """Whether a stack that gives these parameters can be made of it."""
        needed = {name for name, parameter in self.parameters.items() if parameter.default is None}
        return needed <= set(given) <= self.parameters.keys()

    @property
    def has_unknown_macros(self) -> bool:
        """Whether a macro that was not applied, or a file that was not read, may add resources."""
        return self.lacks_includes or any(name not in _APPLIED | _HARMLESS for name in self.transforms)

    @property
    def is_sam(self) -> bool:
        return any(name.startswith("AWS::Serverless") for name in self.transforms)


def read_template(document: Document, report: Report) -> Template | None:
    """The sections of a document; None where there is nothing to evaluate."""
    root = document.root
    if not isinstance(root, Map):
        report(_invalid("a template must be a mapping with a Resources section", root.span))
        return None
    if root.get("Resources") is None:
        if not _SECTIONS & root.members.keys():
            return None  # a template is only quoted somewhere inside
        report(_invalid("the template has no Resources section", root.span))
        return None
    transforms = _transforms(root.get("Transform"), report)
    return Template(
        document.path,
        root.span,
        _parameters(_section(root, "Parameters", report), report),
        _section(root, "Mappings", report),
        _section(root, "Conditions", report),
        _section(root, "Resources", report),
        _section(root, "Outputs", report),
        _section(root, "Globals", report),
        transforms,
    )


def _invalid(summary: str, span: SourceSpan, level: Level = Level.ERROR) -> Diagnostic:
    return Diagnostic("template-invalid", summary, "CloudFormation refuses the template.", span, level)


def _section(root: Map, name: str, report: Report) -> Map | None:
    node = root.get(name)
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    if isinstance(node, Map):
        return node
    report(_invalid(f"{name} must be a mapping", node.span))
    return None


def _transforms(node: Node | None, report: Report) -> tuple[str, ...]:
    found = []
    for item in node.items if isinstance(node, List) else (node,) if node is not None else ():
        name = text_of(item.get("Name") if isinstance(item, Map) else item)
        if name is None:
            report(_invalid("Transform must name a macro", item.span, Level.WARNING))
            continue
        found.append(name)
        if name not in _APPLIED | _HARMLESS:
            detail = "What the macro adds or changes is not seen; scan the processed template instead."
            summary = f"the macro {name} was not applied"
            report(Diagnostic("template-macro", summary, detail, item.span, Level.WARNING))
    return tuple(found)


def _parameters(section: Map | None, report: Report) -> dict[str, Parameter]:
    found = {}
    for name, node in section.members.items() if section else ():
        if name.startswith(LOOP) or not isinstance(node, Map):
            report(_invalid(f"parameter {name} must be a mapping with a Type", node.span, Level.WARNING))
            continue
        allowed = node.get("AllowedValues")
        found[name] = Parameter(
            name,
            text_of(node.get("Type")) or "String",
            node.get("Default"),
            tuple(as_text(item) for item in allowed.items if isinstance(item, Scalar))
            if isinstance(allowed, List)
            else (),
            isinstance(echo := node.get("NoEcho"), Scalar) and as_text(echo) == "true",
            section.keys[name] if section else node.span,
        )
    return found


def as_text(node: Scalar) -> str:
    """A scalar as CloudFormation turns it into a string: booleans are `true` and `false`."""
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return node.text


def value_text(value: Value) -> str | None:
    """A known scalar as text; None for anything else."""
    raw = value.raw
    if not value.is_known or isinstance(raw, (tuple, dict)):
        return None
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return str(raw)
