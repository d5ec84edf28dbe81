"""Charts of the repository, as helm_release deploys them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.resource import Evaluation, Format, Instance
from mlarchlint.model.truth import Truth
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate
from mlarchlint.rendering_options import Rendering
from tests.kubernetes.test_charts import SDK, empty_path, tree

__all__ = ["empty_path"]
pytestmark = [SDK, pytest.mark.usefixtures("empty_path")]

TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-api
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      {{- with .Values.account }}
      serviceAccountName: {{ . }}
      {{- end }}
      containers:
        - name: main
          image: "registry/{{ .Values.image.name }}:{{ .Values.image.tag }}"
          args: {{ toJson .Values.args }}
{{- if .Values.guarded }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: guard
spec: {minAvailable: 1}
{{- end }}
"""
CHART = {
    "charts/api/Chart.yaml": "apiVersion: v2\nname: api\nversion: 0.1.0\n",
    "charts/api/values.yaml": "replicas: 1\nguarded: false\nargs: []\nimage: {name: api, tag: v1}\n",
    "charts/api/templates/api.yaml": TEMPLATE,
}


def release(body: str, *, chart: str = "${path.module}/charts/api", more: str = "") -> str:
    return f'resource "helm_release" "a" {{\n  name = "ranker"\n  namespace = "ml"\n  chart = "{chart}"\n{body}\n}}\n{more}'


def evaluated(tmp_path: Path, main: str, config: Config | None = None, **more: str) -> Evaluation:
    folder = tree(tmp_path / "root", CHART | {"main.tf": main} | more)
    config = config or Config()
    return evaluate(discover([folder], config), config)


def objects(evaluation: Evaluation) -> dict[str, Instance]:
    return {i.address: i for i in evaluation.instances if i.format is Format.KUBERNETES}


def pod(instance: Instance) -> object:
    return instance.get("spec").get("template").get("spec").get("containers").items()[0].plain()


def codes(evaluation: Evaluation) -> list[str]:
    return [diagnostic.code for diagnostic in evaluation.diagnostics]


def test_a_release_gives_its_chart_name_namespace_and_values(tmp_path: Path) -> None:
    body = """
      values = [
        "replicas: 2\\nimage: {tag: v2}",
        file("${path.module}/prod.yaml"),
        yamlencode({ args = ["--port", "80"] }),
        templatefile("${path.module}/tag.tftpl", { tag = "v4" }),
      ]"""
    evaluation = evaluated(
        tmp_path, release(body), **{"prod.yaml": "replicas: 3\n", "tag.tftpl": "image: {tag: ${tag}}\n"}
    )
    assert codes(evaluation) == []
    found = objects(evaluation)
    assert list(found) == ["Deployment/ml/ranker-api"]
    [instance] = found.values()
    assert instance.get("spec").get("replicas").raw == 3
    assert pod(instance) == {"name": "main", "image": "registry/api:v4", "args": ["--port", "80"]}
    assert str(instance.get("spec").get("replicas").span).endswith("charts/api/templates/api.yaml:6:3")
    assert instance.exists is Truth.YES
    assert evaluation.renderers == (("helm-python-sdk", 1),)


@pytest.mark.parametrize(
    "body",
    [
        'set {\n name = "replicas"\n value = 5\n}\nset {\n name = "image.tag"\n value = "7"\n type = "string"\n}\n'
        'set_list {\n name = "args"\n value = ["a", "b"]\n}\n',
        'set = [{ name = "replicas", value = "5" }, { name = "image.tag", value = "7", type = "string" }]\n'
        'set_list = [{ name = "args", value = ["a", "b"] }]\n',
        'values = ["replicas: 2"]\nset = [{ name = "replicas", value = "5" }, { name = "image.tag", value = "7" },'
        ' { name = "args", value = "{a,b}" }]\n',
        'set = [{ name = "replicas", value = 5 }, { name = "image.tag", value = 7 }, { name = "args[1]", value = "b" },'
        ' { name = "args[0]", value = "a" }]\n',
    ],
    ids=["blocks of provider 2", "lists of provider 3", "over values, a list in braces", "by index"],
)
def test_set_wins_over_values_in_every_form(tmp_path: Path, body: str) -> None:
    [instance] = objects(evaluated(tmp_path, release(body))).values()
    assert instance.get("spec").get("replicas").raw == 5
    assert pod(instance) == {"name": "main", "image": "registry/api:7", "args": ["a", "b"]}


def test_a_chart_that_is_released_is_not_rendered_with_its_defaults_as_well(tmp_path: Path) -> None:
    twice = release('set = [{ name = "replicas", value = "2" }]') + (
        'resource "helm_release" "b" {\n  name = "shadow"\n  chart = "./charts/api"\n}\n'
    )
    found = objects(evaluated(tmp_path, twice))
    assert {address: i.get("spec").get("replicas").raw for address, i in found.items()} == {
        "Deployment/ml/ranker-api": 2,
        "Deployment/default/shadow-api": 1,
    }


def test_every_release_of_a_for_each_has_its_own_values(tmp_path: Path) -> None:
    main = """
      resource "helm_release" "a" {
        for_each = { one = 1, two = 2 }
        name     = each.key
        chart    = "./charts/api"
        set      = [{ name = "replicas", value = each.value }]
      }"""
    found = objects(evaluated(tmp_path, main))
    assert {address: i.get("spec").get("replicas").raw for address, i in found.items()} == {
        "Deployment/default/one-api": 1,
        "Deployment/default/two-api": 2,
    }


