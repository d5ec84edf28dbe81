"""Which stages of the ML system run as one identity: training, serving, pipelines, notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlarchlint.analysis.permissions import users_of
from mlarchlint.analysis.replicas import hosts_others
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.workload import RoleOf

STAGES = {
    "training": "training", "tuning": "training", "inference": "serving", "inference-batch": "pipelines",
    "pipeline": "pipelines", "notebook": "notebooks",
}  # fmt: skip
_LEAST = 0.6
# What a script or an overlay puts another name in for is no name; without one it is the default.
_ACCOUNT = regex(r"(?!default$)(?!.*(replace|placeholder|change-?me))[a-z0-9][a-z0-9.-]*$")


@record(frozen=True, slots=True)
class Sharing:
    """identity: as it is called. users: of each stage one, in the order of the code. sure: none of them may have another."""

    identity: str
    users: tuple[tuple[str, Resource], ...]
    sure: bool = True


def shared_identities(graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> dict[str, Sharing]:
    """By the resource it is said of: the identity where the code declares it, else the second stage that uses it."""
    found: dict[str, Sharing] = {}
    for identity in graph.of_kind("identity"):
        if identity.instance.mode is Mode.MANAGED:
            users = dict(_users(graph, identity, roles))
            if len(users) > 1:
                sure = sum(_certainly(graph, user) for user in users.values()) > 1
                found[identity.key] = Sharing(identity.address, tuple(users.items()), sure)
    named: dict[tuple[str, ...], dict[str, Resource]] = {}
    names: dict[tuple[str, ...], str] = {}
    for node in graph:
        stage = _stage(node, roles)
        hosts = node.kind == "cluster" or hosts_others(graph, node)
        for key, name in _undeclared(graph, node) if stage and not hosts else ():
            named.setdefault(key, {}).setdefault(stage, node)
            names[key] = name
    for key, users in named.items():
        if len(users) > 1:
            second = list(users.values())[1]
            found.setdefault(second.key, Sharing(names[key], tuple(users.items())))
    return found


def _stage(node: Resource, roles: Mapping[str, RoleOf]) -> str:
    role = roles.get(node.key)
    if role is None or role.role is None or role.confidence < _LEAST:
        return ""
    return STAGES.get(role.role, "")


def _users(
    graph: ResourceGraph, identity: Resource, roles: Mapping[str, RoleOf]
) -> Iterator[tuple[str, Resource]]:
    """One user of each stage; what comes through another identity that is shared itself is said there."""
    seen: set[str] = set()
    for source in graph.sources(identity, Relation.ASSUMES):
        near = users_of(graph, source) if source.kind == "identity" else _through(graph, source)
        own = (user for user in near if user.kind != "cluster" and not hosts_others(graph, user))
        stages = {stage: user for user in own if (stage := _stage(user, roles))}
        if source.kind == "identity" and len(stages) > 1:
            continue
        for stage, user in stages.items():
            if stage not in seen:
                seen.add(stage)
                yield stage, user


def _through(graph: ResourceGraph, source: Resource) -> tuple[Resource, ...]:
    """What is made of a template runs as its identity."""
    if source.kind in ("compute_template", "container_template"):
        return graph.sources(source, Relation.USES)
    return (source,)


def _certainly(graph: ResourceGraph, user: Resource) -> bool:
    """A condition that is not known leaves it two identities at one place."""
    ends = [user, *graph.targets(user, Relation.USES)]
    spans = [edge.span for end in ends for edge in graph.edges_from(end, Relation.ASSUMES)]
    return len(spans) == len(set(spans))


def _undeclared(graph: ResourceGraph, node: Resource) -> Iterator[tuple[tuple[str, ...], str]]:
    """Identities that the code names and does not declare: by ARN, by the variable that holds it, looked up."""
    for end in graph.open_ends(node, Relation.ASSUMES):
        name = end.value.text() or end.value.path
        if name:
            yield (node.instance.scope, name), name
    for target in graph.targets(node, Relation.ASSUMES):
        if target.instance.mode is not Mode.MANAGED:
            yield (target.key,), target.address
    account = node["service_account"].text()
    own = bool(graph.targets(node, Relation.ASSUMES))
    if node.provider == "kubernetes" and account and _ACCOUNT.match(account) and not own:
        yield ("service account", node["namespace"].text() or "", account), f"service account {account}"
