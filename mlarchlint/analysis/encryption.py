"""What encrypts a store or a disk, and whose key it is."""

from __future__ import annotations

from dataclasses import dataclass

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

CUSTOMER, PLATFORM, NONE, OPEN = "customer", "platform", "none", "unknown"


@dataclass(frozen=True, slots=True)
class Encryption:
    """owner: whose key it is (customer, platform, none, unknown). key: the key, where the code holds it.

    deciding: the value that says so; its `why` names what is missing where the owner is unknown.
    """

    at_rest: Truth
    owner: str
    key: Resource | None
    deciding: Value


def encryption_of(graph: ResourceGraph, node: Resource) -> Encryption:
    """A key that the code names is the customer's; else the trait `key` says whose it is."""
    at_rest, said = node["encrypted_at_rest"], node["key"]
    for edge in graph.edges_from(node, Relation.ENCRYPTS_WITH):
        key = graph[edge.target]
        # A job that uses a security configuration is encrypted by the keys of that.
        if key.kind == "key" or key.instance.mode is not Mode.MANAGED:
            owner = PLATFORM if _of_the_provider(key) else CUSTOMER
            return Encryption(Truth.YES, owner, key, Value.known(True, edge.span))
    if at_rest.is_true() is Truth.NO and not at_rest.is_absent:
        return Encryption(Truth.NO, NONE, None, at_rest)
    for value in (said, at_rest):
        if value.is_unknown:
            return Encryption(at_rest.is_true() if not at_rest.is_absent else Truth.MAYBE, OPEN, None, value)
    if said.text() in (CUSTOMER, PLATFORM):
        return Encryption(Truth.YES, str(said.text()), None, said)
    if at_rest.is_true() is Truth.YES:
        return Encryption(Truth.YES, PLATFORM, None, at_rest)
    return Encryption(Truth.MAYBE, OPEN, None, at_rest)


def encrypted_with(graph: ResourceGraph, key: Resource) -> tuple[Resource, ...]:
    """What is lost with a key."""
    return graph.sources(key, Relation.ENCRYPTS_WITH)


def _of_the_provider(key: Resource) -> bool:
    """`alias/aws/s3` names a key that AWS keeps for the account."""
    names = (key.instance.get("key_id"), key.instance.get("name"), key["name"])
    return any((name.text() or "").startswith("alias/aws/") for name in names)
