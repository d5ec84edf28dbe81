"""Resources and data sources of a module instance, and what a reference to one gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.blocks import blocks_of
from mlarchlint.frontends.terraform.declarations import Declared
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.expansion import Element, Expansion, Key, key_suffix, suffix
from mlarchlint.frontends.terraform.nodes import Body
from mlarchlint.frontends.terraform.scope import EvaluationError, Names, Scope
from mlarchlint.model.truth import Truth

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.module_tree import ModuleInstance

META_ARGUMENTS = frozenset(
    {"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"}
)
# Data sources that split YAML: what they give is in the code.
SPLITTING = ("kubectl_file_documents", "kubectl_path_documents")
_IN_PROGRESS: Any = object()


class Resource:
    """A declared resource in one module instance, with its elements."""

    __slots__ = ("_by_key", "_whole", "address", "declared", "expansion", "mode", "module", "name")

    def __init__(self, module: ModuleInstance, name: str, declared: Declared, expansion: Expansion) -> None:
        self.module = module
        self.name = name
        self.declared = declared
        self.expansion = expansion
        self.mode = declared.block.type
        self.address = module.prefix + name
        self._by_key: dict[Key, ResourceInstance] = {}
        self._whole: cty.Value | None = None

    @property
    def type(self) -> str:
        return self.declared.block.labels[0]

    def instances(self) -> list[ResourceInstance]:
        return [self.instance(element) for element in self.expansion.elements]

    def instance(self, element: Element) -> ResourceInstance:
        key: Key = "[*]" if element.symbolic else element.key
        found = self._by_key.get(key)
        if found is None:
            found = self._by_key[key] = ResourceInstance(self, element)
        return found

    def at(self, key: cty.Value) -> ResourceInstance | cty.Value:
        """The instance with this key; a value where it is not known which."""
        if key.is_unknown or not self.expansion.certain:
            return self._one_of(key)
        wanted = as_key(key, self.expansion.kind)
        for element in self._elements(wanted):
            return self.instance(element)
        raise EvaluationError(
            "Invalid index", key.span, f"{self.address} has no instance {key_suffix(wanted)}"
        )

    def _elements(self, wanted: Key) -> list[Element]:
        elements = self.expansion.elements
        if self.expansion.kind == "count":
            inside = isinstance(wanted, int) and 0 <= wanted < len(elements)
            return [elements[wanted]] if inside and isinstance(wanted, int) else []
        return [element for element in elements if element.key == wanted]

    def _one_of(self, key: cty.Value) -> ResourceInstance | cty.Value:
        if not key.is_unknown:
            wanted = as_key(key, self.expansion.kind)
            for element in self.expansion.elements:
                if element.key == wanted and not element.symbolic:
                    return self.instance(element)
            shown = key_suffix(wanted)
        else:
            shown = "[*]"
        why = self.expansion.why or cty.why_unknown([key])
        return cty.unknown(why, path=self.address + shown, refs=cty.joined((self.address + shown,), key.refs))

    def whole(self) -> cty.Value:
        """The value of `aws_subnet.a`: one object, a tuple (count) or an object (for_each) of them."""
        if self._whole is None:
            self._whole = self._make_whole()
        return self._whole

    def _make_whole(self) -> cty.Value:
        expansion = self.expansion
        if expansion.kind == "single":
            return self.instance(expansion.elements[0]).whole()
        if not expansion.certain:
            return cty.unknown(expansion.why, path=self.address, not_null=True)
        span = self.declared.block.span
        if expansion.kind == "count":
            return cty.tuple_of([one.whole() for one in self.instances()], span)
        return cty.object_of({str(one.element.key): one.whole() for one in self.instances()}, span)


class ResourceInstance:
    """One element of a resource. Attributes are evaluated when something asks for them."""

    __slots__ = ("_attributes", "_scope", "_whole", "address", "element", "resource")

    def __init__(self, resource: Resource, element: Element) -> None:
        self.resource = resource
        self.element = element
        self.address = resource.address + suffix(element)
        self._attributes: dict[str, Any] = {}
        self._scope: Scope | None = None
        self._whole: cty.Value | None = None

    @property
    def body(self) -> Body:
        return self.resource.declared.block.body

    @property
    def scope(self) -> Scope:
        """The module's scope with `count` or `each`."""
        if self._scope is None:
            outer = self.resource.module.scope
            self._scope = Names(outer, self.element.names) if self.element.names else outer
        return self._scope

    # -- what a reference gives ----------------------------------------------------------

    def whole(self) -> cty.Value:
        if self._whole is None:
            if self.resource.type == "terraform_data" and self.resource.mode == "resource":
                names = ("id", "input", "output", "triggers_replace")
                self._whole = cty.object_of({name: self.attribute(name) for name in names})
            else:
                self._whole = self._open(self.address, self.member)
        return self._whole

    def _open(self, path: str, members: Callable[[str], cty.Value | None]) -> cty.Value:
        """An object of which only what is written is known."""
        held = cty.Unknown(self.why(path), path, symbolic=self._symbolic, not_null=True, members=members)
        return cty.Value(cty.DYNAMIC, held, self.resource.declared.block.header, (path,))

    @property
    def _symbolic(self) -> bool:
        return self.resource.mode == "data"

    def why(self, path: str) -> str:
        if self.resource.mode == "data":
            return f"{path} is read from the provider"
        return f"{path} is known after apply"

    def attribute(self, name: str) -> cty.Value:
        """What is written, or unknown where only the provider knows it."""
        found = self.member(name)
        if found is not None:
            return found
        path = f"{self.address}.{name}"
        if self.resource.type == "terraform_data" and self.resource.mode == "resource":
            return self._terraform_data(name, path)
        if self.resource.mode == "data" and self.resource.type in SPLITTING:
            from mlarchlint.frontends.terraform.kubectl_documents import documents_attribute

            documents = documents_attribute(self, name)
            if documents is not None:
                return cty.with_refs(documents, path)
        return cty.unknown(self.why(path), path=path, symbolic=self._symbolic)

    def member(self, name: str) -> cty.Value | None:
        """The value of a written attribute, naming the attribute; None for any other."""
        found = self._attributes.get(name)
        if found is _IN_PROGRESS:
            self.resource.module.run.cycle(f"{self.address}.{name}", self.body.arguments[name].span)
        if found is None:
            self._attributes[name] = _IN_PROGRESS
            try:
                found = self._member(name)
            finally:
                self._attributes.pop(name, None)
            if found is not None:
                self._attributes[name] = found
        return found

    def _member(self, name: str) -> cty.Value | None:
        if name in META_ARGUMENTS:
            return None
        path = f"{self.address}.{name}"
        argument = self.body.arguments.get(name)
        if argument is None:
            return self._blocks(name, path)
        value = evaluate(argument.expression, self.scope)
        if value.is_null and self.resource.type != "terraform_data":
            return None  # the provider may fill it in
        return cty.like(value, refs=cty.joined((path,), value.refs))

    def _blocks(self, name: str, path: str) -> cty.Value | None:
        """Blocks of a type as a tuple of open objects; None where a `dynamic` block makes some."""
        body = self.body
        blocks = [block for block in body.blocks if block.type == name and not block.labels]
        dynamic = any(name in block.labels for block in blocks_of(body, "dynamic", 1))
        if not blocks or dynamic:
            return None
        opened = []
        for place, block in enumerate(blocks):
            inside = f"{path}[{place}]"
            opened.append(self._open(inside, self._members_of(block.body, inside)))
        return cty.with_refs(cty.tuple_of(opened, blocks[0].span), path)

    def _members_of(self, body: Body, path: str) -> Callable[[str], cty.Value | None]:
        def member(name: str) -> cty.Value | None:
            argument = body.arguments.get(name)
            if argument is None:
                return None
            value = evaluate(argument.expression, self.scope)
            return None if value.is_null else cty.with_refs(value, f"{path}.{name}")

        return member

    def _terraform_data(self, name: str, path: str) -> cty.Value:
        """The built-in resource, whose schema is part of the language."""
        if name == "id":
            return cty.unknown(self.why(path), cty.STRING, path=path, not_null=True)
        given = self.attribute("input") if name == "output" else cty.null()
        if name in ("input", "triggers_replace") or given.is_null:
            return cty.null()
        if name != "output":
            raise EvaluationError("Unsupported attribute", None, f"terraform_data has no attribute {name}")
        return cty.unknown(self.why(path), given.type, path=path)

    @property
    def exists(self) -> Truth:
        return self.element.exists & self.resource.module.exists

    @property
    def symbolic(self) -> bool:
        return self.element.symbolic or self.resource.module.symbolic


def as_key(value: cty.Value, kind: str) -> Key:
    """An index as the key of an instance: `"1"` is 1 for count, 1 is `"1"` for for_each."""
    held = value.v
    if kind == "count":
        try:
            return int(held)
        except (TypeError, ValueError):
            return str(held)
    if isinstance(held, bool):
        return "true" if held else "false"
    return str(held)
