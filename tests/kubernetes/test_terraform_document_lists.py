"""Manifests that Terraform splits out of files and texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.pipeline import scan

DOCUMENTS = """# two objects
apiVersion: v1
kind: Service
metadata: {name: api, namespace: ml}
spec: {selector: {app: api}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: ml}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: vllm/vllm-openai}]}
---
# nothing
"""


def kinds(folder: Path, terraform: str) -> list[tuple[str, str]]:
    (folder / "k8s").mkdir(exist_ok=True)
    (folder / "k8s" / "api.yaml").write_text(DOCUMENTS)
    (folder / "main.tf").write_text(terraform)
    result = scan([folder / "main.tf"], Config())
    return sorted((r.address, r.type) for r in result.graph if r.instance.mode.value == "managed")


@pytest.mark.parametrize(
    "source",
    [
        'data "kubectl_file_documents" "d" {\n  content = file("k8s/api.yaml")\n}',
        'data "kubectl_path_documents" "d" {\n  pattern = "./k8s/*.yaml"\n}',
    ],
)
def test_each_document_becomes_its_object(tmp_path: Path, source: str) -> None:
    kind = source.split('"')[1]
    text = f'{source}\nresource "kubectl_manifest" "m" {{\n  for_each  = data.{kind}.d.manifests\n  yaml_body = each.value\n}}\n'
    assert kinds(tmp_path, text) == [
        ('kubectl_manifest.m["/api/v1/namespaces/ml/services/api"]', "v1/Service"),
        ('kubectl_manifest.m["/apis/apps/v1/namespaces/ml/deployments/api"]', "apps/v1/Deployment"),
    ]


def test_documents_are_counted(tmp_path: Path) -> None:
    text = (
        'data "kubectl_file_documents" "d" {\n  content = file("k8s/api.yaml")\n}\n'
        'resource "kubectl_manifest" "m" {\n  count     = length(data.kubectl_file_documents.d.documents)\n'
        "  yaml_body = element(data.kubectl_file_documents.d.documents, count.index)\n}\n"
    )
    assert [kind for _, kind in kinds(tmp_path, text)] == ["v1/Service", "apps/v1/Deployment"]


@pytest.mark.parametrize(
    "source",
    [
        'variable "text" {}\ndata "kubectl_file_documents" "d" {\n  content = var.text\n}',
        'data "kubectl_file_documents" "d" {\n  content = "kind: [broken"\n}',
        'data "kubectl_path_documents" "d" {\n  pattern = "../elsewhere/*.yaml"\n}',
        'data "kubectl_path_documents" "d" {\n  pattern = "./filled/*.yaml"\n  vars    = { name = "api" }\n}',
    ],
)
def test_what_is_not_in_the_code_stays_unknown(tmp_path: Path, source: str) -> None:
    (tmp_path / "filled").mkdir()
    (tmp_path / "filled" / "a.yaml").write_text("kind: Service\nmetadata: {name: '${name}'}\n")
    kind = "kubectl_path_documents" if "path" in source else "kubectl_file_documents"
    text = f'{source}\nresource "kubectl_manifest" "m" {{\n  for_each  = data.{kind}.d.manifests\n  yaml_body = each.value\n}}\n'
    [(address, _)] = kinds(tmp_path, text)
    assert address == "kubectl_manifest.m[*]"


def test_the_provider_decodes_the_documents_of_a_text(tmp_path: Path) -> None:
    text = """terraform {
  required_providers {
    kubernetes = { source = "hashicorp/kubernetes" }
  }
}
locals {
  found = provider::kubernetes::manifest_decode_multi(file("k8s/api.yaml"))
}
resource "kubernetes_manifest" "m" {
  for_each = { for one in local.found : lower(one.kind) => one }
  manifest = each.value
}
"""
    assert kinds(tmp_path, text) == [
        ('kubernetes_manifest.m["deployment"]', "apps/v1/Deployment"),
        ('kubernetes_manifest.m["service"]', "v1/Service"),
    ]
