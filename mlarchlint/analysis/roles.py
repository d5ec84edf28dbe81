"""Which parts of the design train, serve, move and store: weighted evidence, three-staged.

The tables are data/roles.yaml. Generic compute needs evidence of machine learning;
below the threshold a resource has no role, never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from mlarchlint.analysis.access import COMPUTE, STORES, entries_to, stores_of
from mlarchlint.analysis.role_neighbours import share_with_neighbours
from mlarchlint.analysis.role_signals import (
    Signal,
    content_signals,
    is_no_workload,
    names_of,
    override,
    type_signals,
)
from mlarchlint.analysis.role_tables import role_tables
from mlarchlint.analysis.tokens import find_token, words
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource, once_of
from mlarchlint.model.truth import Truth
from mlarchlint.model.workload import ROLES, Evidence, RoleOf

ASSIGN_AT, MARGIN, TEMPERATURE, NONE_SCORE, ML_NEEDED = 0.60, 0.20, 1.5, 1.0, 2.0
PRODUCT_NAME = 4.0  # the weight of names that can mean but one thing: mlflow
_MANAGED_ML = ("model_endpoint", "notebook", "experiment_tracker", "feature_store", "model_registry", "training_cluster",
               "data_processor", "model_monitor", "foundation_model_api", "stream")  # fmt: skip
_FINITE = ("batch_job",)
_KEY = regex(r'\["([^"]+)"\]$')


def infer_roles(graph: ResourceGraph, fixed: Mapping[str, str] | None = None) -> dict[str, RoleOf]:
    """The role of every resource that has one. fixed: roles the requirements give, by key."""
    roles: dict[str, RoleOf] = {}
    data_roles = {store.key: role for store in graph.of_kind(*STORES) if (role := data_role(store))}
    for node in graph:
        if node.part_of is not None:
            continue
        given = (fixed or {}).get(node.key)
        if given:
            roles[node.key] = RoleOf(given, 1.0, (Evidence("the requirements say so", 0, node.span),))
        elif (tagged := override(node)) and tagged[0] in ROLES:
            roles[node.key] = RoleOf(tagged[0], 1.0, (Evidence("its tags say so", 0, tagged[1]),))
        elif node.kind in ("container_service", "stream") and is_no_workload(node):
            continue
        elif node.kind in COMPUTE or node.kind in _MANAGED_ML or _is_template_alone(graph, node):
            told = [*type_signals(node), *content_signals(node, _templates(graph, node))]
            signals = [*_weighed(told, ends_by_itself(node)), *topology_signals(graph, node, data_roles)]
            roles[node.key] = decide(node, signals)
    share_with_neighbours(graph, roles)
    return {key: role for key, role in roles.items() if role.role is not None}


def _templates(graph: ResourceGraph, node: Resource) -> list[Resource]:
    used = graph.targets(node, Relation.USES)
    return [template for template in used if template.kind in ("compute_template", "container_template")]


def _is_template_alone(graph: ResourceGraph, node: Resource) -> bool:
    """A template that nothing in the code uses: what it says of the machines is all there is."""
    return node.kind == "compute_template" and not graph.sources(node, Relation.USES)


def ends_by_itself(node: Resource) -> bool:
    """A job, or a pod that is not started again; one that listens is a server all the same."""
    is_once = node["restart_policy"].text() in ("Never", "OnFailure") and node["ports"].is_absent
    return node.kind in _FINITE or is_once


def _weighed(signals: Sequence[Signal], ends: bool) -> list[Signal]:
    """What predicts and ends scores in batches; what hardware suggests gives way to what is said.

    Variables that name a model are no sign of predictions in a job: training names one too.
    """
    if ends:
        signals = [signal if signal.source == "variable" else _in_batches(signal) for signal in signals]
    said = {
        role
        for signal in signals
        if signal.source not in ("hardware", "variable") and not signal.prior
        for role, weight in signal.roles.items()
        if weight > 0
    }
    gives_way = said and "training" not in said
    return [signal for signal in signals if not (gives_way and signal.prior)]


def _in_batches(signal: Signal) -> Signal:
    if "inference" not in signal.roles:
        return signal
    roles = {
        ("inference-batch" if role == "inference" else role): weight for role, weight in signal.roles.items()
    }
    return replace(signal, roles=roles)


def decide(node: Resource, signals: Sequence[Signal]) -> RoleOf:
    """Softmax over the roles that have evidence, and none."""
    scores: dict[str, float] = {}
    for signal in signals:
        for role, weight in signal.roles.items():
            scores[role] = scores.get(role, 0.0) + weight
    ml = _evidence_of_ml(signals)
    evidence = tuple(
        Evidence(signal.reason, max(signal.roles.values(), default=signal.ml), signal.span)
        for signal in signals
    )
    generic = _is_generic(node, signals)
    if not scores or (generic and ml < ML_NEEDED):
        return RoleOf(None, 0.0, evidence)
    exponents = {role: math.exp(score / TEMPERATURE) for role, score in scores.items()}
    total = sum(exponents.values()) + math.exp(NONE_SCORE / TEMPERATURE)
    ranked = sorted(exponents.items(), key=lambda item: (-item[1], item[0]))
    first, value = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    probability = value / total
    if probability < ASSIGN_AT or probability - second / total < MARGIN:
        return RoleOf(None, round(probability, 2), evidence)
    telling = [signal for signal in signals if signal.roles.get(first, 0) > 0]
    if generic and all(_is_hearsay(signal, first) for signal in telling):
        return RoleOf(None, round(probability, 2), evidence)
    why = tuple(Evidence(signal.reason, signal.roles[first], signal.span) for signal in telling)
    return RoleOf(first, round(probability, 2), why)


def _is_generic(node: Resource, signals: Sequence[Signal]) -> bool:
    """Whether the kind leaves open that this is machine learning; so does a queue of machines with GPUs."""
    sources = {signal.source for signal in signals}
    return node.kind not in _MANAGED_ML or ("hardware" in sources and "type" not in sources)


def _evidence_of_ml(signals: Sequence[Signal]) -> float:
    """Hardware alone is none: render farms have GPUs. One word counts once, wherever it stands."""
    if all(signal.source == "hardware" for signal in signals if signal.ml):
        return 0.0
    by_word: dict[str, float] = {}
    for signal in signals:
        if signal.word:
            by_word[signal.word] = max(by_word.get(signal.word, 0.0), signal.ml)
    return sum(signal.ml for signal in signals if not signal.word) + sum(by_word.values())


def _is_hearsay(signal: Signal, role: str) -> bool:
    """A word in a name, which may mean anything (`model-train-museum`), unless it names a product."""
    return signal.source == "name" and signal.roles[role] < PRODUCT_NAME


def topology_signals(graph: ResourceGraph, node: Resource, data_roles: Mapping[str, str]) -> Iterator[Signal]:
    """Evidence from what reaches the node and what it reads."""
    table = role_tables()["topology"]
    held = {data_roles[store.key] for store in stores_of(graph, node) if store.key in data_roles}
    entries = entries_to(graph, node)
    pools = graph.sources(node, Relation.ROUTES_TO)
    if ends_by_itself(node):
        yield Signal("it runs to an end", table["finite"], 0, node.span)
    elif entries or pools:
        if entries:
            yield Signal(
                f"requests reach it through {entries[-1].address}",
                table["reachable_from_entry"],
                0,
                node.span,
            )
        yield Signal("it is long-lived behind a service", table["long_lived_service"], 0, node.span)
        if "model" in held:
            yield Signal(
                "it reads a model store and receives requests",
                table["reads_model_and_serves"],
                table["ml"]["reads_model_and_serves"],
                node.span,
                "topology",
                "model",
            )
    if not entries and not pools and held & {"dataset"} and held & {"model", "checkpoints"}:
        yield Signal(
            "it reads a dataset and writes models or checkpoints",
            table["reads_dataset_writes_model"],
            table["ml"]["reads_dataset_writes_model"],
            node.span,
        )
    if (
        not entries
        and node["min_count"].equals(0) is Truth.YES
        and node.kind in ("compute_group", "training_cluster")
    ):
        yield Signal(
            "it scales from zero and nothing routes to it",
            table["scales_from_zero_without_entry"],
            0,
            node.span,
        )
    if node["spot"].equals("all") is Truth.YES:
        yield Signal("it runs on spot capacity only", table["spot_only"], 0, node["spot"].span)


@once_of
def data_role(store: Resource) -> str | None:
    """What a store holds, by the whole tokens of its names."""
    own = store["data_role"].text()
    if own:
        return own
    texts = [*names_of(store)]
    bucket = store.instance.get("bucket").clue()
    if bucket:
        texts.append(bucket)
    # The key of `for_each` and the name in the code were written for this one store; what the cloud calls it often
    # begins with the name of the whole project.
    key = _KEY.search(store.instance.address)
    by_its_own = ((key[1],) if key else ()), (store.instance.name,), tuple(texts)
    return next((held for names in by_its_own if (held := _held(names))), None)


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    return frozenset().union(*(table.firsts for table in role_tables()["data_roles"].values()))


@lru_cache(maxsize=4096)  # names repeat: `data`, `models`
def _held(texts: tuple[str, ...]) -> str | None:
    tables = role_tables()["data_roles"]
    if all(_first_words().isdisjoint(words(text)) for text in texts):
        return None  # as of most names
    for role, tokens in tables.items():
        if find_token(texts, tokens):
            return str(role)
    return None
