"""The configuration: layers, origins, and mistakes told all at once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.config_file import find_config
from mlarchlint.config_layers import Flags, load_config
from mlarchlint.config_text import ConfigError
from mlarchlint.model.finding import Severity

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def made(name: str, text: str) -> Path:
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return place

    return made


def mistakes(flags: Flags | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config([Path(".")], flags)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_without_a_file_the_defaults_hold(write: Write) -> None:
    config = load_config([Path(".")])
    assert config.fail_on is Severity.LOW
    assert config.limits.file_bytes == 10 * 1024 * 1024
    assert config.origins == {}


def test_every_key_of_the_file_is_read(write: Write) -> None:
    write("prod.tfvars", "")
    write(
        ".mlarchlint.yaml",
        """
requirements: {budget: {monthly_usd: 500.50}, traffic: {predictions_per_day: 1_000_000}}
exclude: [modules/old/**]
select: [security, MLA-HA]
ignore: [over-budget]
rules: {MLA-HA009: {severity: medium, params: {share: 0.5}}}
suppressions: [{rule: MLA-SE003, address: "module.x.*", path: "infra/*", reason: agreed, until: 2027-01-31}]
var_files: [prod.tfvars]
vars: {region: eu-west-1, zones: [a, b], size: 3}
workspace: prod
parameters: {Zones: [a, b]}
fail_on: high
limits: {file_mib: 0.5, instances: 10}
""",
    )
    config = load_config([Path(".")])
    assert config.requirements.get("budget.monthly_usd") == Decimal("500.50")
    assert config.requirements.number("traffic.predictions_per_day") == 1_000_000
    assert config.exclude == ("modules/old/**",)
    assert (config.select, config.ignore) == (("security", "MLA-HA"), ("over-budget",))
    assert config.setting("MLA-HA009", "x").severity is Severity.MEDIUM
    assert config.setting("MLA-HA009", "x").params == {"share": Decimal("0.5")}
    (accepted,) = config.suppressions
    assert (accepted.rule, accepted.address, accepted.until) == ("MLA-SE003", "module.x.*", "2027-01-31")
    assert accepted.span.line == 7
    assert [path.name for path in config.var_files] == ["prod.tfvars"]
    assert config.vars == {"region": "eu-west-1", "zones": '["a", "b"]', "size": "3"}
    assert config.parameters == {"Zones": "a,b"}
    assert (config.workspace, config.fail_on) == ("prod", Severity.HIGH)
    assert (config.limits.file_bytes, config.limits.instances) == (524_288, 10)
    assert config.origins["workspace"] == ".mlarchlint.yaml:10"


def test_requirements_know_where_they_are_written(write: Write) -> None:
    write(
        ".mlarchlint.yaml",
        "requirements:\n  budget:\n    monthly_usd: 500\n  users:\n    - {region: us-east}\n",
    )
    requirements = load_config([Path(".")]).requirements
    span = requirements.span("budget.monthly_usd")
    assert (span.file, span.line, span.column) == (".mlarchlint.yaml", 3, 5)
    assert requirements.items("users")[0]["region"] == "us-east"
    assert requirements.get("users.0.region") == "us-east"
    assert requirements.get("slo.availability") is None


def test_all_mistakes_are_listed_with_line_and_nearest_name(write: Write) -> None:
    write(
        ".mlarchlint.yaml",
        "requirments: {}\nfail_on: hihg\nrequirements:\n  budget:\n    montly_usd: 5\n  slo: {availability: 120}\n"
        "limits: {instances: many}\nsuppressions: [{rule: MLA-HA001}]\n",
    )
    assert mistakes() == [
        ".mlarchlint.yaml:1:1: unknown key 'requirments'; did you mean 'requirements'?",
        ".mlarchlint.yaml:2:1: 'fail_on' must be one of info, low, medium, high, critical, never, not 'hihg'; "
        "did you mean 'high'?",
        ".mlarchlint.yaml:5:5: unknown key 'montly_usd'; did you mean 'monthly_usd'?",
        ".mlarchlint.yaml:6:9: 'availability' must be at most 100, not 120",
        ".mlarchlint.yaml:7:10: 'instances' must be a whole number, not 'many'",
        ".mlarchlint.yaml:8:16: 'suppressions[0]' lacks 'reason'",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not YAML"),
        ("fail_on: low\nfail_on: high\n", "'fail_on' is given twice"),
        ("base: &b {x: 1}\n<<: *b\n", "keys must be plain names"),
        ("- a\n", "must be a mapping with requirements, exclude, select, ignore, ..., not a list"),
        ("requirements: {users: [{share: 1}]}", "'users[0]' lacks 'region'"),
        ("requirements: {model: {service_time_ms: 60}}", "'service_time_ms' must be a mapping with p50, p95, not 60"),
        ("!!python/object/apply:os.system [echo]\n", ", not a list"),
        ("a: &a [x, x, x]\nb: &b [*a, *a, *a]\n" + "".join(
            f"k{n}: &k{n} [{', '.join(['*' + (f'k{n - 1}' if n else 'b')] * 9)}]\n" for n in range(9)), "too large"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_configuration_is_a_mistake_with_a_place(
    write: Write, text: str, said: str
) -> None:
    write(".mlarchlint.yaml", text)
    (first, *_) = mistakes()
    assert first.startswith(".mlarchlint.yaml:")
    assert said in first


def test_a_file_that_is_not_utf8_is_a_mistake(write: Write, tmp_path: Path) -> None:
    (tmp_path / ".mlarchlint.yaml").write_bytes(b"\xff\xfe\x00")
    assert mistakes() == [".mlarchlint.yaml:1:1: is not UTF-8 text"]


def test_pyproject_holds_the_same_keys(write: Write) -> None:
    write(
        "pyproject.toml",
        '[project]\nname = "x"\n\n[tool.mlarchlint]\nfail_on = "high"\n'
        "[tool.mlarchlint.requirements.budget]\nmonthly_usd = 12.5\n",
    )
    config = load_config([Path(".")])
    assert config.fail_on is Severity.HIGH
    assert config.requirements.number("budget.monthly_usd") == Decimal("12.5")
    assert config.requirements.span("budget.monthly_usd").line == 7


def test_mistakes_in_pyproject_have_lines(write: Write) -> None:
    write("pyproject.toml", '[tool.other]\nfail_on = 1\n[tool.mlarchlint]\nfail_onn = "high"\n')
    assert mistakes() == ["pyproject.toml:4:1: unknown key 'fail_onn'; did you mean 'fail_on'?"]


def test_a_pyproject_without_the_table_is_no_configuration(write: Write) -> None:
    write("pyproject.toml", '[project]\nname = "x"\n')
    assert load_config([Path(".")]) == Config(base=Path.cwd())


def test_the_file_is_sought_upward_to_the_repository_and_no_further(write: Write, tmp_path: Path) -> None:
    write(".mlarchlint.yaml", "fail_on: high\n")
    write("infra/prod/main.tf", "")
    assert find_config(Path("infra/prod/main.tf")) == tmp_path / ".mlarchlint.yaml"
    (tmp_path / "infra" / ".git").mkdir()
    assert find_config(Path("infra/prod")) is None


def test_outside_a_repository_the_search_ends_at_the_current_folder(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").rmdir()
    write(".mlarchlint.yaml", "fail_on: high\n")
    write("infra/prod/main.tf", "")
    assert find_config(Path("infra/prod")) == tmp_path / ".mlarchlint.yaml"
    monkeypatch.chdir(tmp_path / "infra")
    assert find_config(Path("prod")) is None
    monkeypatch.chdir(tmp_path / "infra" / "prod")
    assert find_config(tmp_path / "infra") is None
    assert find_config(tmp_path) == tmp_path / ".mlarchlint.yaml"


def test_flags_win_over_the_file_and_say_so(write: Write) -> None:
    write(".mlarchlint.yaml", "fail_on: high\nworkspace: prod\nvars: {a: x, b: y}\nignore: [MLA-HA001]\n")
    flags = Flags(fail_on="never", workspace="dev", vars={"a": "z"}, ignore=("cost",))
    config = load_config([Path(".")], flags)
    assert config.fail_on is None
    assert config.workspace == "dev"
    assert config.vars == {"a": "z", "b": "y"}
    assert config.ignore == ("MLA-HA001", "cost")
    assert config.origins["fail_on"] == "--fail-on"
    assert config.origins["workspace"] == "--workspace"


def test_requirements_may_stand_in_a_file_of_their_own(write: Write) -> None:
    write("needs/prod.yaml", "budget: {monthly_usd: 7}\n")
    write(".mlarchlint.yaml", "requirements: needs/prod.yaml\n")
    requirements = load_config([Path(".")]).requirements
    assert requirements.number("budget.monthly_usd") == 7
    assert requirements.span("budget.monthly_usd").file == "needs/prod.yaml"
    other = write("other.yaml", "budget: {monthly_usd: 8}\n")
    assert load_config([Path(".")], Flags(requirements=other)).requirements.number("budget.monthly_usd") == 8


def test_mistakes_in_a_requirements_file_name_that_file(write: Write) -> None:
    write("needs.yaml", "slo: {latency: 5}\n")
    write(".mlarchlint.yaml", "requirements: needs.yaml\n")
    assert mistakes()[0].startswith("needs.yaml:1:7: unknown key 'latency'")


def test_a_configuration_cannot_name_files_outside_its_repository(write: Write, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.yaml"
    outside.write_text("budget: {}\n")
    write(".mlarchlint.yaml", "requirements: ../outside.yaml\n")
    assert mistakes() == [".mlarchlint.yaml:1:1: names a file outside the repository"]
    (tmp_path / "link.yaml").symlink_to(outside)
    write(".mlarchlint.yaml", "var_files: [link.yaml]\n")
    assert mistakes() == [".mlarchlint.yaml:1:13: names a file outside the repository"]


ENVIRONMENTS = """
requirements: {budget: {monthly_usd: 100, tolerance_pct: 5}, service: api}
vars: {size: small, zone: a}
environments:
  prod: {vars: {size: large}, workspace: prod, requirements: {budget: {monthly_usd: 900}}}
  dev: {}
"""


def test_an_environment_is_a_layer_above_the_file(write: Write) -> None:
    write(".mlarchlint.yaml", ENVIRONMENTS)
    config = load_config([Path(".")], Flags(environment="prod"))
    assert config.vars == {"size": "large", "zone": "a"}
    assert config.workspace == "prod"
    assert config.requirements.number("budget.monthly_usd") == 900
    assert config.requirements.number("budget.tolerance_pct") == 5
    assert config.requirements.span("budget.monthly_usd").line == 5
    assert load_config([Path(".")]).workspace == "default"


def test_an_unknown_environment_is_a_mistake(write: Write) -> None:
    write(".mlarchlint.yaml", ENVIRONMENTS)
    (said,) = mistakes(Flags(environment="prd"))
    assert "there is no environment 'prd'; did you mean 'prod'?" in said


def test_waivers_of_the_requirements_are_suppressions(write: Write) -> None:
    write(
        ".mlarchlint.yaml",
        "requirements:\n  waivers:\n    - {rule: MLA-HA012, reason: one region, expires: 2027-03-31}\n",
    )
    (waiver,) = load_config([Path(".")]).suppressions
    assert (waiver.rule, waiver.reason, waiver.until, waiver.span.line) == (
        "MLA-HA012", "one region", "2027-03-31", 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("select", "ignore", "runs"),
    [
        ((), (), True),
        (("MLA-HA",), (), True),
        (("mla-ha009",), (), True),
        (("single-zone",), (), True),
        (("high-availability",), (), True),
        (("security",), (), False),
        ((), ("MLA-HA",), False),
        (("MLA-HA",), ("single-zone",), False),
    ],
)
def test_selectors_are_ids_prefixes_names_and_pillars(
    select: tuple[str, ...], ignore: tuple[str, ...], runs: bool
) -> None:
    config = Config(select=select, ignore=ignore)
    assert config.runs("MLA-HA009", "single-zone", "high-availability") is runs