def test_what_is_not_known_of_the_values_is_not_known_of_the_objects(tmp_path: Path) -> None:
    body = """
      values = [<<-EOT
        replicas: ${var.replicas}
        image:
          name: ${aws_ecr_repository.r.name}-cpu
      EOT
      ]
      set = [{ name = "guarded", value = var.guarded }]"""
    more = 'variable "replicas" {}\nvariable "guarded" {}\nresource "aws_ecr_repository" "r" {}\n'
    evaluation = evaluated(tmp_path, release(body, more=more))
    found = objects(evaluation)
    instance, guard = found["Deployment/ml/ranker-api"], found["PodDisruptionBudget/ml/guard"]
    replicas = instance.get("spec").get("replicas")
    assert (replicas.is_unknown, replicas.refs) == (True, ("var.replicas",))
    image = instance.get("spec").get("template").get("spec").get("containers").items()[0].get("image")
    assert (image.is_unknown, image.pattern, image.refs) == (
        True,
        "registry/*-cpu:v1",
        ("aws_ecr_repository.r.name",),
    )
    assert (instance.exists, guard.exists) == (Truth.YES, Truth.MAYBE)
    assert codes(evaluation) == []


def test_what_an_unknown_value_switches_on_is_unknown_even_where_it_is_not_printed(tmp_path: Path) -> None:
    templates = {
        "charts/api/templates/api.yaml": TEMPLATE.replace(
            "{{ .Values.replicas }}", "{{ ternary 1 3 (empty .Values.replicas) }}"
        )
    }
    body = 'set = [{ name = "replicas", value = var.n }]'
    [instance] = objects(evaluated(tmp_path, release(body, more='variable "n" {}\n'), **templates)).values()
    assert instance.get("spec").get("replicas").is_unknown


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("values = [var.v]", "values are not known: var.v has no value"),
        ("values = var.v", "values are not known: var.v has no value"),
        ('set = [{ name = var.v, value = "1" }]', "the name of a `set` is not known"),
        ('values = ["a: [1"]', "values cannot be read"),
        ('values = ["- 1"]', "values are no map"),
        ('set = [{ name = "stage", value = var.v }]', "decided by a value that is not known"),
    ],
)
def test_a_release_whose_outcome_cannot_be_known_is_said_and_not_guessed(
    tmp_path: Path, body: str, says: str
) -> None:
    templates = {"charts/api/templates/stage.yaml": '{{ if eq .Values.stage "prod" }}\nkind: X\n{{ end }}\n'}
    main = release(body, more='variable "v" {}\n')
    evaluation = evaluated(tmp_path, main, **templates, **{"charts/api/values.yaml": "stage: dev\n"})
    [said] = evaluation.diagnostics
    assert (said.code, says in said.summary, str(said.span).endswith("main.tf:1:1")) == (
        "release-not-rendered",
        True,
        True,
    ), said
    assert objects(evaluation) == {}
    assert evaluation.renderers == (("", 1),)


def test_a_chart_that_is_not_there_and_switched_off_rendering_are_said(tmp_path: Path) -> None:
    away = evaluated(tmp_path, release("", chart="./charts/away"))
    assert [d.summary for d in away.diagnostics if d.code == "release-not-rendered"] == [
        "helm_release.a is not rendered: the chart is not in the scanned code"
    ]
    off = evaluated(tmp_path, release(""), Config(rendering=Rendering(helm=False)))
    assert codes(off) == ["release-not-rendered"]


@pytest.mark.parametrize("chart", ["oci://registry/chart", "redis", "/etc/charts/x", "../../../etc"])
def test_charts_from_elsewhere_are_nodes_and_are_not_looked_for(tmp_path: Path, chart: str) -> None:
    evaluation = evaluated(tmp_path, release("", chart=chart))
    assert "release-not-rendered" not in codes(evaluation)
    assert any(i.address == "helm_release.a" for i in evaluation.instances)


def test_secrets_given_to_a_chart_are_in_no_object(tmp_path: Path) -> None:
    body = 'set_sensitive = [{ name = "image.tag", value = "hush-hush" }]'
    [instance] = objects(evaluated(tmp_path, release(body))).values()
    assert "hush" not in str(instance)
    assert (
        instance.get("spec").get("template").get("spec").get("containers").items()[0].get("image").sensitive
    )


def test_a_role_that_terraform_makes_reaches_the_service_account_of_the_chart(tmp_path: Path) -> None:
    templates = {
        "charts/api/templates/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n"
        "  annotations:\n    eks.amazonaws.com/role-arn: {{ .Values.role }}\n"
    }
    main = release(
        'set = [{ name = "role", value = aws_iam_role.r.arn }, { name = "account", value = "api" }]',
        more='resource "aws_iam_role" "r" {\n  name = "r"\n  assume_role_policy = "{}"\n}\n',
    )
    graph = normalise(evaluated(tmp_path, main, **templates).instances, built_in_kinds())
    edges = {(e.source, e.relation.value, e.target) for e in graph.edges}
    assert ("ServiceAccount/ml/api", "assumes", "aws_iam_role.r") in edges
    assert ("Deployment/ml/ranker-api", "assumes", "ServiceAccount/ml/api") in edges
