"""Which nodes a pod may land on: zones, spot capacity, spreading."""

from __future__ import annotations

import re

from mlarchlint.frontends.kubernetes.paths import at
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.regex import regex
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

ZONE_KEYS = frozenset({
    "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone", "topology.gke.io/zone",
    "topology.ebs.csi.aws.com/zone",
})  # fmt: skip
HOST_KEYS = frozenset({"kubernetes.io/hostname"})
# label -> the values that mean interruptible capacity
SPOT_LABELS = {
    "karpenter.sh/capacity-type": {"spot"},
    "eks.amazonaws.com/capacitytype": {"spot"},
    "cloud.google.com/gke-spot": {"true"},
    "cloud.google.com/gke-preemptible": {"true"},
    "cloud.google.com/gke-provisioning": {"spot", "preemptible"},
    "kubernetes.azure.com/scalesetpriority": {"spot"},
    "node.kubernetes.io/lifecycle": {"spot"},
    "eks.amazonaws.com/lifecycle": {"spot"},
}
_SPOT_TAINT = regex(r"(^|[^a-z])(spot|preemptible)([^a-z]|$|instance)", re.IGNORECASE)
_REQUIRED = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
_PREFERRED = "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution"


def required_terms(spec: Value) -> tuple[Value, ...]:
    """The alternatives of the required node affinity; none if nothing is required."""
    return at(spec, _REQUIRED).items()


def zones(spec: Value) -> Value:
    """The zones that a nodeSelector or a required affinity names; absent if any zone will do."""
    selector = spec.get("nodeSelector")
    for key, value in selector.mapping().items():
        if key in ZONE_KEYS:
            return value if value.is_unknown else Value.known((value,), value.span)
    terms = required_terms(spec)
    named: list[Value] = []
    for term in terms:
        pinned = [
            e for e in term.get("matchExpressions").items()
            if e.get("key").text() in ZONE_KEYS and e.get("operator").text() == "In"
        ]  # fmt: skip
        if not pinned:
            return Value.absent(spec.span)  # an alternative without a zone leaves them all open
        values = pinned[0].get("values")
        if values.is_unknown:
            return values
        named.extend(values.items())
    if not named:
        return Value.absent(spec.span)
    return Value.known(tuple({label_text(v): v for v in named}.values()), named[0].span)


def spread(spec: Value, keys: frozenset[str]) -> Value:
    """Whether a spread constraint or a pod anti-affinity keeps the pods apart over such a topology."""
    constraints = spec.get("topologySpreadConstraints")
    apart = at(spec, "affinity.podAntiAffinity")
    for part in (constraints, spec.get("affinity"), apart):
        if part.is_unknown:
            return part
    rules = [
        *constraints.items(),
        *apart.get("requiredDuringSchedulingIgnoredDuringExecution").items(),
        *(
            preferred.get("podAffinityTerm")
            for preferred in apart.get("preferredDuringSchedulingIgnoredDuringExecution").items()
        ),
    ]
    hidden = None
    for rule in rules:
        key = rule.get("topologyKey")
        if key.is_unknown:
            hidden = key
        elif key.text() in keys:
            return Value.known(True, key.span)
    if hidden is not None:
        return hidden
    return Value.known(False, constraints.span if not constraints.is_absent else spec.span)


def spot(spec: Value) -> Value:
    """`all` where only interruptible nodes will do, `mixed` where they will do too, else `none`."""
    if spec.is_unknown or spec.get("nodeSelector").is_unknown or spec.get("affinity").is_unknown:
        hidden = next(v for v in (spec, spec.get("nodeSelector"), spec.get("affinity")) if v.is_unknown)
        return Value.unknown(hidden.why, hidden.span, refs=hidden.refs)
    for key, value in spec.get("nodeSelector").mapping().items():
        asked = _asks(key, (value,))
        if asked is not None:
            return _told(asked, value)
    terms = required_terms(spec)
    verdicts = [_term(term) for term in terms]
    if verdicts and all(asked is not None for asked, _ in verdicts):
        kinds = {asked or "none" for asked, _ in verdicts}
        return _told(kinds.pop() if len(kinds) == 1 else "mixed", verdicts[0][1])
    willing = [(asked, where) for asked, where in verdicts if asked and asked != "none"]
    for preferred in at(spec, _PREFERRED).items():
        asked, where = _term(preferred.get("preference"))
        if asked and asked != "none":
            willing.append((asked, where))
    willing += [
        ("mixed", toleration) for toleration in spec.get("tolerations").items() if tolerates_spot(toleration)
    ]
    if willing:
        asked, where = willing[0]
        return _told("unknown" if asked == "unknown" else "mixed", where)
    return Value.absent(spec.span).with_default("none", spec.span)


def tolerates_spot(toleration: Value) -> bool:
    return any(
        _SPOT_TAINT.search(label_text(toleration.get(name)) or "") is not None for name in ("key", "value")
    )


def _told(asked: str, where: Value) -> Value:
    if asked == "unknown":
        return Value.unknown(where.why or "the capacity type is not known", where.span, refs=where.refs)
    return Value.known(asked, where.span)


def _term(term: Value) -> tuple[str | None, Value]:
    """What one alternative asks for, and where."""
    for expression in term.get("matchExpressions").items():
        key, operator = expression.get("key").text() or "", expression.get("operator").text()
        values = expression.get("values")
        if operator == "In":
            asked = (
                "unknown" if values.is_unknown and key.lower() in SPOT_LABELS else _asks(key, values.items())
            )
        elif operator == "Exists" and key.lower() in (
            "cloud.google.com/gke-spot",
            "cloud.google.com/gke-preemptible",
        ):
            asked = "all"
        elif operator in ("NotIn", "DoesNotExist") and key.lower() in SPOT_LABELS:
            banned = {(label_text(v) or "").lower() for v in values.items()}
            spot_values = SPOT_LABELS[key.lower()]
            asked = "none" if operator == "DoesNotExist" or banned & spot_values else "all"
        else:
            continue
        if asked is not None:
            return asked, values if values.is_unknown else expression
    return None, term


def _asks(key: str, values: tuple[Value, ...]) -> str | None:
    """What a label with one of these values means; None if the label has nothing to do with it."""
    interruptible = SPOT_LABELS.get(key.lower())
    if interruptible is None or not values:
        return None
    texts = [label_text(value) for value in values]
    if any(text is None for text in texts):
        return "unknown"
    among = [text.lower() in interruptible for text in texts if text is not None]
    return "all" if all(among) else "mixed" if any(among) else "none"


def tolerated(taint: Value, tolerations: Value) -> Truth:
    """Whether pods with these tolerations may be scheduled onto a node with this taint."""
    effect = (taint.get("effect").text() or "").replace("_", "").lower()
    if effect in ("prefernoschedule",):
        return Truth.YES
    if tolerations.is_unknown:
        return Truth.MAYBE
    return Truth.any(_tolerates(one, taint, effect) for one in tolerations.items())


def _tolerates(toleration: Value, taint: Value, effect: str) -> Truth:
    key = toleration.get("key")
    limited = (toleration.get("effect").text() or "").lower()
    if limited and effect and limited != effect:
        return Truth.NO
    exists = toleration.get("operator").equals("Exists")
    if key.is_absent:
        return exists
    same_key = key.equals(taint.get("key").raw) if taint.get("key").is_known else Truth.MAYBE
    left, right = label_text(toleration.get("value")) or "", label_text(taint.get("value")) or ""
    same_value = Truth.of(left == right)
    if toleration.get("value").is_unknown or taint.get("value").is_unknown:
        same_value = Truth.MAYBE
    return same_key & (exists | same_value)
