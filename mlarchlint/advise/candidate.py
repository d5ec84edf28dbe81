"""A design that could be proposed, before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CLOUDS = ("aws", "google", "azure")
# The files that make an edge: where connections of callers end, and what guards it.
EDGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aws": {
        "direct": ("open-edge", "firewall"),
        "cdn": ("cdn-only", "cdn"),
        "cdn-failover": ("open-edge", "firewall", "cdn", "failover"),
        "accelerator": ("open-edge", "firewall", "accelerator"),
        "api": (),
        "api-cdn-failover": ("cdn", "failover"),
    },
    "google": {"global": ()},
    "azure": {"gateway": ("gateway",), "frontdoor": ("frontdoor",)},
}
# What serves: a fleet of machines, or containers or functions without servers of one's own.
FORMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aws": {
        "machines": ("network", "compute", "identity", "balancer", "alarms"),
        "functions": ("functions", "api", "function-alarms"),
    },
    "google": {"machines": ("machines",), "containers": ("containers",)},
    "azure": {"machines": ()},
}
# The files that say how instances are paid; without any, they are all on demand.
PURCHASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aws": {"on-demand": ("on-demand",), "spot": ("spot",)},
    "google": {"on-demand": ()},
    "azure": {"on-demand": ()},
}
# Entries that only one form has.
_OF_FUNCTIONS = ("api", "api-cdn-failover")
# What the provider spreads over the zones and scales by itself.
MANAGED = ("containers", "functions")


def edges_of(cloud: str, form: str) -> tuple[str, ...]:
    """The keys of EDGES that go with a key of FORMS, the plainest first."""
    return tuple(edge for edge in EDGES[cloud] if (edge in _OF_FUNCTIONS) == (form == "functions"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """form: a key of FORMS. machine: the type of the instances, the size of containers (`2 vCPU, 4 GiB`)
    or the memory of functions (`2048 MiB`). zones: how many of the region's. least, most: instances.

    edge: a key of EDGES.
    purchase: how what is above the least size is paid (`on-demand`, `spot`). cache: of predictions.
    committed: for how long the least size is committed to (`1y`, `3y`); empty where it is not.
    """

    cloud: str
    region: str
    machine: str
    zones: int
    least: int
    most: int
    edge: str
    purchase: str = "on-demand"
    cache: bool = False
    form: str = "machines"
    committed: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The files that only some designs have."""
        paid = PURCHASES[self.cloud][self.purchase] if self.form == "machines" else ()
        edge = EDGES[self.cloud][self.edge]
        return (*FORMS[self.cloud][self.form], *paid, *edge, *(("cache",) if self.cache else ()))
