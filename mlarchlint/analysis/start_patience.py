"""How long a replica may take until it answers before something ends it, and how long a model takes to load at least."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from mlarchlint.analysis.needs import Needs
from mlarchlint.analysis.scale_out import scaling_defaults
from mlarchlint.analysis.scripts import script_text
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# Servers that hold one large model: they answer when its weights are in the memory of the accelerator.
_LARGE = regex(
    r"(?i)\bvllm\b|text-generation-(inference|launcher)|tgi-inference|\bsglang\b|\blmdeploy\b|tensorrt[-_]?llm|"
    r"djl-inference:\S*lmi|jetstream-(pytorch|maxtext)|maxengine"
)
# What stands before such servers, or asks them.
_BESIDE = regex(r"(?i)rout(er|ing)|gateway|scheduler|bench|client|metrics|exporter|proxy|webui|frontend")
_BILLIONS = regex(r"(?i)(?<![\w.])(\d+(?:\.\d+)?)b(?![a-z0-9])")
_MILLIONS = regex(r"(?i)(?<![\w.])(\d+(?:\.\d+)?)m(?![a-z0-9])")
_FOUR_BITS = regex(r"(?i)awq|gptq|int4|4bit|w4a16|mxfp4|nvfp4|gguf|fp4")
_EIGHT_BITS = regex(r"(?i)fp8|int8|8bit|w8a8")
_GIB = 1024**3
_THRESHOLD = Decimal(3)  # failed checks of a load balancer, where none are written: two or three
_POOLS = ("backend_pool", "load_balancer")


@record(frozen=True, slots=True)
class Patience:
    """seconds: from the start of a replica; None where an input decides. at: the value that bounds it. how: what ends it."""

    seconds: float | None
    at: Value
    how: str


@record(frozen=True, slots=True)
class Loading:
    """seconds: until the model answers, at least. how: what they are made of."""

    seconds: float
    how: str


def patience_of(graph: ResourceGraph, node: Resource) -> Patience | None:
    """None where nothing ends a replica that does not answer yet, or nothing says when."""
    if node.kind == "compute_group" and node["health_check.source"].equals("instance") is Truth.YES:
        return None
    if not node["probes.kill_period_s"].is_absent:
        return _by_probe(node)
    if not node["startup_timeout_s"].is_absent:
        return _plain(node["startup_timeout_s"], "the service gives up")
    if node.kind in ("compute_group", "container_service") and not node["grace_s"].is_absent:
        return _by_balancer(graph, node)
    return None


def _by_probe(node: Resource) -> Patience:
    delay, period, failures = (node[f"probes.kill_{part}"] for part in ("delay_s", "period_s", "failures"))
    open_one = next((value for value in (period, failures, delay) if value.is_unknown), None)
    if open_one is not None:
        return Patience(None, open_one, "")
    numbers = [value.number() for value in (period, failures)]
    if None in numbers:
        return Patience(None, period, "")
    seconds = (delay.number() or Decimal(0)) + (numbers[0] or 0) * (numbers[1] or 0)
    what = "start-up probe" if node["probes.startup"].is_true() is Truth.YES else "liveness probe"
    return Patience(float(seconds), period, f"its {what} fails")


def _by_balancer(graph: ResourceGraph, node: Resource) -> Patience | None:
    """Who replaces what the balancer finds dead waits for the grace period, and for the checks to fail."""
    grace = node["grace_s"]
    pools = [pool for pool in graph.sources(node, Relation.ROUTES_TO) if pool.kind in _POOLS]
    if node.kind == "container_service" and not pools:
        return None
    if grace.is_unknown:
        return Patience(None, grace, "")
    seconds = grace.number()
    if seconds is None:
        return None
    failing = [_failing(pool) for pool in pools]
    if None in failing:
        return None
    longest = max([seconds, *(one for one in failing if one is not None)])
    return Patience(float(longest), grace, "the check of its load balancer fails")


def _failing(pool: Resource) -> Decimal | None:
    """Seconds until a target counts as dead."""
    interval, threshold = pool["health_check.interval_s"], pool["health_check.threshold"]
    if interval.is_unknown or threshold.is_unknown:
        return None
    return (interval.number() or Decimal(30)) * (threshold.number() or _THRESHOLD)


def _plain(value: Value, how: str) -> Patience:
    number = value.number()
    return Patience(float(number) if number is not None else None, value, how)


def loading_of(node: Resource, needs: Needs, large_s: float) -> Loading | None:
    """As the requirements state the size of the model, else as its server and its name tell. large_s: what a server
    of a large language model takes at least."""
    stated = needs.number("model.size_gib")
    text = _text(node)
    large = _LARGE.search(text) is not None and not _BESIDE.search(text)
    if stated is None and not large:
        return None
    _, fast = scaling_defaults()["load_gib_a_second"]
    if stated is not None:
        seconds = stated / fast
        how = f"loading a model of {stated:g} GiB takes {seconds:g} s at least"
        if not large or seconds >= large_s:
            return Loading(seconds, how)
    if not large:
        return None
    size = stated if stated is not None else _size(text)
    if size is not None and size < 2:
        return None
    if size is not None and size / fast > large_s:
        return Loading(
            size / fast, f"loading a model of about {size:.0f} GiB takes {size / fast:.0f} s at least"
        )
    return Loading(
        large_s, f"a server of a large language model takes {large_s:g} s to load at least (assumed)"
    )


def _text(node: Resource) -> str:
    """What runs, and which model it is told to load."""
    values = [*node["images"].items(), *node["commands"].items()]
    named = [value for name, value in node["env"].mapping().items() if "MODEL" in name.upper()]
    return " ".join([*_clues([*values, *named]), script_text(node["user_data"].clue() or "")])


def _clues(values: Iterable[Value]) -> Iterable[str]:
    return (clue for value in values if (clue := value.clue()))


def _size(text: str) -> float | None:
    """Of the weights, by the number of parameters that the name of a model gives."""
    bytes_each = 0.5 if _FOUR_BITS.search(text) else 1.0 if _EIGHT_BITS.search(text) else 2.0
    billions = [float(found) for found in _BILLIONS.findall(text)]
    if billions:
        return min(billions) * 1e9 * bytes_each / _GIB
    return 0.5 if _MILLIONS.search(text) else None
