"""AWS SAM: the Globals section under each resource's own properties.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlarchlint.frontends.cloudformation.calls import text_of
from mlarchlint.frontends.yaml_tree import Map, Node
from mlarchlint.model.value import State, Value

_PREFIX = "AWS::Serverless::"


# type of an event -> the property that names its API, and the API that events without one share
APIS = {"Api": ("RestApiId", "ServerlessRestApi"), "HttpApi": ("ApiId", "ServerlessHttpApi")}
SHARED = frozenset(api for _, api in APIS.values())
_WITH_ROLE = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")


def generated_reference(name: str, declared: Mapping[str, Node], prefix: str) -> str | None:
    """What a logical id that SAM makes up stands for: `RankerVersion` comes with `Ranker`. Roles and shared
    APIs are resources of their own.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
    """
    head = name.partition(".")[0]
    if head in SHARED or (head.endswith("Role") and _brings_role(declared.get(head.removesuffix("Role")))):
        return prefix + name
    owner = max((one for one in declared if name.startswith(one)), key=len, default="")
    if owner:
        return f"{prefix}{owner}.{name.removeprefix(owner).lstrip('.')}"
    return f"data.AWS::Serverless.{name}" if name.startswith("Serverless") else None


def _brings_role(node: Node | None) -> bool:
    """Whether SAM makes a role for a resource."""
    if not isinstance(node, Map) or text_of(node.get("Type")) not in _WITH_ROLE:
        return False
    properties = node.get("Properties")
    return not isinstance(properties, Map) or properties.get("Role") is None


def with_globals(
    type_name: str, own: Mapping[str, Value], globals_: Mapping[str, Value]
) -> Mapping[str, Value]:
    """A resource's properties laid over the globals of its type."""
    if not type_name.startswith(_PREFIX):
        return own
    section = globals_.get(type_name.removeprefix(_PREFIX))
    if section is None or not section.mapping():
        return own
    return _merged(section.mapping(), own)


def _merged(base: Mapping[str, Value], own: Mapping[str, Value]) -> dict[str, Value]:
    """Mappings are merged, lists concatenated, anything else replaced."""
    found = dict(base)
    for name, value in own.items():
        below = base.get(name)
        found[name] = value if below is None else _laid_over(below, value)
    return found


def _laid_over(below: Value, own: Value) -> Value:
    if below.state is not State.KNOWN or own.state is not State.KNOWN:
        return own
    if isinstance(below.raw, dict) and isinstance(own.raw, dict):
        return replace(own, raw=_merged(below.raw, own.raw))
    if isinstance(below.raw, tuple) and isinstance(own.raw, tuple):
        return replace(own, raw=below.raw + own.raw)
    return own
