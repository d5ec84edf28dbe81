"""How controllers replace pods by those of a new version, in the neutral words.

`rolling`, `recreate`, `on_delete`, `canary`, `blue_green`. Defaults are those of the API servers:
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
"""

from __future__ import annotations

from mlarchlint.frontends.kubernetes.counts import or_default
from mlarchlint.frontends.kubernetes.paths import at
from mlarchlint.model.value import Value

Traits = dict[str, Value]

_WORDS = {
    "RollingUpdate": "rolling",
    "Recreate": "recreate",
    "OnDelete": "on_delete",
    "None": "on_delete",
    "NewCluster": "blue_green",
    "NewClusterWithIncrementalUpgrade": "canary",
}


def in_words(kind: Value, default: str, where: Value) -> Value:
    """The neutral word for a strategy; where none is written, the default."""
    if kind.is_absent:
        return where.with_default(default, where.span)
    text = kind.text()
    return Value.known(_WORDS.get(text, text), kind.span) if text else kind


def deployment_strategy(strategy: Value, where: Value) -> Traits:
    """The `strategy` of a Deployment, also where an operator hands it on."""
    kind = at(strategy, "type")
    traits = {"strategy": in_words(kind, "rolling", where)}
    if kind.is_absent or kind.text() == "RollingUpdate":
        traits["update.max_unavailable"] = or_default(
            at(strategy, "rollingUpdate.maxUnavailable"), "25%", where
        )
        traits["update.max_surge"] = or_default(at(strategy, "rollingUpdate.maxSurge"), "25%", where)
    return traits


def one_by_one(spec: Value) -> Traits:
    """StatefulSets and DaemonSets replace one pod after the other, unless told otherwise."""
    kind = at(spec, "updateStrategy.type")
    traits = {"strategy": in_words(kind, "rolling", spec)}
    if kind.is_absent or kind.text() == "RollingUpdate":
        away = at(spec, "updateStrategy.rollingUpdate.maxUnavailable")
        traits["update.max_unavailable"] = or_default(away, 1, spec)
        traits["update.max_surge"] = or_default(at(spec, "updateStrategy.rollingUpdate.maxSurge"), 0, spec)
    return traits


def groups_in_turn(spec: Value) -> Traits:
    """https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/ (RollingUpdateConfiguration)"""
    rolling = at(spec, "rolloutStrategy.rollingUpdateConfiguration")
    return {
        "strategy": in_words(at(spec, "rolloutStrategy.type"), "rolling", spec),
        "update.max_unavailable": or_default(rolling.get("maxUnavailable"), 1, spec),
        "update.max_surge": or_default(rolling.get("maxSurge"), 0, spec),
    }


def first_weight(canary: Value) -> Value:
    """The share of the requests that a Rollout gives to a new version first."""
    weights = [step.get("setWeight") for step in canary.get("steps").items()]
    return next((weight for weight in weights if not weight.is_absent), Value.absent(canary.span))


def traffic_shares(targets: Value, member: str) -> Traits:
    """Of the versions that get any requests, where more than one does."""
    shares = [target.get(member) for target in targets.items()]
    given = tuple(share for share in shares if share.number() != 0 and not share.is_absent)
    return {"traffic_shares": targets.with_raw(given)} if len(given) > 1 else {}
