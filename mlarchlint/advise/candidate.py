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
# What serves: a fleet of machines, a managed endpoint, or containers or functions without servers of one's own.
FORMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aws": {
        "machines": ("network", "compute", "identity", "balancer", "alarms"),
        "functions": ("functions", "api", "function-alarms"),
        "endpoints": ("sagemaker", "sagemaker-network", "sagemaker-api", "sagemaker-alarms"),
    },
    "google": {
        "machines": ("machines", "machine-checks", "machine-backend"),
        "containers": ("containers", "container-backend"),
    },
    "azure": {"machines": ("machines",), "containers": ("containers",)},
}
# What joins an entry to a form, beside the files of both.
JOINTS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("azure", "gateway"): {
        "machines": ("gateway-machines",),
        "containers": ("gateway-containers",),
    },
    ("azure", "frontdoor"): {
        "machines": ("frontdoor-machines", "frontdoor-standard"),
        "containers": ("frontdoor-containers", "frontdoor-premium"),
    },
}
# The files that say how instances are paid; without any, they are all on demand.
PURCHASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aws": {"on-demand": ("on-demand",), "spot": ("spot",)},
    "google": {"on-demand": ()},
    "azure": {"on-demand": ()},
}
# Entries to two regions: the files that each region has, and those beside them.
ACROSS: Mapping[str, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "aws": {
        "records": (("open-edge", "firewall", "origin"), ("records",)),
        "accelerator": (("open-edge", "firewall", "endpoint"), ("endpoints",)),
        "api-records": (("origin",), ("checked-records",)),
    },
    "google": {"global": ((), ())},
    "azure": {"frontdoor": (("frontdoor",), ())},
}
# What serves in two regions: the files that each region has besides, and those beside them.
FORMS_ACROSS: Mapping[str, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "google": {
        "machines": (("group-output",), ("machine-backend",)),
        "containers": (("endpoint-output",), ("container-backend",)),
    },
}
# What there is once, however many regions: these files stand beside them.
ONCE: Mapping[str, tuple[str, ...]] = {
    "azure": ("frontdoor", "frontdoor-premium", "frontdoor-standard", "on-call"),
    "google": ("audit", "edge", "identity", "machine-checks", "monitoring", "network"),
}
# Entries of forms that have no load balancer of their own.
_BY_API = ("api", "api-cdn-failover", "api-records")
_WITHOUT_BALANCER = ("functions", "endpoints")
# What is not written for two regions.
_IN_ONE_REGION = (("aws", "endpoints"),)
# What the provider spreads over the zones and scales by itself.
MANAGED = ("containers", "functions")


def edges_of(cloud: str, form: str) -> tuple[str, ...]:
    """The keys of EDGES that go with a key of FORMS, the plainest first."""
    return tuple(edge for edge in EDGES[cloud] if (edge in _BY_API) == (form in _WITHOUT_BALANCER))


def edges_across(cloud: str, form: str) -> tuple[str, ...]:
    """The keys of ACROSS that go with a key of FORMS, the plainest first."""
    if (cloud, form) in _IN_ONE_REGION:
        return ()
    return tuple(edge for edge in ACROSS[cloud] if (edge in _BY_API) == (form in _WITHOUT_BALANCER))


@dataclass(frozen=True, slots=True)
class Second:
    """A second region with a fleet of the same machines. least, most: instances."""

    region: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """form: a key of FORMS. machine: the type of the instances (`ml.c7i.xlarge` of endpoints), the size of
    containers (`2 vCPU, 4 GiB`) or the memory of functions (`2048 MiB`). zones: how many of the region's. least, most: instances.

    edge: a key of EDGES, or of ACROSS where there is a second region.
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
    second: Second | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        return (self.region, self.second.region) if self.second else (self.region,)

    @property
    def parts(self) -> tuple[str, ...]:
        """The files that only some designs have; with a second region, those of each."""
        paid = PURCHASES[self.cloud][self.purchase] if self.form == "machines" else ()
        edge = ACROSS[self.cloud][self.edge][0] if self.second else EDGES[self.cloud][self.edge]
        joints = JOINTS.get((self.cloud, self.edge), {}).get(self.form, ())
        form = (*FORMS[self.cloud][self.form], *self._across[0])
        return (*form, *paid, *edge, *joints, *(("cache",) if self.cache else ()))

    @property
    def beside(self) -> tuple[str, ...]:
        """The files that some designs over two regions have, once."""
        return (*ACROSS[self.cloud][self.edge][1], *self._across[1]) if self.second else ()

    @property
    def _across(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return FORMS_ACROSS.get(self.cloud, {}).get(self.form, ((), ())) if self.second else ((), ())
