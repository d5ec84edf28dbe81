"""Charts: rendered by what is there, in a process that gets nothing; else said once."""

from __future__ import annotations

import importlib.util
import io
import os
import stat
import sys
import tarfile
from pathlib import Path

import pytest

from mlarchlint.frontends.kubernetes.charts import ChartOptions, render_charts
from mlarchlint.frontends.kubernetes.manifests import Rendered, read_manifests
from mlarchlint.frontends.kubernetes.renderer import Limits

TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-api
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        {{- range .Values.containers }}
        - name: {{ . }}
          image: registry/{{ . }}:1
        {{- end }}
{{- end }}
"""
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: ranker\nversion: 0.1.0\n",
    "values.yaml": "enabled: true\nreplicas: 1\ncontainers: [a, b]\n",
    "templates/api.yaml": TEMPLATE,
}
SDK = pytest.mark.skipif(importlib.util.find_spec("helm_python") is None, reason="needs mlarchlint[helm]")


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return folder


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it but what the test puts there."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def program(folder: Path, name: str, script: str) -> None:
    place = folder / name
    place.write_text(f"#!{sys.executable}\nimport os, sys, time\n{script}", "utf-8")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)


def rendered(folder: Path, charts: tuple[str, ...] = ("charts/ranker",), **options: object) -> Rendered:
    return render_charts(charts, folder, folder, ChartOptions(**options))  # type: ignore[arg-type]


def chart(tmp_path: Path, **more: str) -> Path:
    return tree(tmp_path / "root", {f"charts/ranker/{name}": text for name, text in (CHART | more).items()})


def codes(made: Rendered) -> list[str]:
    return [diagnostic.code for diagnostic in made.diagnostics]


# -- with the SDK ------------------------------------------------------------------------


@SDK
def test_the_objects_of_a_chart_stand_at_the_lines_of_their_template(
    tmp_path: Path, empty_path: Path
) -> None:
    made = rendered(chart(tmp_path))
    [instance] = read_manifests([], rendered=made).instances
    replicas = instance.get("spec").get("replicas")
    containers = instance.get("spec").get("template").get("spec").get("containers")
    assert (instance.address, made.diagnostics) == ("Deployment/default/ranker-api", [])
    assert (replicas.raw, replicas.span.file, replicas.span.line) == (
        1,
        "charts/ranker/templates/api.yaml",
        7,
    )
    assert instance.span.line == 2
    # the second turn of the loop has no line of its own
    assert [c.get("image").raw for c in containers.items()] == ["registry/a:1", "registry/b:1"]
    assert containers.items()[0].get("image").span.line == 13
    assert containers.items()[1].span.line in range(10, 15)


@SDK
def test_the_templates_of_a_rendered_chart_are_not_read_as_manifests(
    tmp_path: Path, empty_path: Path
) -> None:
    made = rendered(chart(tmp_path))
    evaluation = read_manifests([("charts/ranker/templates/api.yaml", TEMPLATE)], rendered=made)
    assert len(evaluation.instances) == 1
    assert evaluation.diagnostics == ()


@SDK
def test_values_files_are_laid_over_in_order(tmp_path: Path, empty_path: Path) -> None:
    folder = chart(tmp_path, **{"prod.yaml": "replicas: 4\n"})
    tree(folder, {"all.yaml": "replicas: 9\ncontainers: [c]\n", "charts/other/v.yaml": "replicas: 7\n"})
    tree(folder, {"charts/other/Chart.yaml": "apiVersion: v2\nname: other\nversion: 1.0.0\n"})
    files = tuple(folder / name for name in ("all.yaml", "charts/ranker/prod.yaml", "charts/other/v.yaml"))
    made = rendered(folder, values=files, release="r", namespace="ml")
    [instance] = read_manifests([], rendered=made).instances
    assert instance.address == "Deployment/ml/r-api"
    assert instance.get("spec").get("replicas").raw == 4
    assert len(instance.get("spec").get("template").get("spec").get("containers").items()) == 1


@SDK
def test_a_template_that_fails_costs_its_chart_and_one_warning(tmp_path: Path, empty_path: Path) -> None:
    made = rendered(chart(tmp_path, **{"templates/bad.yaml": '{{ required "no image" .Values.image }}'}))
    assert codes(made) == ["helm-not-rendered"]
    assert "ranker" in made.diagnostics[0].summary
    assert "2 templates" in made.diagnostics[0].summary
    assert "no image" in made.diagnostics[0].summary
    assert made.documents == []


@SDK
def test_nothing_outside_the_root_is_rendered(tmp_path: Path, empty_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("kind: ConfigMap\napiVersion: v1\nmetadata: {name: stolen}\n", "utf-8")
    folder = chart(tmp_path)
    (folder / "charts/ranker/templates/link.yaml").symlink_to(secret)
    (folder / "charts/ranker/templates/folder").symlink_to(tmp_path)
    assert [i.name for i in read_manifests([], rendered=rendered(folder)).instances] == ["ranker-api"]


@SDK
def test_a_schema_is_not_asked_since_it_may_name_the_network(tmp_path: Path, empty_path: Path) -> None:
    schema = '{"$ref": "http://127.0.0.1:9/schema.json"}'
    made = rendered(chart(tmp_path, **{"values.schema.json": schema}))
    assert (codes(made), len(made.documents)) == ([], 1)


@SDK
def test_dependencies_that_are_not_vendored_are_named(tmp_path: Path, empty_path: Path) -> None:
    declared = CHART["Chart.yaml"] + (
        "dependencies:\n"
        "  - {name: redis, version: 1.0.0, repository: 'https://charts.example'}\n"
        "  - {name: grafana, version: 1.0.0, repository: 'https://charts.example', condition: grafana.enabled}\n"
        "  - {name: common, version: 0.1.0, repository: 'file://../common'}\n"
        "  - {name: packed, version: 0.1.0, repository: 'https://charts.example'}\n"
    )
    values = CHART["values.yaml"] + "grafana: {enabled: false}\n"
    folder = chart(tmp_path, **{"Chart.yaml": declared, "values.yaml": values})
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n"
    for name in ("common", "packed"):
        tree(folder / "charts" / name, {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n"})
        tree(folder / "charts" / name, {"templates/svc.yaml": service % name})
    archive = folder / "charts/ranker/charts/packed-0.1.0.tgz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder / "charts/packed", "packed")
        outside = tarfile.TarInfo("../../escaped.yaml")
        outside.size = 1
        packed.addfile(outside, io.BytesIO(b"x"))
    made = rendered(folder)
    found = {i.address: i.span.file for i in read_manifests([], rendered=made).instances}
    assert codes(made) == ["chart-dependency-missing"]
    assert "without redis, which is not vendored" in made.diagnostics[0].summary
    assert found["Service/default/common"] == "charts/common/templates/svc.yaml"
    assert found["Service/default/packed"] == "charts/ranker/Chart.yaml"


@SDK
def test_a_chart_beside_brings_what_lies_beside_it_in_turn(tmp_path: Path, empty_path: Path) -> None:
    depends = "dependencies: [{name: %s, version: 0.1.0, repository: 'file://../%s'}]\n"
    named = '{{ include "library.name" . }}'
    folder = chart(tmp_path, **{"Chart.yaml": CHART["Chart.yaml"] + depends % ("server", "server")})
    service = f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {named}\n"
    for name, files in (
        ("server", {"templates/svc.yaml": service, "Chart.yaml": depends % ("library", "library")}),
        ("library", {"templates/_names.tpl": '{{ define "library.name" }}named{{ end }}', "Chart.yaml": depends % ("server", "server")}),
    ):  # fmt: skip
        about = f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n"
        tree(folder / "charts" / name, files | {"Chart.yaml": about + files["Chart.yaml"]})
    made = rendered(folder)
    assert codes(made) == []
    assert "Service/default/named" in {i.address for i in read_manifests([], rendered=made).instances}


@SDK
def test_any_text_may_stand_in_a_chart_with_dependencies(tmp_path: Path, empty_path: Path) -> None:
    declared = CHART["Chart.yaml"] + "description: Ranks \N{WAVING HAND SIGN}\n"
    declared += "dependencies: [{name: redis, version: 1.0.0, repository: 'https://charts.example'}]\n"
    made = rendered(chart(tmp_path, **{"Chart.yaml": declared}))
    assert codes(made) == ["chart-dependency-missing"]


@SDK
def test_a_failure_names_its_cause_and_the_library_that_is_not_there(
    tmp_path: Path, empty_path: Path
) -> None:
    declared = CHART["Chart.yaml"] + (
        "dependencies: [{name: common, version: 1.0.0, repository: 'https://charts.example'}]\n"
    )
    calls = '{{ define "outer" }}{{ include "inner" . }}{{ end }}{{ define "inner" }}{{ include "common.names" . }}{{ end }}'
    files = {
        "Chart.yaml": declared,
        "templates/_calls.tpl": calls,
        "templates/b.yaml": '{{ include "outer" . }}',
    }
    [said] = rendered(chart(tmp_path, **files)).diagnostics
    assert said.code == "helm-not-rendered"
    assert "templates/b.yaml" in said.summary
    assert 'no template "common.names"' in said.summary
    assert said.summary.endswith("common is not vendored (`helm dependency build`)")


@SDK
def test_pods_of_helm_test_are_not_part_of_the_design(tmp_path: Path, empty_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\n"
    made = rendered(chart(tmp_path, **{"templates/tests/t.yaml": pod}))
    assert [i.name for i in read_manifests([], rendered=made).instances] == ["ranker-api"]


# -- with helm on PATH -------------------------------------------------------------------

ECHO = """
names = sorted(os.environ)
print("---\\n# Source: ranker/templates/api.yaml\\napiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: seen")
print("data: {arguments: %r, names: %r}" % (" ".join(sys.argv[1:3]), " ".join(names)))
"""


def test_helm_on_path_is_preferred_and_gets_no_environment(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(empty_path, "helm", ECHO)
    for name in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "HTTPS_PROXY", "KUBECONFIG"):
        monkeypatch.setenv(name, "secret")
    [instance] = read_manifests([], rendered=rendered(chart(tmp_path))).instances
    names = (instance.get("data").get("names").text() or "").split()
    assert instance.get("data").get("arguments").raw == "template ranker"
    assert {"AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "HTTPS_PROXY"}.isdisjoint(names)
    assert instance.span.file == "charts/ranker/templates/api.yaml"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("time.sleep(60)", "more than 0.5 seconds"),
        ("print('x' * 3_000_000)", "more than 1 MiB"),
        ("print('Error: broken', file=sys.stderr); sys.exit(1)", "Error: broken"),
        ("sys.exit(3)", "failed without a word"),
    ],
)
def test_what_takes_too_long_writes_too_much_or_fails_is_said(
    tmp_path: Path, empty_path: Path, script: str, said: str
) -> None:
    program(empty_path, "helm", script)
    made = rendered(chart(tmp_path), limits=Limits(0.5, 1024 * 1024))
    assert codes(made) == ["helm-not-rendered"]
    assert said in made.diagnostics[0].summary


# -- without -----------------------------------------------------------------------------


def test_a_chart_that_is_not_rendered_is_said_once(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    made = rendered(chart(tmp_path, **{"templates/b.yaml": TEMPLATE, "templates/_helpers.tpl": ""}))
    assert codes(made) == ["helm-not-rendered"]
    assert made.diagnostics[0].span.file == "charts/ranker/Chart.yaml"
    assert "chart ranker is not rendered (2 templates)" in made.diagnostics[0].summary
    files = [(f"charts/ranker/templates/{name}.yaml", TEMPLATE) for name in "ab"]
    assert [d.code for d in read_manifests(files, rendered=made).diagnostics] == ["helm-not-rendered"]


def test_the_configuration_can_switch_it_off(tmp_path: Path, empty_path: Path) -> None:
    program(empty_path, "helm", ECHO)
    assert "the configuration says so" in rendered(chart(tmp_path), enabled=False).diagnostics[0].summary


def test_a_chart_in_the_folder_of_another_is_rendered_with_that_one(tmp_path: Path, empty_path: Path) -> None:
    folder = chart(tmp_path)
    tree(folder / "charts/ranker/charts/sub", {"Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n"})
    made = rendered(folder, ("charts/ranker", "charts/ranker/charts/sub"), enabled=False)
    assert [d.span.file for d in made.diagnostics] == ["charts/ranker/Chart.yaml"]


def test_a_library_chart_and_a_file_of_that_name_are_passed_over(tmp_path: Path, empty_path: Path) -> None:
    library = chart(tmp_path, **{"Chart.yaml": CHART["Chart.yaml"] + "type: library\n"})
    assert rendered(library, enabled=False).diagnostics == []
    other = tree(tmp_path / "other", {"charts/ranker/Chart.yaml": "- a list\n"})
    assert rendered(other, enabled=False).diagnostics == []


def test_no_temporary_folder_is_left(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    program(empty_path, "helm", "sys.exit(1)")
    rendered(chart(tmp_path))
    assert os.listdir(place) == []
