"""Overlays: built by what is on PATH, at the lines of bases and patches; nothing remote is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlarchlint.frontends.kubernetes.manifests import Rendered, read_manifests
from mlarchlint.frontends.kubernetes.overlays import build_overlays
from mlarchlint.model.resource import Evaluation
from tests.kubernetes.reading import deployment
from tests.kubernetes.test_charts import empty_path, program, tree

__all__ = ["empty_path"]

BASE = deployment(name="api", extra="replicas: 1")
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  # more\n  replicas: 4\n"
FILES = {
    "k8s/base/kustomization.yaml": "resources: [api.yaml]\n",
    "k8s/base/api.yaml": BASE,
    "k8s/prod/kustomization.yaml": "namePrefix: prod-\nresources: [../base]\npatches: [{path: more.yaml}]\n",
    "k8s/prod/more.yaml": PATCH,
}
FOLDERS = ("k8s/base", "k8s/prod")
# what kustomize makes of them, as far as the test needs it; the copy is all that it sees
FAKE = """
import json, pathlib
folder = pathlib.Path(sys.argv[-1])
written = json.loads((folder / "kustomization.yaml").read_text())
assert written["buildMetadata"] == ["originAnnotations"], written
assert (folder / "../base/api.yaml").is_file()
assert "GITHUB_TOKEN" not in os.environ
text = (folder / "../base/api.yaml").read_text().replace("replicas: 1", "replicas: 4").replace(
    "metadata: {name: api}", "metadata:\\n  name: prod-api\\n  annotations:\\n"
    "    config.kubernetes.io/origin: |\\n      path: ../base/api.yaml", 1)
