"""What ships: the wheel and the source distribution hold all of the package, and nothing else."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPPED = {"__pycache__"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources is built, so that the work tree stays as it is."""
    pytest.importorskip("build")
    pytest.importorskip("setuptools", minversion="77")
    place = tmp_path_factory.mktemp("dist")
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if name.startswith(("mlarchlint/", "rules/")) or "/" not in name:
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                target.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place), str(source)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return place


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (found,) = built.glob("*.whl")
    return zipfile.ZipFile(found)


def tracked(folder: str) -> set[str]:
    return {
        path.relative_to(ROOT / folder).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not SKIPPED & set(path.parts) and path.suffix != ".pyc"
    }


def test_the_rules_of_the_wheel_are_those_of_the_folder(wheel: zipfile.ZipFile) -> None:
    prefix = "mlarchlint/rules/"
    shipped = {name.removeprefix(prefix) for name in wheel.namelist() if name.startswith(prefix)}
    assert shipped == tracked("rules")
    for name in shipped:
        assert wheel.read(prefix + name) == (ROOT / "rules" / name).read_bytes()


def test_every_module_and_every_data_file_ships(wheel: zipfile.ZipFile) -> None:
    shipped = {
        name.removeprefix("mlarchlint/")
        for name in wheel.namelist()
        if name.startswith("mlarchlint/") and not name.startswith("mlarchlint/rules/")
    }
    assert shipped == tracked("mlarchlint")


def test_nothing_but_the_package_and_its_metadata_ships(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mlarchlint"}
    assert any(name.endswith("LICENSE") for name in wheel.namelist())
    assert any(name.endswith("entry_points.txt") for name in wheel.namelist())


def test_the_source_distribution_holds_the_rules_and_the_data(built: Path) -> None:
    (found,) = built.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"rules/{name}" for name in tracked("rules")} <= names
    assert {f"mlarchlint/data/{name}" for name in tracked("mlarchlint/data")} <= names


def test_every_package_of_the_tree_is_listed() -> None:
    tomllib = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "mlarchlint").rglob("*.py")}
    assert listed == found | {"mlarchlint.rules"}
