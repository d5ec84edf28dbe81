"""Whether strangers may read a store: its ACL, its policy and bindings, and what takes their effect away."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.analysis.permissions import documents_of
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_ACCOUNT = "s3_public_access_block"


@record(frozen=True, slots=True)
class Openness:
    """truth: whether strangers may read it. deciding: the value that says so. reason: in words."""

    truth: Truth
    deciding: Value
    reason: str = ""


def openness_of(graph: ResourceGraph, store: Resource) -> Openness:
    """A provider's default that stands against what the code asks for is no decision of the code."""
    public = store["public"]
    said = "anybody may read it" if store.provider != "aws" else "its ACL lets anybody read it"
    by_acl = public.is_true() & ~_taken_away(graph, store, "ignore_public_acls")
    if by_acl is Truth.YES:
        return Openness(by_acl, public, said)
    closed = _taken_away(graph, store, "restrict_public")
    for principal in _strangers(graph, store):
        if closed is not Truth.YES:
            return Openness(~closed, principal, "its policy lets anybody use it")
    reason = public.why if public.is_unknown else store["ignore_public_acls"].why
    return Openness(by_acl, public, reason if by_acl is Truth.MAYBE else "")


def blocked_by_account(graph: ResourceGraph, store: Resource) -> bool:
    """A setting of the account holds for each of its buckets, whatever they say."""
    return _by_account(graph, store, "ignore_public_acls") and _by_account(graph, store, "restrict_public")


def _taken_away(graph: ResourceGraph, store: Resource, flag: str) -> Truth:
    own = store[flag]
    written = Truth.NO if own.default or own.is_absent else own.is_true()
    return Truth.YES if _by_account(graph, store, flag) else written


def _by_account(graph: ResourceGraph, store: Resource, flag: str) -> bool:
    return store.provider == "aws" and any(
        setting["kind"].text() == _ACCOUNT
        and setting.instance.scope == store.instance.scope
        and setting[flag].is_true() is Truth.YES
        for setting in graph.of_kind("account_setting")
    )


def _strangers(graph: ResourceGraph, store: Resource) -> Iterator[Value]:
    """Who is allowed something without a condition, where that is everybody."""
    given = store["statements"]
    parts = [part for part in graph.sources(store) if part.part_of is not None]
    for document in (found for end in (store, *parts) for found in documents_of(graph, end, given)):
        for block in document.instance.get("statement").items():
            conditions = block.get("condition").items()
            allowed = block.get("effect").is_absent or block.get("effect").text() == "Allow"
            for principals in block.get("principals").items() if allowed and not conditions else ():
                for name in principals.get("identifiers").items():
                    if name.text() == "*":
                        yield name
    for statement in given.items():
        if statement.get("Effect").text() != "Allow" or statement.get("Condition").mapping():
            continue
        principal = statement.get("Principal")
        named = principal.get("AWS") if principal.mapping() else principal
        yield from (name for name in named.items() or (named,) if name.text() == "*")
