"""The training and data pipeline designs say the same in each cloud; what really differs stands here with its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlarchlint.analysis.exposure import exposed
from mlarchlint.analysis.zones import zones_of
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from tests.graph.designs import edges, graph_of, roles_of, stores

FORMS = {
    "training": ("terraform-aws", "terraform-google", "kubernetes"),
    "data-pipeline": ("terraform-aws", "terraform-google"),
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


def _buckets(design: str, form: str) -> object:
    """Versioned, encrypted and private, for each bucket."""
    return [
        (node["versioning"].raw, node["encrypted_at_rest"].raw, exposed(graph_of(design, form), node).name)
        for node in graph_of(design, form).of_kind("object_store")
    ]


def _exposed(design: str, form: str) -> object:
    graph = graph_of(design, form)
    return [node.address for node in graph if exposed(graph, node) is Truth.YES]


TRAINING: dict[str, Fact] = {
    "role of what trains": lambda d, f: roles_of(d, f)[workers(d, f).key].role,
    "spot": lambda d, f: machines(d, f)["spot"].text(),
    "least machines": _least,
    "spans zones": lambda d, f: zones_of(graph_of(d, f), machines(d, f)).multi.name,
    "disks encrypted": lambda d, f: machines(d, f)["encrypted_at_rest"].raw,
    "identity": lambda d, f: _identity(machines(d, f), d, f),
    "stores it may use": lambda d, f: stores(graph_of(d, f), machines(d, f)),
    "buckets": _buckets,
    "tracker": lambda d, f: len(graph_of(d, f).of_kind("experiment_tracker")),
    "retries": lambda d, f: workers(d, f)["retries"].number(),
    "reached from the internet": _exposed,
}
PIPELINE: dict[str, Fact] = {
    "role of what transforms": lambda d, f: roles_of(d, f)[processor(d, f).key].role,
    "role of the feature store": lambda d, f: {
        roles_of(d, f)[n.key].role for n in graph_of(d, f).of_kind("feature_store")
    },
    "workers follow the load": lambda d, f: processor(d, f)["autoscale"].raw,
    "identity": lambda d, f: _identity(processor(d, f), d, f),
    "what it writes": lambda d, f: {n.kind for n in graph_of(d, f).targets(processor(d, f), Relation.WRITES)},
    "events are kept for hours": lambda d, f: graph_of(d, f).of_kind("stream")[0]["retention_h"].number(),
    "events encrypted": lambda d, f: graph_of(d, f).of_kind("stream")[0]["encrypted_at_rest"].raw,
    "buckets": _buckets,
    "cold objects move": lambda d, f: all(
        n["transition_classes"].items() for n in graph_of(d, f).of_kind("object_store")
    ),
    "cache survives a zone": lambda d, f: graph_of(d, f).of_kind("cache")[0]["ha"].text(),
    "cache speaks TLS": lambda d, f: graph_of(d, f).of_kind("cache")[0]["tls"].raw,
    "key of the events": lambda d, f: graph_of(d, f).of_kind("stream")[0]["key"].text(),
    "events reach the transformer": lambda d, f: sorted(
        edges(graph_of(d, f), Relation.READS) & {"data_processor reads queue", "stream reads stream"}
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
        "reached from the internet": [],
    },
    "data-pipeline": {
        "role of what transforms": "pipeline",
        "role of the feature store": {"feature_store"},
        "workers follow the load": True,
        "identity": ["identity"],
        "what it writes": {"object_store"},
        "events are kept for hours": 48,
        "events encrypted": True,
        "buckets": [(True, True, "NO")] * 2,
        "cold objects move": True,
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
    ("training", "kubernetes", "retries"): (
        3,
        "backoffLimit counts the retries, attempts of AWS Batch the first run as well",
    ),
    ("training", "kubernetes", "identity"): (
        [],
        "pods have the identity, the node class names a role in text",
    ),
    ("training", "kubernetes", "stores it may use"): (set(), "manifests do not declare the buckets"),
    ("training", "kubernetes", "buckets"): ([], "manifests do not declare the buckets"),
    ("training", "kubernetes", "tracker"): (0, "MLflow runs elsewhere, only its address is written"),
    ("data-pipeline", "terraform-google", "key of the events"): (
        "platform",
        "the design leaves the topic to the key of the provider, Kinesis needs one to be named",
    ),
    ("data-pipeline", "terraform-google", "events reach the transformer"): (
        ["data_processor reads queue"],
        "Pub/Sub hands out by subscriptions, and Dataflow needs no delivery stream before it",
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
