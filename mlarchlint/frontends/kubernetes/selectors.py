"""Label selectors in three-valued logic.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

from __future__ import annotations

from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


def map_matches(selector: Value, labels: Value) -> Truth:
    """A plain map of labels (`Service.spec.selector`, `nodeSelector`). An empty one matches everything;
    whether that means anything is the caller's business."""
    if selector.is_unknown:
        return Truth.MAYBE
    return Truth.all(_has(labels, key, wanted) for key, wanted in selector.mapping().items())


def selector_matches(selector: Value, labels: Value) -> Truth:
    """A LabelSelector: `matchLabels` and `matchExpressions`, all of them."""
    if selector.is_unknown:
        return Truth.MAYBE
    verdict = map_matches(selector.get("matchLabels"), labels)
    expressions = selector.get("matchExpressions")
    if expressions.is_unknown:
        return verdict & Truth.MAYBE
    return verdict & Truth.all(expression_matches(e, labels) for e in expressions.items())


def expression_matches(expression: Value, labels: Value) -> Truth:
    """One requirement `{key, operator, values}` of a label or node selector."""
    key, operator = expression.get("key").text(), expression.get("operator").text()
    if key is None or operator is None:
        return Truth.MAYBE
    present = _present(labels, key)
    if operator == "Exists":
        return present
    if operator == "DoesNotExist":
        return ~present
    wanted = expression.get("values")
    if wanted.is_unknown:
        among = Truth.MAYBE
    else:
        among = Truth.any(_has(labels, key, option) for option in wanted.items())
    if operator == "In":
        return among
    if operator == "NotIn":
        return ~among
    return Truth.MAYBE if present is not Truth.NO else Truth.NO


def known_pairs(selector: Value) -> list[tuple[str, str]]:
    """The (key, value) pairs that whatever matches must carry, of a plain map: an index can be asked
    for one of them."""
    return [
        (key, text) for key, wanted in selector.mapping().items() if (text := label_text(wanted)) is not None
    ]


def label_text(value: Value) -> str | None:
    """A label's value as Kubernetes holds it: text (Terraform and sloppy YAML give bools and numbers)."""
    if not value.is_known:
        return None
    if isinstance(value.raw, bool):
        return "true" if value.raw else "false"
    text = value.text()
    if text is not None:
        return text
    number = value.number()
    return None if number is None else str(number)


def _present(labels: Value, key: str) -> Truth:
    if labels.is_unknown:
        return Truth.MAYBE
    return Truth.of(key in labels.mapping())


def _has(labels: Value, key: str, wanted: Value) -> Truth:
    if labels.is_unknown:
        return Truth.MAYBE
    actual = labels.mapping().get(key)
    if actual is None:
        return Truth.NO
    left, right = label_text(actual), label_text(wanted)
    if left is None or right is None:
        return Truth.MAYBE
    return Truth.of(left == right)
