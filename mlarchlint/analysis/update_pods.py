"""Updates of pods: Deployments, StatefulSets, Rollouts, and the objects of model servers' operators.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
https://argo-rollouts.readthedocs.io/en/stable/concepts/
https://kserve.github.io/website/docs/model-serving/predictive-inference/rollout-strategies/canary
"""

from __future__ import annotations

from mlarchlint.analysis.evictions import budgets_of, evictions_of
from mlarchlint.analysis.update_faults import Fault, Update, readiness, unknown, whole
from mlarchlint.analysis.update_shares import split
from mlarchlint.analysis.update_steps import FIX, in_steps, least_of, pod_steps
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_EVICTABLE = ("Deployment", "StatefulSet", "Rollout")
_NEVER_REPLACED = ("ReplicaSet", "ReplicationController")


def pods_update(graph: ResourceGraph, node: Resource) -> Update:
    """Of a controller of pods."""
    kind = node.type.rpartition("/")[2]
    if kind == "Pod":
        claim = "a bare pod ends before one of a new version starts"
        return Update("", whole(node), (Fault("only one", whole(node), claim, "run it by a Deployment"),))
    if kind in _NEVER_REPLACED:
        return _nobody(whole(node))
    found = _by_strategy(graph, node, node["strategy"])
    if not found.manner:
        return found
    fix = "add a readiness probe to the serving container"
    asked = node["probes.readiness"]
    unready = None
    if not asked.is_absent:
        unready = readiness(
            asked, "an update sends requests to replicas that cannot answer yet: no readiness probe", fix
        )
    if unready is not None:
        return found.also(unready)
    if asked.is_true() is Truth.YES:
        found = found.noting(("readiness probe", asked))
    return _evicted(graph, node, found) if kind in _EVICTABLE else found


def operated_update(graph: ResourceGraph, node: Resource) -> Update:
    """Of what an operator makes pods of: it sees to their probes."""
    shares = node["traffic_shares"]
    if not shares.is_absent:
        return Update(f"canary: traffic split {split(shares)}", shares)
    if node["strategy"].is_absent and node["deployment.canary_pct"].is_absent:
        return Update(
            "blue-green: the operator keeps the old replicas until the new ones are ready", whole(node)
        )
    return _by_strategy(graph, node, node["strategy"])


def _by_strategy(graph: ResourceGraph, node: Resource, strategy: Value) -> Update:
    pct = node["deployment.canary_pct"]
    if strategy.is_unknown:
        return unknown(strategy, FIX)
    match strategy.text():
        case "recreate":
            claim = "an update stops all replicas before it starts the new ones"
            return Update("", strategy, (Fault("strategy", strategy, claim, FIX),))
        case "on_delete":
            return _nobody(strategy)
        case "blue_green":
            return Update(
                "blue-green: requests move when all replicas of the new version are ready", strategy
            )
    if pct.number() == 0:
        return Update("canary: a new version gets no requests until its share is raised", pct)
    if not pct.is_absent:
        first = f"{pct.raw} %" if pct.is_known else "a share"
        return Update(f"canary: {first} of the requests go to a new version first", pct)
    if strategy.text() == "canary":
        return Update("canary: requests move to a new version in steps", strategy)
    return in_steps(
        graph, node, strategy if strategy.is_known else whole(node), pod_steps(node, least_of(graph, node))
    )


def _nobody(at: Value) -> Update:
    claim = "nothing replaces its pods by those of a new version: they wait until somebody deletes them"
    return Update("", at, (Fault("strategy", at, claim, FIX, grave=False),))


def _evicted(graph: ResourceGraph, node: Resource, found: Update) -> Update:
    """Nodes are updated as well: what keeps an upgrade of them from taking every replica."""
    least = least_of(graph, node)
    if least is None or least < 2:
        return found
    budgets = budgets_of(graph, node)
    fix = "add a PodDisruptionBudget that keeps most of the replicas"
    if not budgets:
        claim = (
            f"an upgrade of the nodes may evict all of its {least} replicas at once: no PodDisruptionBudget"
        )
        fault = Fault(
            "disruption_budget",
            whole(node),
            claim,
            fix,
            downtime=False,
            grave=False,
            missing=("disruption_budget",),
        )
        return found.also(fault)
    # The tightest of them is what counts; they are hardly ever more than one.
    bound = evictions_of(budgets[0], least)
    if bound.away is not None and bound.away >= least:
        claim = f"an upgrade of the nodes may evict all of its {least} replicas at once: its PodDisruptionBudget allows it"
        return found.also(Fault("disruption_budget", bound.at, claim, fix, downtime=False, grave=False))
    return found.noting((f"{budgets[0].address} against evictions", whole(budgets[0])))
