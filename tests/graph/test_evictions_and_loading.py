"""How many replicas a drain takes, how long a model loads at least, and which nodes are accelerated."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mlarchlint.analysis.evictions import evictions_of
from mlarchlint.analysis.gpu_nodes import all_accelerated
from mlarchlint.analysis.needs import Needs
from mlarchlint.analysis.start_patience import loading_of
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value, from_plain
from mlarchlint.requirements import Requirements
from tests.graph.build import instance


def node(kind: str, **traits: object) -> Resource:
    attrs = {name: one if isinstance(one, Value) else from_plain(one) for name, one in traits.items()}
    return Resource("one", "test_thing.one", kind, "aws", attrs, {}, instance("test_thing.one"))


@pytest.mark.parametrize(
    ("bound", "value", "replicas", "away"),
    [
        ("max_unavailable", 1, 3, 1),
        ("max_unavailable", "30%", 7, 3),
        ("max_unavailable", "1%", 4, 1),
        ("max_unavailable", "0%", 4, 0),
        ("min_available", "50%", 7, 3),
        ("min_available", 2, 3, 1),
        ("min_available", 5, 3, 0),
        ("min_available", "100%", 3, 0),
        ("min_available", "many", 3, None),
    ],
)
def test_shares_of_a_disruption_budget_are_rounded_up(
    bound: str, value: int | str, replicas: int, away: int | None
) -> None:
    found = evictions_of(node("disruption_budget", **{bound: value}), Decimal(replicas))
    assert found.away == (None if away is None else Decimal(away))


@pytest.mark.parametrize(
    ("image", "argument", "stated", "seconds"),
    [
        ("vllm/vllm-openai:v0.6.3", "--model meta-llama/Llama-3.1-8B-Instruct", None, 60),
        ("vllm/vllm-openai:v0.6.3", "--model meta-llama/Llama-3.1-70B", None, 130),
        ("vllm/vllm-openai:v0.6.3", "--model acme/Llama-3.1-405B-FP8", None, 377),
        ("vllm/vllm-openai:v0.6.3", "--model acme/Llama-3.1-70B-AWQ", None, 60),
        ("vllm/vllm-openai:v0.6.3", "--model facebook/opt-125m", None, None),
        ("vllm/vllm-openai:v0.6.3", "", 300, 300),
        ("lmcache/lmstack-router:1", "--engine vllm", None, None),
        ("registry.example.com/ranker:3", "", None, None),
        ("registry.example.com/ranker:3", "", 5, 5),
    ],
)
def test_a_model_loads_as_long_as_its_size_and_its_server_say(
    image: str, argument: str, stated: int | None, seconds: int | None
) -> None:
    needs = Needs(Requirements({"model": {"size_gib": Decimal(stated)}} if stated else {}))
    found = loading_of(node("container_service", images=[image], commands=[argument]), needs, 60)
    assert (round(found.seconds) if found else None) == seconds


@pytest.mark.parametrize(
    ("types", "verdict"),
    [
        (["g5.xlarge"], Truth.YES),
        (["g5.xlarge", "p4d.24xlarge"], Truth.YES),
        (["m6i.xlarge"], Truth.NO),
        (["g5.xlarge", "m6i.xlarge"], Truth.MAYBE),
        ([], Truth.MAYBE),
    ],
)
def test_a_group_is_accelerated_where_each_of_its_machines_is(types: list[str], verdict: Truth) -> None:
    assert all_accelerated(node("compute_group", instance_types=types)) is verdict


def test_a_machine_type_that_is_not_known_may_have_accelerators() -> None:
    group = node("compute_group", instance_type=Value.unknown("var.machine"))
    assert all_accelerated(group) is Truth.MAYBE
