"""What identities may do, as the code grants it: policy statements, attached policies and role bindings."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.value import Value

_TEMPLATES = ("compute_template", "container_template")
_DOCUMENT = "aws_iam_policy_document"


@record(frozen=True, slots=True)
class Statement:
    """One statement of a policy; the members as written, one value or a list.

    A statement that could not be read holds its unknown document as `actions`, and nothing else.
    """

    effect: Value
    actions: Value
    not_actions: Value
    resources: Value
    conditions: Value


def identities_of(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    """The identities a policy is granted to, also through attachments and bindings; of an identity, itself."""
    if node.kind == "identity":
        return (node,)
    found: dict[Resource, None] = {}
    for policy in (node, *_bindings(graph, node)):
        # What an AWS policy grants, as an edge, are resources; elsewhere it is the principal.
        step = graph.sources if policy.provider == "aws" else graph.targets
        near = step(policy, Relation.GRANTS)
        found.update(dict.fromkeys(other for other in near if other.kind != "policy"))
    return tuple(found)


def _bindings(graph: ResourceGraph, policy: Resource) -> Iterator[Resource]:
    """What attaches a policy or binds a role, and roles that name it themselves."""
    for other in graph.sources(policy, Relation.USES, Relation.GRANTS):
        if other.kind == "policy":
            yield other


def users_of(graph: ResourceGraph, identity: Resource) -> tuple[Resource, ...]:
    """What runs as an identity: directly, through a service account, or through a template it is made of."""
    found: dict[Resource, None] = {}
    frontier, seen = [identity], {identity.key}
    while frontier:
        following = []
        for node in frontier:
            for source in graph.sources(node, Relation.ASSUMES):
                if source.key in seen:
                    continue
                seen.add(source.key)
                if source.kind == "identity":
                    following.append(source)
                elif source.kind in _TEMPLATES:
                    found.update(dict.fromkeys(graph.sources(source, Relation.USES)))
                else:
                    found[source] = None
        frontier = following
    return tuple(found)


def statements_of(graph: ResourceGraph, node: Resource) -> tuple[Statement, ...]:
    """The statements that a policy or an identity holds itself; what it attaches is judged there."""
    grants = node["grants"]
    if grants.is_absent or node.provider != "aws":
        return ()
    if node["kind"].text() == "attachment":
        return ()
    return tuple(_read(graph, node, grants))


def _read(graph: ResourceGraph, node: Resource, value: Value) -> Iterator[Statement]:
    if value.is_unknown:
        documents = tuple(documents_of(graph, node, value))
        for document in documents:
            yield from _of_document(graph, document, set())
        if not documents:
            absent = Value.absent(value.span)
            yield Statement(absent, value, absent, absent, absent)
    elif value.items():
        for item in value.items():
            yield from _read(graph, node, item)
    elif value.mapping():
        get = value.get
        yield Statement(get("Effect"), get("Action"), get("NotAction"), get("Resource"), get("Condition"))


def documents_of(graph: ResourceGraph, node: Resource, value: Value) -> Iterator[Resource]:
    """The policy documents whose rendering the value is."""
    for other in graph.targets(node, Relation.GRANTS, Relation.DEPENDS_ON, Relation.USES):
        if other.type.endswith(_DOCUMENT) and any(
            ref.startswith(f"{other.address}.") for ref in value.all_refs()
        ):
            yield other


def _of_document(graph: ResourceGraph, document: Resource, seen: set[str]) -> Iterator[Statement]:
    """Its own statements and those of the documents it starts from or overrides them with."""
    seen.add(document.key)
    get = document.instance.get
    for block in _listed(get("statement")):
        if block.is_unknown:
            absent = Value.absent(block.span)
            yield Statement(absent, block, absent, absent, absent)
            continue
        part = block.get
        yield Statement(
            part("effect"), part("actions"), part("not_actions"), part("resources"), part("condition")
        )
    for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        for other in documents_of(graph, document, get(name)):
            if other.key not in seen:
                yield from _of_document(graph, other, seen)


def _listed(value: Value) -> tuple[Value, ...]:
    return value.items() if value.items() else () if value.is_absent or value.is_known else (value,)


def managed_policies_of(graph: ResourceGraph, node: Resource) -> tuple[tuple[Value, str], ...]:
    """The provider's policies and roles that it attaches: the value, and the name where it is known."""
    value = node["managed_policies"]
    parts = value.items() or (() if value.is_absent else (value,))
    return tuple((part, _name(graph, node, part)) for part in parts)


def _name(graph: ResourceGraph, node: Resource, part: Value) -> str:
    """What is left of an ARN when only its partition is open still names the policy."""
    text = part.clue()
    if text is not None:
        return text
    for other in graph.targets(node, Relation.DEPENDS_ON, Relation.GRANTS, Relation.USES):
        looked_up = other.instance.mode is Mode.DATA and other.type.endswith("aws_iam_policy")
        if looked_up and any(ref.startswith(f"{other.address}.") for ref in part.all_refs()):
            name = (
                other.instance.get("name").text() or (other.instance.get("arn").text() or "").split("/")[-1]
            )
            return f"arn:aws:iam::aws:policy/{name}" if name else ""
    return ""
