"""Guards that surely are there, and of which nobody can say whom they guard: their selector is not known.

An edge would be a guess; without a trace, a rule would say for certain that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlarchlint.frontends.kubernetes.paths import field
from mlarchlint.model.graph import OpenEnd, Relation
from mlarchlint.model.resource import Instance

# kind -> how it is tied to what it selects, and where it names that
_SELECTS = {
    "PodDisruptionBudget": (Relation.PROTECTS, ("spec.selector",)),
    "NetworkPolicy": (Relation.PROTECTS, ("spec.podSelector",)),
    "AuthorizationPolicy": (Relation.PROTECTS, ("spec.selector",)),
    "ServiceMonitor": (Relation.MONITORS, ("spec.selector",)),
    "PodMonitor": (Relation.MONITORS, ("spec.selector",)),
    "PodMonitoring": (Relation.MONITORS, ("spec.selector",)),
    "HorizontalPodAutoscaler": (Relation.SCALES, ("spec.scaleTargetRef",)),
    "ScaledObject": (Relation.SCALES, ("spec.scaleTargetRef",)),
    "VerticalPodAutoscaler": (Relation.SCALES, ("spec.targetRef",)),
    "Service": (Relation.ROUTES_TO, ("spec.selector",)),
}


def open_selectors(objects: Iterable[tuple[str, Instance]]) -> Iterator[OpenEnd]:
    """Of (key in the graph, instance), every selector or target that is not wholly known.

    One that refers to another resource has its edge.
    """
    for key, instance in objects:
        relation, paths = _SELECTS.get(instance.type.rpartition("/")[2], (None, ()))
        for path in paths:
            selector = field(instance, path)
            hidden = next((part for part in selector.walk() if part.is_unknown), None)
            if relation is not None and hidden is not None and not hidden.refs:
                yield OpenEnd(key, relation, hidden, whole=True)