print(text + "---\\napiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: made}")
"""


def built(root: Path, enabled: bool = True) -> Rendered:
    made = Rendered()
    build_overlays(FOLDERS, root, root, enabled, made)
    return made


def evaluated(root: Path, made: Rendered) -> Evaluation:
    files = sorted(path for path in root.rglob("*.yaml") if path.is_file())
    return read_manifests(
        [(p.relative_to(root).as_posix(), p.read_text("utf-8")) for p in files], rendered=made
    )


@pytest.mark.parametrize(("name", "arguments"), [("kustomize", ["build"]), ("kubectl", ["kustomize"])])
def test_what_an_overlay_builds_stands_in_its_base_and_its_patches(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, arguments: list[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    program(empty_path, name, f"assert sys.argv[1:-1] == {arguments}\n{FAKE}")
    root = tree(tmp_path / "root", FILES)
    made = built(root)
    assert made.diagnostics == []
    found = {instance.address: instance for instance in evaluated(root, made).instances}
    assert list(found) == ["Deployment/default/prod-api", "ConfigMap/default/made"]
    api = found["Deployment/default/prod-api"]
    replicas = api.get("spec").get("replicas")
    assert (replicas.raw, replicas.span.file, replicas.span.line) == (4, "k8s/prod/more.yaml", 6)
    kind = api.get("kind")
    assert (kind.span.file, kind.span.line) == ("k8s/base/api.yaml", 2)
    containers = api.get("spec").get("template").get("spec").get("containers").items()
    assert containers[0].get("image").span.file == "k8s/base/api.yaml"
    assert found["ConfigMap/default/made"].span.file == "k8s/prod/kustomization.yaml"
    assert not api.get("metadata").get("annotations").mapping()


@pytest.mark.parametrize(
    "remote",
    [
        "https://example.com/base.yaml",
        "github.com/org/repo//base?ref=v1",
        "git@github.com:org/repo.git",
        "../../../outside",
        "../absent",
    ],
)
def test_an_overlay_that_names_what_is_not_there_is_never_run(
    tmp_path: Path, empty_path: Path, remote: str
) -> None:
    ran = tmp_path / "ran"
    program(empty_path, "kustomize", f"open({str(ran)!r}, 'w').close()")
    (tmp_path / "outside").mkdir()
    text = FILES["k8s/prod/kustomization.yaml"].replace("[../base]", json.dumps(["../base", remote]))
    root = tree(tmp_path / "root", FILES | {"k8s/prod/kustomization.yaml": text})
    made = built(root)
    assert not ran.exists()
    [diagnostic] = made.diagnostics
    assert "fetched" in diagnostic.summary
    assert diagnostic.span.file == "k8s/prod/kustomization.yaml"
    assert [i.address for i in evaluated(root, made).instances] == ["Deployment/default/api"]


def test_files_of_generators_are_not_fetched_either(tmp_path: Path, empty_path: Path) -> None:
    program(empty_path, "kustomize", FAKE)
    generator = "configMapGenerator: [{name: c, files: ['key=https://example.com/x']}]\n"
    text = FILES["k8s/prod/kustomization.yaml"] + generator
    made = built(tree(tmp_path / "root", FILES | {"k8s/prod/kustomization.yaml": text}))
    assert "nothing is fetched" in made.diagnostics[0].summary


def test_an_overlay_that_is_not_built_is_noted_once_and_its_bases_are_read(
    tmp_path: Path, empty_path: Path
) -> None:
    root = tree(tmp_path / "root", FILES)
    made = built(root)
    evaluation = evaluated(root, made)
    assert [d.code for d in evaluation.diagnostics] == ["kustomize-not-rendered"]
    assert "neither kustomize nor kubectl" in evaluation.diagnostics[0].summary
    assert [i.address for i in evaluation.instances] == ["Deployment/default/api"]
    off = built(root, enabled=False).diagnostics
    assert ["the configuration says so" in d.summary for d in off] == [True]


def test_an_overlay_that_changes_nothing_is_not_built(tmp_path: Path, empty_path: Path) -> None:
    program(empty_path, "kustomize", "sys.exit(1)")
    plain = FILES | {"k8s/prod/kustomization.yaml": "resources: [../base]\n"}
    assert built(tree(tmp_path / "root", plain)).diagnostics == []


def test_a_build_that_fails_is_noted(tmp_path: Path, empty_path: Path) -> None:
    program(empty_path, "kustomize", "print('Error: no matches for Id', file=sys.stderr); sys.exit(1)")
    [diagnostic] = built(tree(tmp_path / "root", FILES)).diagnostics
    assert "Error: no matches for Id" in diagnostic.summary


def test_two_kustomizations_in_a_circle_end(tmp_path: Path, empty_path: Path) -> None:
    circle = FILES | {"k8s/base/kustomization.yaml": "resources: [api.yaml, ../prod]\n"}
    assert built(tree(tmp_path / "root", circle)).documents == []


def test_more_overlays_than_one_scan_builds_are_noted_once(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlarchlint.frontends.kubernetes.overlays.MOST", 1)
    program(empty_path, "kustomize", "print('apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: made}')")
    written = FILES["k8s/prod/kustomization.yaml"].replace("more.yaml", "../prod/more.yaml")
    more = {f"k8s/{name}/kustomization.yaml": written for name in ("qa", "dev")}
    made = Rendered()
    root = tree(tmp_path / "root", FILES | more)
    build_overlays((*FOLDERS, "k8s/qa", "k8s/dev"), root, root, True, made)
    assert len(made.documents) == 1
    assert ["2 more are not" in diagnostic.summary for diagnostic in made.diagnostics] == [True]


@pytest.mark.parametrize("note", ["path: ../../../secret.yaml", "path: /etc/passwd", "a: b: c: [", ""])
def test_a_note_of_origin_opens_no_file_that_is_not_of_the_overlay(
    tmp_path: Path, empty_path: Path, note: str
) -> None:
    (tmp_path / "secret.yaml").write_text(BASE, "utf-8")
    annotated = f"metadata: {{name: api, annotations: {{config.kubernetes.io/origin: {note!r}}}}}"
    text = BASE.replace("metadata: {name: api}", annotated)
    program(empty_path, "kustomize", f"print({text!r})")
    [instance] = read_manifests([], rendered=built(tree(tmp_path / "root", FILES))).instances
    assert instance.span.file.startswith("k8s/prod/")


def test_a_component_is_not_built_alone(tmp_path: Path, empty_path: Path) -> None:
    program(empty_path, "kustomize", "sys.exit('a component cannot be built')")
    files = {
        "k8s/part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "patches: [{path: more.yaml}]\n",
        "k8s/part/more.yaml": PATCH,
    }
    root = tree(tmp_path / "root", files)
    made = Rendered()
    build_overlays(("k8s/part",), root, root, True, made)
    assert evaluated(root, made).diagnostics == ()
    assert made.tools == {}


@pytest.mark.parametrize(
    "section",
    ["patches: [{path: away.yaml}]", "patchesStrategicMerge: [away.yaml]", "resources: [away.yaml]",
     "configMapGenerator: [{name: c, envs: [away.yaml]}]\nreplicas: [{name: api, count: 2}]"],
)  # fmt: skip
def test_a_file_that_is_not_there_is_named(tmp_path: Path, empty_path: Path, section: str) -> None:
    program(empty_path, "kustomize", "sys.exit('it was run')")
    root = tree(tmp_path / "root", FILES | {"k8s/prod/kustomization.yaml": f"{section}\n"})
    [said] = [d for d in built(root).diagnostics if d.span.file.startswith("k8s/prod")]
    assert "away.yaml is not in the scanned code" in said.summary
    assert built(root).tools == {"": 1}


def test_overlays_are_read_in_their_order_whichever_is_built_first(tmp_path: Path, empty_path: Path) -> None:
    script = (
        "import re\nname = re.search(r'k8s/(\\w+)', sys.argv[-1])[1]\ntime.sleep(0.3 if name == 'dev' else 0)\n"
        "print('apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: ' + name + '}')\n"
    )
    program(empty_path, "kustomize", script)
    names = ("dev", "prod", "qa", "test")
    more = {f"k8s/{n}/kustomization.yaml": "patches: [{path: ../prod/more.yaml}]\n" for n in names}
    root = tree(tmp_path / "root", FILES | more)
    made = Rendered()
    build_overlays([f"k8s/{name}" for name in names], root, root, True, made)
    assert [i.name for i in read_manifests([], rendered=made).instances] == list(names)
    assert made.tools == {"kustomize": 4}


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (f"resources: ['https://example.com/{'long/' * 20}install.yaml']", f"it names https://example.com/{'long/' * 20}install.yaml, and"),
        ("helmCharts: [{name: ranker}]", "it renders the Helm chart ranker"),
        ("resources: [../api.yaml]\nreplicas: [{name: api, count: 2}]", "does not load ../api.yaml, a file outside its folder"),
    ],
)  # fmt: skip
def test_why_an_overlay_is_not_built_is_said_whole(
    tmp_path: Path, empty_path: Path, section: str, said: str
) -> None:
    program(empty_path, "kustomize", "sys.exit('it was run')")
    files = {"k8s/api.yaml": BASE, "k8s/prod/kustomization.yaml": f"{section}\n"}
    [diagnostic] = built(tree(tmp_path / "root", FILES | files)).diagnostics
    assert said in diagnostic.summary
