"""The training and data pipeline designs say the same in each cloud; what really differs stands here with its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlarchlint.analysis.exposure import exposed
from mlarchlint.analysis.zones import zones_of
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from tests.graph.designs import edges, graph_of, roles_of, stores

FORMS = {
    "training": ("terraform-aws", "cloudformation", "terraform-google", "terraform-azure", "kubernetes"),
    "data-pipeline": ("terraform-aws", "cloudformation", "terraform-google", "terraform-azure", "kubernetes"),
}
MACHINES = ("compute_group", "training_cluster")
Fact = Callable[[str, str], object]


def machines(design: str, form: str) -> Resource:
    """What the job runs on."""
    roles = roles_of(design, form)
    [node] = [n for n in graph_of(design, form).of_kind(*MACHINES) if roles[n.key].role == "training"]
    return node


def workers(design: str, form: str) -> Resource:
    """What the pods or jobs are, where they are declared, else what they run on."""
    jobs = graph_of(design, form).of_kind("batch_job")
    return jobs[0] if jobs else machines(design, form)


def processor(design: str, form: str) -> Resource:
    [node] = graph_of(design, form).of_kind("data_processor")
    return node


def _least(design: str, form: str) -> object:
    node = machines(design, form)
    return node["min_nodes"].number() if node["min_nodes"].is_known else node["min_count"].number()


def _identity(node: Resource, design: str, form: str) -> object:
    return [end.kind for end in graph_of(design, form).targets(node, Relation.ASSUMES)]


def _lake(design: str, form: str) -> list[Resource]:
    """The buckets of the design; where a service keeps files of its own is none of them (Synapse has such)."""
    graph = graph_of(design, form)
    return [
        node
        for node in graph.of_kind("object_store")
        if not any(user.kind == "service_namespace" for user in graph.sources(node, Relation.USES))
    ]


def _buckets(design: str, form: str) -> object:
    """Versioned, encrypted and private, for each bucket."""
    return [
        (node["versioning"].raw, node["encrypted_at_rest"].raw, exposed(graph_of(design, form), node).name)
        for node in _lake(design, form)
    ]


def _events(design: str, form: str, trait: str) -> Value:
    """A trait of the stream; brokers on volumes have it of the class of their volumes."""
    graph = graph_of(design, form)
    [stream, *_] = graph.of_kind("stream")
    classes = [node for node in graph.targets(stream, Relation.USES) if node.kind == "storage_class"]
    return classes[0][trait] if classes and stream[trait].is_absent else stream[trait]


def _exposed(design: str, form: str) -> object:
    graph = graph_of(design, form)
    return [node.address for node in graph if exposed(graph, node) is Truth.YES]


TRAINING: dict[str, Fact] = {
    "role of what trains": lambda d, f: roles_of(d, f)[workers(d, f).key].role,
    "spot": lambda d, f: machines(d, f)["spot"].text(),
    "least machines": _least,
    "spans zones": lambda d, f: zones_of(graph_of(d, f), machines(d, f)).multi.name,
    "disks encrypted": lambda d, f: machines(d, f)["encrypted_at_rest"].raw,
    "identity": lambda d, f: _identity(workers(d, f), d, f),
    "stores it may use": lambda d, f: stores(graph_of(d, f), workers(d, f)),
    "buckets": _buckets,
    "tracker": lambda d, f: len(graph_of(d, f).of_kind("experiment_tracker")),
    "retries": lambda d, f: workers(d, f)["retries"].number(),
    "alerts of a budget": lambda d, f: len(graph_of(d, f).of_kind("budget")),
    "reached from the internet": _exposed,
}
PIPELINE: dict[str, Fact] = {
    "role of what transforms": lambda d, f: roles_of(d, f)[processor(d, f).key].role,
    "role of the feature store": lambda d, f: {
        roles_of(d, f)[n.key].role for n in graph_of(d, f).of_kind("feature_store")
    },
    "features are answered online": lambda d, f: [
        n["online"].raw for n in graph_of(d, f).of_kind("feature_store")
    ],
    "workers follow the load": lambda d, f: processor(d, f)["autoscale"].raw,
    "most workers": lambda d, f: processor(d, f)["workers.max"].number(),
    "workers go when the work is done": lambda d, f: processor(d, f)["auto_termination"].raw,
    "identity": lambda d, f: _identity(processor(d, f), d, f),
    "what it writes": lambda d, f: {n.kind for n in graph_of(d, f).targets(processor(d, f), Relation.WRITES)},
    "events are kept for hours": lambda d, f: graph_of(d, f).of_kind("stream")[0]["retention_h"].number(),
    "events encrypted": lambda d, f: _events(d, f, "encrypted_at_rest").raw,
    "buckets": _buckets,
    "cold objects move": lambda d, f: [bool(n["transition_classes"].items()) for n in _lake(d, f)],
    "cold objects move after days": lambda d, f: [n["transition_days"].number() for n in _lake(d, f)],
    "cache survives a zone": lambda d, f: graph_of(d, f).of_kind("cache")[0]["ha"].text(),
    "cache speaks TLS": lambda d, f: graph_of(d, f).of_kind("cache")[0]["tls"].raw,
    "key of the events": lambda d, f: _events(d, f, "key").text(),
    "events reach the transformer": lambda d, f: sorted(
        edge
        for edge in edges(graph_of(d, f), Relation.READS, Relation.USES)
        if edge.startswith(("data_processor", "stream")) and edge.endswith((" stream", " queue"))
    ),
    "reached from the internet": _exposed,
}
FACTS = {"training": TRAINING, "data-pipeline": PIPELINE}
EXPECTED: dict[str, dict[str, object]] = {
    "training": {
        "role of what trains": "training",
        "spot": "all",
        "least machines": 0,
        "spans zones": "YES",
        "disks encrypted": True,
        "identity": ["identity"],
        "stores it may use": {"object_store"},
        "buckets": [(True, True, "NO")] * 3,
        "tracker": 1,
        "retries": 2,
        "alerts of a budget": 1,
        "reached from the internet": [],
    },
    "data-pipeline": {
        "role of what transforms": "pipeline",
        "role of the feature store": {"feature_store"},
        "features are answered online": [True],
        "workers follow the load": True,
        "most workers": 4,
        "workers go when the work is done": True,
        "identity": ["identity"],
        "what it writes": {"object_store"},
        "events are kept for hours": 48,
        "events encrypted": True,
        "buckets": [(True, True, "NO")] * 2,
        "cold objects move": [True, True],
        "cold objects move after days": [90, 90],
        "cache survives a zone": "multi_zone",
        "cache speaks TLS": True,
        "key of the events": "customer",
        "events reach the transformer": ["stream reads stream"],
        "reached from the internet": [],
    },
}
# (design, form, fact) -> what is there instead, and why it cannot be the same.
DIFFERENCES: dict[tuple[str, str, str], tuple[object, str]] = {
    ("training", "terraform-google", "retries"): (
        None,
        "the node pool is all that Terraform declares: the job is sent to the cluster",
    ),
    ("training", "terraform-azure", "retries"): (
        None,
        "the cluster is all that Terraform declares: the job is sent to the workspace",
    ),
    ("training", "terraform-azure", "spans zones"): (
        "NO",
        "a compute cluster of Azure Machine Learning has no setting for zones, and no subnet is in one",
    ),
    ("training", "kubernetes", "retries"): (
        3,
        "backoffLimit counts the retries, attempts of AWS Batch the first run as well",
    ),
    ("training", "kubernetes", "stores it may use"): (set(), "manifests do not declare the buckets"),
    ("training", "kubernetes", "buckets"): ([], "manifests do not declare the buckets"),
    ("training", "kubernetes", "tracker"): (0, "MLflow runs elsewhere, only its address is written"),
    ("training", "kubernetes", "alerts of a budget"): (0, "no kind of object is a budget of money"),
    ("data-pipeline", "terraform-google", "key of the events"): (
        "platform",
        "the design leaves the topic to the key of the provider, Kinesis needs one to be named",
    ),
    ("data-pipeline", "terraform-azure", "key of the events"): (
        "platform",
        "a key of one's own needs a dedicated or premium namespace",
    ),
    ("data-pipeline", "terraform-google", "events reach the transformer"): (
        ["data_processor reads queue"],
        "Pub/Sub hands out by subscriptions, and Dataflow needs no delivery stream before it",
    ),
    ("data-pipeline", "terraform-azure", "events reach the transformer"): (
        ["data_processor reads stream"],
        "Spark reads Event Hubs itself, and the capture of the hub fills the lake",
    ),
    ("data-pipeline", "kubernetes", "events reach the transformer"): (
        ["data_processor uses stream"],
        "a manifest says which brokers Spark calls, not what it does there",
    ),
    ("data-pipeline", "kubernetes", "what it writes"): (set(), "manifests do not declare the buckets"),
    ("data-pipeline", "kubernetes", "buckets"): ([], "manifests do not declare the buckets"),
    ("data-pipeline", "kubernetes", "cold objects move"): ([], "manifests do not declare the buckets"),
    ("data-pipeline", "kubernetes", "cold objects move after days"): (
        [],
        "manifests do not declare the buckets",
    ),
    ("data-pipeline", "kubernetes", "cache speaks TLS"): (
        None,
        "Redis in a pod turns it on by flags of its own, no object has a setting for it",
    ),
}
CASES = [(d, form, fact) for d, forms in FORMS.items() for form in forms for fact in FACTS[d]]


@pytest.mark.parametrize(("design", "form", "fact"), CASES)
def test_equivalent_designs_have_equivalent_graphs(design: str, form: str, fact: str) -> None:
    expected = EXPECTED[design][fact]
    expected = DIFFERENCES.get((design, form, fact), (expected,))[0]
    assert FACTS[design][fact](design, form) == expected


def test_every_difference_is_one_and_has_a_reason() -> None:
    for (design, form, fact), (instead, reason) in DIFFERENCES.items():
        assert (design, form, fact) in CASES
        assert instead != EXPECTED[design][fact]
        assert len(reason) > 20
