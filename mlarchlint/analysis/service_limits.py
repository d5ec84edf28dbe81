"""What a hop lets through: the time it waits for an answer and the bodies it carries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mlarchlint.data import table
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource, once_of
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


@record(frozen=True, slots=True)
class Limits:
    """seconds, request_kb, response_kb: None where nothing bounds it. wait: the value that says how long it waits."""

    seconds: float | None
    request_kb: float | None
    response_kb: float | None
    wait: Value


@once_of
def limits_of(node: Resource) -> Limits:
    """Its own setting, as far as the service allows it."""
    table = service_limits().get(node.type, {})
    wait = node["timeout_s"]
    if wait.is_absent and node.kind == "load_balancer":
        wait = node["idle_timeout_s"]
    most, own = table.get("seconds"), wait.number()
    # A call that waits in a queue, or answers bit by bit, is not bound by what one answer may take.
    if node["method"].one_of("async", "stream") is Truth.YES:
        return Limits(None, None, None, wait)
    stated = [float(bound) for bound in (most, own) if bound is not None]
    return Limits(
        min(stated, default=None) if not wait.is_unknown else None,
        table.get("request_kb"),
        table.get("response_kb"),
        wait,
    )


@lru_cache(maxsize=1)
def service_limits() -> Mapping[str, Mapping[str, float]]:
    data = table("service_limits.yaml")
    return {
        str(name): {bound: float(value) for bound, value in limits.items()} for name, limits in data.items()
    }
