"""Which node groups the pods of a workload may land on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlarchlint.frontends.kubernetes.containers import containers_of
from mlarchlint.frontends.kubernetes.declared import Declared, folder_of, shared_folders
from mlarchlint.frontends.kubernetes.node_groups import (
    NodeGroup,
    is_common_label,
    label_matches,
    requirement_matches,
)
from mlarchlint.frontends.kubernetes.placement import required_terms, tolerated
from mlarchlint.frontends.kubernetes.requests import ACCELERATOR, requested
from mlarchlint.model.graph import Edge, Relation
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


def placements(declared: Declared, groups: Sequence[NodeGroup]) -> Iterator[Edge]:
    """workload PLACED_IN node group: those whose labels the pods ask for, the nearest ones if several
    designs use the same label. A label in the words of a cloud (which accelerator, spot) counts only
    within one design. Pods that ask for nothing may land on every group that no taint closes
    to them, where all groups belong to one cluster and lie beside the manifests, or where neither
    the manifests nor the one cluster of the scan look like an example."""
    if not groups:
        return
    clusters = {(group.scope, group.cluster) for group in groups if group.cluster}
    one_cluster = len({cluster for _, cluster in clusters}) <= 1
    one_stack = len(clusters) == 1
    folders = [folder_of(group.span.file) for group in groups]
    stacks = [_stack_of(group) for group in groups]
    related = len({stack[:-1] for stack in stacks}) == 1
    base = min(
        shared_folders(folders[0], folder) for folder in (*folders, *(node.folder for node in declared.nodes))
    )
    for node in declared.nodes:
        if not node.templates:
            continue
        apart = _aside(node.folder, base)
        near: list[tuple[bool, bool]] = []
        for folder, stack in zip(folders, stacks, strict=True):
            both = not apart and not _aside(folder, base)
            anywhere = one_cluster and (_beside(node.folder, folder, base) or (one_stack and both))
            near.append((anywhere, anywhere or (related and both) or _akin(node.folder, folder, stack, base)))
        for template in node.templates:
            admitted = [
                (shared_folders(folder, node.folder), group, where)
                for group, folder, (anywhere, akin) in zip(groups, folders, near, strict=True)
                if (where := _admitted(template.spec, group, anywhere, akin)) is not None
            ]
            nearest = max((shared for shared, _, _ in admitted), default=0)
            for shared, group, where in admitted:
                if shared == nearest:
                    yield Edge(node.key, group.key, Relation.PLACED_IN, where)


def _stack_of(group: NodeGroup) -> tuple[str, ...]:
    """The folder of the root module or template that a group belongs to."""
    if not group.scope or group.scope == group.span.file:
        return folder_of(group.span.file)
    return tuple(part for part in group.scope.split("/") if part not in ("", "."))


def _akin(manifests: tuple[str, ...], group: tuple[str, ...], stack: tuple[str, ...], base: int) -> bool:
    """Whether manifests lie in the part of the tree that a node group is of: below the folder that
    holds its stack, or two folders below all that was read."""
    parent = stack[:-1]
    below = len(parent) > base and manifests[: len(parent)] == parent
    return below or shared_folders(manifests, group) >= base + 2


def _beside(manifests: tuple[str, ...], group: tuple[str, ...], base: int) -> bool:
    """Whether a folder of manifests and the folder of a node group look like one design: the manifests
    are below the group's parent folder, or both are near the top of all that was read."""
    parent = group[: max(base, len(group) - 1)]
    return manifests[: len(parent)] == parent or (len(manifests) - base <= 1 and len(group) - base <= 2)


# folders of what is shown, tried or tested, and not deployed with the rest
_ASIDE = regex(
    r"examples?|samples?|demos?|tutorials?|workshops?|blueprints?|patterns?|docs?|tests?|testing|e2e|testdata|benchmarks?|"
    r"fixtures|hack|quickstarts?|labs?|playground|archived?|legacy|contrib"
)


def _aside(folder: tuple[str, ...], base: int) -> bool:
    """Whether a folder looks like one of several designs: an example among others."""
    return any(_ASIDE.fullmatch(word) for name in folder[base:] for word in re.split(r"[-_.]", name.lower()))


def _admitted(spec: Value, group: NodeGroup, anywhere: bool, akin: bool) -> SourceSpan | None:
    """Where it is written that the pods go to the group; None if they may not, or it is not said.

    anywhere: pods that ask for no node may go to any. akin: both may well be of one design.
    """
    asked, where = _asked(spec, group)
    if asked is Truth.NO:
        return None
    tolerations = spec.get("tolerations")
    gpu = _wants_accelerator(spec)
    for taint in group.taints:
        closes = tolerated(taint, tolerations)
        # GKE lets in who asks for the resource (admission plugin ExtendedResourceToleration)
        let_in = gpu is not None and group.provider == "google"
        if closes is Truth.NO and not (let_in and ACCELERATOR.match(taint.get("key").text() or "")):
            return None
    if gpu is not None and group.accelerated is Truth.NO:
        return None
    if asked is Truth.YES and where is not None:
        return where if akin or _asks_by_name(spec, group) else None
    if where is not None:
        return None  # what it asks for may or may not be there
    if gpu is not None and group.accelerated is Truth.YES:
        return gpu.span if anywhere else None
    return spec.span if anywhere and group.accelerated is not Truth.YES else None


def _asked(spec: Value, group: NodeGroup) -> tuple[Truth, SourceSpan | None]:
    """Whether the group has what a nodeSelector and a required affinity want, and where that is asked.

    Labels that every node gets (zone, architecture) do not decide: with another that matches they pass.
    """
    selector = spec.get("nodeSelector")
    if selector.is_unknown or spec.get("affinity").is_unknown:
        return Truth.MAYBE, spec.span
    verdicts = [label_matches(key, wanted, group) for key, wanted in selector.mapping().items()]
    where = selector.span if verdicts else None
    terms = required_terms(spec)
    if terms:
        where = where or terms[0].span
        alternatives = [_term(term, group) for term in terms]
        verdicts.append(Truth.any(alternatives))
    if Truth.NO in verdicts:
        return Truth.NO, where
    return (Truth.YES if Truth.YES in verdicts else Truth.MAYBE), where


def _asks_by_name(spec: Value, group: NodeGroup) -> bool:
    """Whether one of the labels that the pods ask for is a name that somebody gave this group."""
    asked = list(spec.get("nodeSelector").mapping())
    for term in required_terms(spec):
        asked += [entry.get("key").text() or "" for entry in term.get("matchExpressions").items()]
    return any(key in group.labels and not is_common_label(key) for key in asked)


def _term(term: Value, group: NodeGroup) -> Truth:
    verdicts = [requirement_matches(e, group) for e in term.get("matchExpressions").items()]
    if Truth.NO in verdicts:
        return Truth.NO
    return Truth.YES if Truth.YES in verdicts else Truth.MAYBE


def _wants_accelerator(spec: Value) -> Value | None:
    return next(
        (
            value
            for container in containers_of(spec)
            for name, value in requested(container).items()
            if ACCELERATOR.match(name)
        ),
        None,
    )
