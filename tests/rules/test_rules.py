"""Every rule is documented, agrees with the catalog, stands alone and is shown both ways in every format."""

from __future__ import annotations

import ast
import re
import sys
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from mlarchlint.model.resource import Mode
from mlarchlint.model.rule import Rule
from mlarchlint.registry import built_in_rules
from tests.test_fixtures import FIXTURES, scanned

RULES = Path(__file__).parents[2] / "rules"
KINDS = Path(__file__).parents[2] / "mlarchlint" / "data" / "kinds"
SECTIONS = [
    "What it does", "Why is this bad", "Example", "Use instead", "When it does not fire", "References",
]  # fmt: skip
PROVIDERS = {"aws": "terraform-aws", "google": "terraform-google", "azure": "terraform-azure"}
CASES = {"certain", "uncertain", "clean"}
# What cannot be shown in a format, and why.
NOT_APPLICABLE = {
    ("MLA-SE014", "kubernetes"): (
        {"certain"},
        "the network of the cluster encrypts or not, and no job says so",
    ),
    ("MLA-SE014", "terraform-google"): (
        {"certain", "uncertain", "clean"},
        "Google Cloud encrypts what machines of a network send each other",
    ),
    ("MLA-SE014", "terraform-azure"): (
        {"certain", "uncertain", "clean"},
        "the network encrypts for some machine types, and no job says so",
    ),
    ("MLA-SE017", "terraform-aws"): (
        {"certain", "uncertain", "clean"},
        "an add-on in the cluster enforces policies on EKS, and says so nowhere else",
    ),
    ("MLA-SE017", "cloudformation"): (
        {"certain", "uncertain", "clean"},
        "an add-on in the cluster enforces policies on EKS, and says so nowhere else",
    ),
    ("MLA-SE015", "kubernetes"): ({"uncertain"}, "a manifest says what its containers may do where it is"),
    ("MLA-SE015", "terraform-google"): (
        {"certain", "uncertain"},
        "Cloud Run and Vertex AI run nothing privileged",
    ),
    ("MLA-SE016", "kubernetes"): ({"uncertain"}, "a manifest names its images where it is"),
    ("MLA-SE018", "kubernetes"): (
        {"uncertain"},
        "a node class says it where it is, and Karpenter asks for tokens",
    ),
    ("MLA-SE018", "terraform-google"): (
        {"certain", "uncertain"},
        "the metadata server refuses requests without its header",
    ),
    ("MLA-SE018", "terraform-azure"): (
        {"certain", "uncertain"},
        "the metadata service refuses requests without its header",
    ),
    ("MLA-SE019", "kubernetes"): (
        {"certain", "uncertain", "clean"},
        "the class of a volume says how it is encrypted, and its key is the cloud's",
    ),
    ("MLA-HA011", "terraform-aws"): (
        {"certain", "uncertain", "clean"},
        "a budget is an object of Kubernetes; services of the clouds replace tasks a few at a time",
    ),
    ("MLA-HA011", "terraform-google"): (
        {"certain", "uncertain", "clean"},
        "a budget is an object of Kubernetes; services of the clouds replace tasks a few at a time",
    ),
    ("MLA-HA011", "terraform-azure"): (
        {"certain", "uncertain", "clean"},
        "a budget is an object of Kubernetes; services of the clouds replace tasks a few at a time",
    ),
    ("MLA-HA011", "cloudformation"): (
        {"certain", "uncertain", "clean"},
        "a budget is an object of Kubernetes; services of the clouds replace tasks a few at a time",
    ),
    ("MLA-HA010", "terraform-azure"): (
        {"certain", "uncertain"},
        "scale sets and plans balance over the zones they are in, and one without zones is MLA-HA001",
    ),
    ("MLA-SC006", "kubernetes"): (
        {"certain", "uncertain"},
        "the nodes that manifests declare are Karpenter's, which follow their pods",
    ),
    ("MLA-SC007", "terraform-google"): (
        {"certain", "uncertain", "clean"},
        "SageMaker alone refuses to scale burstable instances",
    ),
    ("MLA-SC007", "terraform-azure"): (
        {"certain", "uncertain", "clean"},
        "SageMaker alone refuses to scale burstable instances",
    ),
    ("MLA-SC007", "kubernetes"): (
        {"certain", "uncertain", "clean"},
        "SageMaker alone refuses to scale burstable instances",
    ),
    ("MLA-HA015", "terraform-aws"): (
        {"certain", "uncertain", "clean"},
        "the volumes of a cloud are attached to machines; replicas share the claims of pods",
    ),
    ("MLA-HA015", "terraform-google"): (
        {"certain", "uncertain", "clean"},
        "the volumes of a cloud are attached to machines; replicas share the claims of pods",
    ),
    ("MLA-HA015", "terraform-azure"): (
        {"certain", "uncertain", "clean"},
        "the volumes of a cloud are attached to machines; replicas share the claims of pods",
    ),
    ("MLA-HA015", "cloudformation"): (
        {"certain", "uncertain", "clean"},
        "the volumes of a cloud are attached to machines; replicas share the claims of pods",
    ),
    ("MLA-HA014", "terraform-aws"): ({"certain", "uncertain"}, "the control planes of EKS span zones"),
    ("MLA-HA014", "cloudformation"): ({"certain", "uncertain"}, "the control planes of EKS span zones"),
    ("MLA-HA018", "terraform-google"): ({"certain", "uncertain"}, "Cloud NAT is regional"),
    ("MLA-SC003", "terraform-aws"): (
        {"certain", "uncertain", "clean"},
        "services of the clouds refuse containers without a size, or give them one",
    ),
    ("MLA-SC003", "terraform-google"): (
        {"certain", "uncertain", "clean"},
        "services of the clouds refuse containers without a size, or give them one",
    ),
    ("MLA-SC003", "terraform-azure"): (
        {"certain", "uncertain", "clean"},
        "services of the clouds refuse containers without a size, or give them one",
    ),
    ("MLA-SC003", "cloudformation"): (
        {"certain", "uncertain", "clean"},
        "services of the clouds refuse containers without a size, or give them one",
    ),
    ("MLA-PE008", "terraform-google"): ({"uncertain"}, "GKE taints nodes with accelerators itself"),
    ("MLA-CO013", "terraform-google"): ({"certain", "uncertain"}, "Cloud NAT turns Private Google Access on"),
    ("MLA-CO013", "cloudformation"): ({"uncertain"}, "a template is read whole"),
    ("MLA-CO006", "kubernetes"): (
        {"certain", "uncertain"},
        "pods have no price of their own that a promise could lower",
    ),
    ("MLA-CO010", "kubernetes"): (
        {"certain", "uncertain"},
        "machines and disks are chosen by nodes and classes",
    ),
    ("MLA-PE006", ""): (
        {"uncertain"},
        "the method and the share of repeats are stated, or there is no claim",
    ),
    ("MLA-SE008", "kubernetes"): ({"uncertain"}, "a manifest says whom its pods run as where it is"),
    ("MLA-SE009", "terraform-aws"): (
        {"certain", "uncertain", "clean"},
        "every call is signed, and a policy of the account says from where; Studio is MLA-SE008",
    ),
    ("MLA-SE009", "cloudformation"): (
        {"certain", "uncertain", "clean"},
        "every call is signed, and a policy of the account says from where; Studio is MLA-SE008",
    ),
    ("MLA-SE009", "kubernetes"): (
        {"certain", "uncertain", "clean"},
        "what the internet reaches of a cluster is MLA-SE001 and MLA-SE005",
    ),
    ("MLA-SE010", "kubernetes"): (
        {"uncertain"},
        "an account that is not known is no account that pods share",
    ),
    ("MLA-OB003", "terraform-google"): (
        {"certain", "uncertain"},
        "Cloud Run and Cloud Functions trace a share of their requests by themselves",
    ),
    ("MLA-OB005", "kubernetes"): (
        {"uncertain"},
        "an expression says its statistic, or nothing is known to alarm",
    ),
    ("MLA-OB006", "kubernetes"): ({"certain", "uncertain"}, "Alertmanager holds the routes of all rules"),
    ("MLA-SE006", "kubernetes"): (
        {"certain", "uncertain"},
        "nodes, registries and control planes are the cloud's; a self-managed audit policy is no object",
    ),
    ("MLA-ML009", "kubernetes"): ({"uncertain"}, "the steps of a Rollout are written where it is"),
    ("MLA-ML009", "terraform-google"): (
        {"certain", "uncertain"},
        "instance groups and Cloud Run have no rollback that alarms could start",
    ),
    ("MLA-ML012", "terraform-google"): (
        {"certain", "uncertain"},
        "Cloud Run ends a job after ten minutes unless told otherwise; Dataproc has no limit to set",
    ),
    ("MLA-SE003", "terraform-google"): ({"certain", "uncertain"}, "Google Cloud encrypts all of it, always"),
    ("MLA-CO012", "cloudformation"): (
        {"certain", "uncertain"},
        "a stack lies in one region, with all that is in it",
    ),
    ("MLA-CO012", "kubernetes"): (
        {"certain", "uncertain"},
        "manifests say no region; the buckets that jobs read are declared elsewhere",
    ),
    ("MLA-DG003", "kubernetes"): ({"uncertain"}, "a manifest says what becomes of its volumes where it is"),
    ("MLA-DG008", "kubernetes"): (
        {"certain", "uncertain"},
        "manifests say no region; the node groups that do are the cloud's",
    ),
    ("MLA-DG008", "terraform-google"): ({"certain"}, "the list lacks types in regions that offer them"),
}

