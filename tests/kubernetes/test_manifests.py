"""What is an object, what it is called, and what is said of the rest."""

from __future__ import annotations

import pytest

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.resource import Format
from tests.kubernetes.reading import one, read, read_tree


def test_every_document_is_an_instance_with_address_and_type() -> None:
    found = read("""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api, namespace: prod}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api}
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: prod}
    """).instances
    assert [(i.address, i.type) for i in found] == [
        ("Deployment/prod/api", "apps/v1/Deployment"),
        ("Service/default/api", "v1/Service"),
        ("Namespace/prod", "v1/Namespace"),
    ]
    assert all(i.format is Format.KUBERNETES and i.scope == "" for i in found)


def test_a_list_is_taken_apart() -> None:
    found = read("""
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: Service, metadata: {name: a}}
        - {apiVersion: v1, kind: Service, metadata: {name: b}}
    """).instances
    assert [i.name for i in found] == ["a", "b"]


def test_json_is_read_like_yaml() -> None:
    [found] = read(
        '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"type": "NodePort"}}'
    ).instances
    assert found.get("spec").get("type").text() == "NodePort"


def test_a_generated_name_ends_in_a_star() -> None:
    assert (
        one("apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: train-}\n").address
        == "Job/default/train-*"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n",
        "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: Config\nmetadata: {name: a}\nclusters: []\n",
        "- op: replace\n  path: /spec/replicas\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n",
        "just text\n",
    ],
)
def test_what_is_no_object_is_left_out_in_silence(text: str) -> None:
    found = read(text)
    assert found.instances == ()
    assert found.diagnostics == ()


@pytest.mark.parametrize(
    ("document", "lacking"),
    [
        ("kind: Service\nmetadata: {name: b}\n", "without `apiVersion`"),
        ("apiVersion: v1\nmetadata: {name: b}\n", "without `kind`"),
        ("apiVersion: v1\nkind: Service\nspec: {}\n", "Service without a name"),
    ],
)
def test_a_broken_object_among_objects_is_said(document: str, lacking: str) -> None:
    whole = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n" + document
    [found] = read(whole).diagnostics
    assert lacking in found.summary
    assert found.span.line == 5
    assert found.level is Level.WARNING
    assert read(document).diagnostics == ()


def test_positions_after_a_schema_that_is_not_read_are_right() -> None:
    found = read(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
        "spec: {a: 1}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    )
    assert [(i.name, i.span.line) for i in found.instances] == [("a", 6)]


def test_comments_and_annotations_suppress() -> None:
    [first, second] = read("""
        # mlarchlint: ignore[MLA-HA001] one zone is enough
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: b
          annotations:
            mlarchlint.dev/ignore: |
              MLA-HA002 it is a demo
              MLA-HA003 until=2030-01-01 later
    """).instances
    assert [text for _, text in first.ignores] == ["mlarchlint: ignore[MLA-HA001] one zone is enough"]
    assert [text for _, text in second.ignores] == [
        "mlarchlint.dev/ignore: MLA-HA002 it is a demo",
        "mlarchlint.dev/ignore: MLA-HA003 until=2030-01-01 later",
    ]


def test_comments_in_a_list_belong_to_their_item() -> None:
    found = read("""
        apiVersion: v1
        kind: List
        items:
        - apiVersion: v1
          kind: Service
          metadata: {name: a}
        # mlarchlint: ignore[MLA-HA001] reason
        - apiVersion: v1
          kind: Service
          metadata: {name: b}
    """).instances
    assert [len(i.ignores) for i in found] == [0, 1]


def test_secrets_are_sensitive_and_other_objects_are_not() -> None:
    secret = one("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {token: hush}\n")
    assert secret.get("stringData").sensitive
    assert secret.get("stringData").get("token").sensitive
    config = one("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {token: said}\n")
    assert not config.get("data").get("token").sensitive


@pytest.mark.parametrize(
    "text", ["{{ .Values.x }}", "${REPLICAS}", "<your-image>", "{{workflow.parameters.n}}"]
)
def test_a_placeholder_is_unknown(text: str) -> None:
    found = one(f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{type: '{text}'}}\n")
    assert found.get("spec").get("type").is_unknown
    assert text in found.get("spec").get("type").why


@pytest.mark.parametrize("text", ["echo ${HOME} && run", "plain", "a < b > c", "$(date)"])
def test_text_that_only_looks_like_one_is_known(text: str) -> None:
    found = one(f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{type: '{text}'}}\n")
    assert found.get("spec").get("type").text() == text


def test_two_declarations_of_one_object_are_both_kept() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    found = read_tree({"dev/a.yaml": text, "prod/a.yaml": text})
    assert [(i.address, i.span.file) for i in found.instances] == [
        ("Service/default/a", "dev/a.yaml"),
        ("Service/default/a", "prod/a.yaml"),
    ]


def test_patches_of_a_kustomization_are_no_objects_and_its_namespace_holds() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    found = read_tree(
        {
            "base/svc.yaml": service,
            "base/kustomization.yaml": "resources: [svc.yaml]\nnamespace: ml\n",
            "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "prod/patch.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort}\n",
        }
    )
    assert [i.address for i in found.instances] == ["Service/ml/a"]
    assert [(d.code, d.level) for d in found.diagnostics] == [("kustomize-not-applied", Level.NOTE)]


def test_a_helm_template_is_said_once_and_its_siblings_are_read() -> None:
    found = read_tree(
        {
            "chart/templates/a.yaml": "{{- if .Values.a }}\nkind: A\n{{- end }}\n---\n{{ .Values.b }}: {{ x }}\n",
            "other.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
        }
    )
    assert [d.code for d in found.diagnostics] == ["yaml-template"]
    assert [i.name for i in found.instances] == ["a"]


def test_a_broken_file_fails_alone() -> None:
    found = read_tree({"a.yaml": "a: [1\n", "b.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: b}\n"})
    assert found.files_failed == {"a.yaml"}
    assert found.files_read == {"b.yaml"}
    assert [i.name for i in found.instances] == ["b"]
