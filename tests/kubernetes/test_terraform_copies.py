"""A manifest that Terraform deploys is one object, not two."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate
from tests.kubernetes.test_charts import tree
from tests.kubernetes.test_terraform_documents import PLAIN, SERVICE

DEPLOY = 'resource "kubectl_manifest" "a" {\n  yaml_body = file("${path.module}/manifests/api.yaml")\n}\n'
IGNORED = f"# mlarchlint: ignore[MLA-HA003] probes come later\n{PLAIN}"


def graph(tmp_path: Path, files: dict[str, str]) -> ResourceGraph:
    folder = tree(tmp_path / "root", files)
    return normalise(evaluate(discover([folder], Config()), Config()).instances, built_in_kinds())


def test_the_file_and_the_resource_that_reads_it_are_one_node(tmp_path: Path) -> None:
    found = graph(tmp_path, {"infra/main.tf": DEPLOY, "infra/manifests/api.yaml": IGNORED})
    [node] = found
    assert node.key == "kubectl_manifest.a"
    assert [text for _, text in node.instance.ignores] == ["mlarchlint: ignore[MLA-HA003] probes come later"]


def test_other_objects_and_other_folders_are_kept(tmp_path: Path) -> None:
    files = {
        "infra/main.tf": DEPLOY,
        "infra/manifests/api.yaml": f"{PLAIN}---\n{SERVICE}",
        "infra/manifests/other.yaml": PLAIN.replace("metadata: {name: api}", "metadata: {name: api, namespace: b}"),
        "examples/api.yaml": PLAIN,
    }  # fmt: skip
    assert sorted(node.key for node in graph(tmp_path, files)) == [
        "Deployment/b/api", "Deployment/default/api", "kubectl_manifest.a", "kubectl_manifest.a#2",
    ]  # fmt: skip


def test_what_terraform_does_not_know_replaces_no_file(tmp_path: Path) -> None:
    main = 'variable "body" {}\nresource "kubectl_manifest" "a" {\n  yaml_body = var.body\n}\n'
    found = graph(tmp_path, {"main.tf": main, "manifests/api.yaml": PLAIN})
    assert sorted(node.key for node in found) == ["Deployment/default/api", "kubectl_manifest.a"]