# They judge requirements against what an analysis computes of the whole design, whatever it is written
# in: all of their cases count together.
ON_FIGURES = {
    "MLA-DG001",
    "MLA-DG002",
    "MLA-HA008",
    "MLA-HA012",
    "MLA-HA013",
    "MLA-PE001",
    "MLA-PE004",
    "MLA-PE010",
    "MLA-PE002",
    "MLA-PE005",
    "MLA-PE006",
    "MLA-PE007",
    "MLA-SC002",
}


def catalog() -> dict[str, tuple[str, str]]:
    lines = Path(__file__).with_name("catalog.tsv").read_text("utf-8").splitlines()[1:]
    return {ident: (name, severity) for ident, name, severity in (line.split("\t") for line in lines)}


def rules() -> list[Rule]:
    return list(built_in_rules().values())


def files() -> list[Path]:
    return sorted(path for path in RULES.glob("*.py") if not path.name.startswith("_"))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_the_documentation_has_its_sections_in_order(rule: Rule) -> None:
    sections = re.findall(r"^## (.+)$", rule.doc, re.MULTILINE)
    assert [name for name in sections if name != "Parameters"] == SECTIONS
    told = rule.doc.partition("## Parameters")[2].partition("## References")[0]
    assert re.findall(r"^`(\w+)` \((.+)\):", told, re.MULTILINE) == [
        (n, str(v)) for n, v in rule.params.items()
    ]
    bodies = re.split(r"^## .+$", rule.doc, flags=re.MULTILINE)
    assert all(body.strip() for body in bodies)
    assert re.search(r"^- https://\S+$", bodies[-1], re.MULTILINE)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_the_rule_is_that_of_the_catalog(rule: Rule) -> None:
    assert (rule.name, rule.severity.name.lower()) == catalog()[rule.id]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_rule_file_is_called_after_its_rule_and_imports_only_the_api(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert ours == {"mlarchlint.api"}
    found = [rule for rule in rules() if rule.source.endswith(f".{path.stem}")]
    assert [f"{rule.id[4:].lower()}_{rule.name.replace('-', '_')}" for rule in found] == [path.stem]


# -- fixtures -----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def mapped() -> dict[str, set[str]]:
    """The formats in which a kind has an entry."""
    formats: dict[str, set[str]] = {}
    for path in KINDS.glob("*.yaml"):
        for entry in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader):
            found = formats.setdefault(entry["kind"], set())
            if "terraform" in entry:
                found |= (
                    {PROVIDERS[provider]} if (provider := path.name.partition("-")[0]) in PROVIDERS else set()
                )
            found |= {"cloudformation", "kubernetes"} & set(entry)
    return formats


