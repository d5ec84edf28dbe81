"""How long the first request waits for an instance that has to be started, and whether requests meet one."""

from __future__ import annotations

from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.geography import defaults
from mlarchlint.analysis.load import Load, load_of
from mlarchlint.analysis.needs import Needs
from mlarchlint.model.record import record
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

LOADED_GIB_A_SECOND = 0.2  # from an object store into memory (assumed)
_KEPT_WARM = 1 / 60  # requests a second from which on an instance is always at hand
_SOMETIMES = ("sporadic", "business-hours")


@record(frozen=True, slots=True)
class ColdStart:
    """ms: at least so long. happens: whether the p95 sees it. at: the value that lets it scale to zero."""

    ms: float
    how: str
    happens: Truth
    at: Value


def cold_start_of(fleet: Fleet, needs: Needs) -> ColdStart:
    zero, at = scales_to_zero(fleet)
    ms, how = cold_start_ms(fleet, needs)
    return ColdStart(ms, how, zero & meets_cold_starts(needs, load_of(needs)), at)


def scales_to_zero(fleet: Fleet) -> tuple[Truth, Value]:
    """Whether no instance may be running, and the value that says so."""
    node = fleet.node
    warm, least = node["provisioned_concurrency"], node["min_count"]
    if not warm.is_absent and not warm.default:
        return ~warm.at_least(1), warm
    if node.kind == "serverless_function" and least.is_absent:
        # SnapStart resumes instead of starting: short enough to be left out.
        return ~node["snap_start"].is_true(), warm
    if node.kind == "model_endpoint" and node["serverless"].is_true() is Truth.YES:
        return Truth.YES, warm
    if least.is_absent:
        return Truth.NO, least
    return ~least.at_least(1), least


def meets_cold_starts(needs: Needs, load: Load | None) -> Truth:
    """Whether enough requests find nothing running to be seen at the p95."""
    if needs.text("traffic.pattern") in _SOMETIMES:
        return Truth.YES
    if load is None:
        return Truth.MAYBE
    return Truth.of(load.average <= _KEPT_WARM)


def cold_start_ms(fleet: Fleet, needs: Needs) -> tuple[float, str]:
    """At least so long, and what it is made of."""
    start = defaults()["cold_function" if fleet.node.kind == "serverless_function" else "cold_container"]
    size = needs.number("model.size_gib")
    how = f"{start.p50 / 1000:g} s to start (assumed)"
    if size is None:
        return start.p50, how
    loading = size / LOADED_GIB_A_SECOND
    how += (
        f", {loading:.1f} s to load a model of {size:g} GiB at {LOADED_GIB_A_SECOND:g} GiB a second (assumed)"
    )
    return start.p50 + loading * 1000, how
