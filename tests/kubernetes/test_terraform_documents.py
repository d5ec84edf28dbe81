"""Manifests in Terraform, written in every way that the providers' users write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate
from tests.kubernetes.test_charts import tree

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: main, image: "registry/api:1"}]}
"""
PLAIN = DEPLOYMENT.replace("${replicas}", "2")
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: front}\nspec: {selector: {app: api}}\n"


def graph(tmp_path: Path, main: str, **files: str) -> ResourceGraph:
    folder = tree(tmp_path / "root", {"main.tf": main, **files})
    return normalise(evaluate(discover([folder], Config()), Config()).instances, built_in_kinds())


@pytest.mark.parametrize(
    "main",
    [
        'resource "kubectl_manifest" "a" {\n  yaml_body = file("${path.module}/both.yml.txt")\n}\n',
        'resource "kubectl_manifest" "a" {\n  for_each  = toset(split("---", file("${path.module}/both.yml.txt")))\n'
        "  yaml_body = each.value\n}\n",
        'resource "kubernetes_manifest" "a" {\n  for_each = { for d in [for t in split("---", file("${path.module}/both.yml.txt"))'
        " : yamldecode(t)] : d.metadata.name => d }\n  manifest = each.value\n}\n",
        'resource "kubernetes_manifest" "a" {\n  for_each = fileset(path.module, "parts/*.txt")\n'
        '  manifest = yamldecode(file("${path.module}/${each.value}"))\n}\n',
        'resource "kubectl_manifest" "a" {\n  for_each = { a = "1", b = "2" }\n'
        '  yaml_body = templatefile("${path.module}/parts/${each.key}.txt", { replicas = each.value })\n}\n',
    ],
    ids=["file", "split", "decoded", "fileset", "templatefile"],
)
def test_documents_become_objects_that_are_linked(tmp_path: Path, main: str) -> None:
    files = {"both.yml.txt": f"{PLAIN}---\n{SERVICE}", "parts/a.txt": PLAIN, "parts/b.txt": SERVICE}
    found = graph(tmp_path, main, **files)
    kinds = sorted(node.type for node in found)
    assert kinds == ["apps/v1/Deployment", "v1/Service"]
    [edge] = [edge for edge in found.edges if edge.relation.value == "routes_to"]
    assert found[edge.source].type == "v1/Service"


@pytest.mark.parametrize(
    "body",
    [
        'yaml_body = templatefile("${path.module}/api.tftpl", { replicas = var.replicas })',
        "yaml_body = <<-YAML\n" + DEPLOYMENT.replace("${replicas}", "${var.replicas}") + "  YAML\n",
        'yaml_body = yamlencode({ apiVersion = "apps/v1", kind = "Deployment", metadata = { name = "api" },'
        " spec = { replicas = var.replicas } })",
    ],
    ids=["templatefile", "heredoc", "yamlencode"],
)
def test_an_unknown_part_of_a_text_is_all_that_is_unknown(tmp_path: Path, body: str) -> None:
    main = f'variable "replicas" {{}}\nresource "kubectl_manifest" "a" {{\n  {body}\n}}\n'
    [node] = graph(tmp_path, main, **{"api.tftpl": DEPLOYMENT})
    assert (node.kind, node.name) == ("container_service", "api")
    assert node["replicas"].why == "var.replicas has no value"


def test_a_partly_known_text_is_decoded(tmp_path: Path) -> None:
    main = """
      variable "replicas" {}
      resource "kubernetes_manifest" "a" {
        manifest = yamldecode(templatefile("${path.module}/api.tftpl", { replicas = var.replicas }))
      }"""
    [node] = graph(tmp_path, main, **{"api.tftpl": DEPLOYMENT})
    assert (node.kind, node.name, node["images"].plain()) == ("container_service", "api", ["registry/api:1"])
    assert node["replicas"].why == "var.replicas has no value"