def wanted() -> list[tuple[Rule, str]]:
    """A rule on the design has no kinds: all of its cases count together."""
    found = []
    for rule in rules():
        formats = set().union(*(mapped().get(kind, set()) for kind in rule.kinds))
        formats = {""} if not rule.kinds or rule.id in ON_FIGURES else formats
        found += [(rule, one) for one in sorted(formats)]
    return found


def shown(rule: Rule, folder: Path) -> set[str]:
    """Which verdicts a case holds; clean is a subject of the rule on which nothing is found."""
    result = scanned(folder, rule.id)
    verdicts = {"certain" if finding.certain else "uncertain" for finding in result.findings}
    if not rule.kinds:
        return verdicts or {"clean"}
    found = {finding.subject.address for finding in result.findings}
    for node in result.graph.of_kind(*rule.kinds):
        role = result.roles.get(node.key)
        subject = node.part_of is None and node.instance.mode is Mode.MANAGED
        fits = not rule.roles or (role is not None and role.role in rule.roles)
        if subject and fits and node.address not in found:
            return verdicts | {"clean"}
    return verdicts


@pytest.mark.parametrize(("rule", "form"), wanted(), ids=lambda value: getattr(value, "id", value))
def test_a_rule_is_shown_failing_passing_and_unknown_in_every_format(rule: Rule, form: str) -> None:
    folders = [folder for folder in sorted((FIXTURES / rule.id).glob(f"{form}*")) if folder.is_dir()]
    # Manifests have to be shown as manifests, too.
    folders = [folder for folder in folders if not folder.name.startswith("kubernetes-terraform")]
    verdicts = set().union(*(shown(rule, folder) for folder in folders))
    impossible, _ = NOT_APPLICABLE.get((rule.id, form), (set(), ""))
    assert CASES - verdicts == impossible
