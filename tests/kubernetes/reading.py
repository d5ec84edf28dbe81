"""Manifests written in a test, as instances, traits and edges."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from mlarchlint.frontends.kubernetes import kubernetes_links, kubernetes_traits, node_group, read_manifests
from mlarchlint.model.resource import Evaluation, Instance


def read(text: str, path: str = "k8s/all.yaml") -> Evaluation:
    return read_manifests([(path, dedent(text))])


def read_tree(files: dict[str, str]) -> Evaluation:
    return read_manifests([(path, dedent(text)) for path, text in files.items()])


def one(text: str) -> Instance:
    evaluation = read(text)
    assert not evaluation.diagnostics, evaluation.diagnostics
    [instance] = evaluation.instances
    return instance


def traits(text: str) -> dict[str, Any]:
    """The traits as plain data; `?` for an unknown one."""
    found = kubernetes_traits(one(text))
    return {name: "?" if value.is_unknown else value.plain() for name, value in found.items()}


def links(text: str, *others: Instance) -> set[tuple[str, str, str]]:
    return links_of(read(text), *others)


def links_of(evaluation: Evaluation, *others: Instance) -> set[tuple[str, str, str]]:
    """(source, relation, target); a key is the address, with its file where several files share it."""
    addresses = [instance.address for instance in evaluation.instances]
    objects = [
        (i.address if addresses.count(i.address) == 1 else f"{i.span.file}:{i.address}", i)
        for i in evaluation.instances
    ]
    groups = [group for i in others if (group := node_group(i.address, i)) is not None]
    return {(edge.source, edge.relation.value, edge.target) for edge in kubernetes_links(objects, groups)}


def deployment(spec: str = "", containers: str = "", *, name: str = "api", extra: str = "") -> str:
    """A Deployment with lines of pod spec, and of its one container."""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n{indented(extra, 2)}"
        f"  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n"
        f"    spec:\n{indented(spec, 6)}      containers:\n      - name: main\n        image: registry/{name}:1\n"
        f"{indented(containers, 8)}"
    )


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line + "\n" for line in dedent(text).splitlines() if line.strip())
