"""The keys `helm` and `kustomize`, layered like every other input."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config_layers import Flags, load_config
from mlarchlint.config_text import ConfigError
from mlarchlint.rendering_options import Rendering

WRITTEN = """
helm: {values: [common.yaml], release: ranker}
environments:
  prod:
    helm: {values: [prod.yaml], namespace: ml}
    kustomize: {render: false}
"""


def configured(folder: Path, text: str, environment: str | None = None) -> Rendering:
    (folder / ".mlarchlint.yaml").write_text(text, "utf-8")
    for name in ("common.yaml", "prod.yaml"):
        (folder / name).write_text("replicas: 3\n", "utf-8")
    return load_config([folder], Flags(environment=environment)).rendering


def test_an_environment_adds_values_files_and_overrides_the_rest(tmp_path: Path) -> None:
    common, prod = tmp_path / "common.yaml", tmp_path / "prod.yaml"
    assert configured(tmp_path, WRITTEN) == Rendering(values=(common,), release="ranker")
    assert configured(tmp_path, WRITTEN, "prod") == Rendering(
        kustomize=False, values=(common, prod), release="ranker", namespace="ml"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("helm: {values: [absent.yaml]}", "absent.yaml"),
        ("helm: {values: [/etc/passwd]}", "outside"),
        ("helm: {value: [common.yaml]}", "values"),
        ("kustomize: {render: maybe}", "render"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        configured(tmp_path, text)
