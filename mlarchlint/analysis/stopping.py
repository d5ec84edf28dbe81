"""Whether something in the design stops a machine or a notebook when its work is done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlarchlint.analysis.scripts import script_text
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# What a script does to the machine it runs on, or to watch whether anybody uses it.
_STOPS = regex(
    r"auto[-_]?stop|stop-notebook-instance|\bec2:(stop|terminate)\b|(stop|terminate)[-_]instances?\b|\b(shutdown|poweroff|halt)\b"
    r"|\binstances (stop|delete)\b|\bvm (stop|deallocate|delete)\b|idle",
    re.IGNORECASE,
)
# The tags that the schedulers of the clouds look for, and what people name after them.
# https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/
_SCHEDULED = regex(r"(schedule|instance[-_]?scheduler|auto[-_]?(stop|shut[-_]?down|off))", re.IGNORECASE)
_STOPPERS = (Relation.SCALES, Relation.TRIGGERS, Relation.MONITORS)
# https://github.com/kubeflow/kubeflow/blob/master/components/notebook-controller/pkg/culler/culler.go
_CULLING = "ENABLE_CULLING"


def stops(graph: ResourceGraph, node: Resource) -> Truth:
    """YES where the machine stops itself or something stops it, MAYBE where that is not known."""
    found = node["auto_stop"].is_true() | _tagged(node) | _by_script(graph, node)
    if found is not Truth.YES:
        found = found | _by_others(graph, node)
    if node.kind == "notebook" and node.provider == "kubernetes":
        found = found | graph.once(_culled)
    if node["platform"].text() == "workbench" and found is Truth.NO:
        # Made in the console an instance has an idle shutdown; the reference of the API is silent.
        return Truth.MAYBE
    return found


def _tagged(node: Resource) -> Truth:
    return Truth.of(any(_SCHEDULED.match(tag) for tag in node.tags))


def _by_script(graph: ResourceGraph, node: Resource) -> Truth:
    scripts = [other["user_data"] for other in (node, *_lifecycle_scripts(graph, node))]
    found = Truth.any(_says_stop(script) for script in scripts if not script.is_absent)
    named = node["lifecycle_script"]
    if named.is_absent or named.is_true() is Truth.NO:
        return found
    # There is a script, and its text is elsewhere.
    return found if any(script.is_known for script in scripts) else found | Truth.MAYBE


def _lifecycle_scripts(graph: ResourceGraph, node: Resource) -> Iterator[Resource]:
    for target in graph.targets(node, Relation.DEPENDS_ON, Relation.USES):
        if target.kind in ("lifecycle_script", "compute_template"):
            yield target


def _says_stop(script: Value) -> Truth:
    text = script.clue()
    if text is not None and _STOPS.search(script_text(text)):
        return Truth.YES
    return Truth.NO if script.is_known else Truth.MAYBE


def _by_others(graph: ResourceGraph, node: Resource) -> Truth:
    """A schedule or an alarm that names the machine, and whose action is to stop it."""
    for other in graph.sources(node, *_STOPPERS, Relation.DEPENDS_ON):
        if other.kind in ("alarm", "trigger", "autoscaler", "orchestrator") and any(
            _STOPS.search(text) for value in other.instance.body.values() for text in _texts(value)
        ):
            return Truth.YES
    return Truth.NO


def _texts(value: Value) -> Iterator[str]:
    return (text for part in value.walk() if (text := part.clue()) is not None)


def _culled(graph: ResourceGraph) -> Truth:
    """The notebook controller stops idle notebooks of the whole cluster, if it is told to."""
    for other in graph:
        env = other["env"]
        if env.is_absent or _CULLING not in str(other["env_names"].plain()):
            continue
        for part in env.walk():
            fields = part.mapping()
            if _CULLING in fields:
                return fields[_CULLING].is_true()
            if "name" in fields and fields["name"].text() == _CULLING:
                return part.get("value").is_true() if "value" in fields else Truth.MAYBE
        return Truth.MAYBE
    return Truth.MAYBE
