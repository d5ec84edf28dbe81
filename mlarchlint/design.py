"""What a rule may ask about: the graph with roles, zones, estimate and requirements. Read only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from mlarchlint.analysis.access import consumers_of, entries_to, stores_of
from mlarchlint.analysis.budget import Verdict, budget_verdicts
from mlarchlint.analysis.cost_changes import Plan, cheapest_changes
from mlarchlint.analysis.environment import environment_in
from mlarchlint.analysis.replicas import Replicas, hosts_others, machines_with, replicas_of, takes_requests
from mlarchlint.analysis.roles import data_role
from mlarchlint.analysis.stopping import stops
from mlarchlint.analysis.unread_code import UnreadCode
from mlarchlint.analysis.zones import ZoneSpan, zones_of
from mlarchlint.model.estimate import Estimate, ResourceEstimate
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.model.workload import RoleOf, Workload
from mlarchlint.prices import Catalog, embedded
from mlarchlint.requirements import Requirements

if TYPE_CHECKING:  # read only where a requirement asks for it
    from decimal import Decimal

    from mlarchlint.analysis.agents import Agents
    from mlarchlint.analysis.availability import PathAvailability
    from mlarchlint.analysis.capacity import Capacity
    from mlarchlint.analysis.checkpoints import Lost
    from mlarchlint.analysis.cold_start import ColdStart
    from mlarchlint.analysis.copies import Copy
    from mlarchlint.analysis.credentials import Credential
    from mlarchlint.analysis.encryption import Encryption
    from mlarchlint.analysis.entry_protection import Protection
    from mlarchlint.analysis.evictions import Evictions
    from mlarchlint.analysis.exposure import Exposure
    from mlarchlint.analysis.feeding import Feed
    from mlarchlint.analysis.firewalls import Admission
    from mlarchlint.analysis.fleet import Fleet
    from mlarchlint.analysis.latency import UserLatency
    from mlarchlint.analysis.needs import Needs
    from mlarchlint.analysis.network_reach import Reach
    from mlarchlint.analysis.observers import Observation
    from mlarchlint.analysis.permission_width import Width
    from mlarchlint.analysis.room_on_nodes import Room
    from mlarchlint.analysis.scale_out import ScaleOut
    from mlarchlint.analysis.scaling_signals import Signal
    from mlarchlint.analysis.service_limits import Limits
    from mlarchlint.analysis.serving_paths import ServingPath
    from mlarchlint.analysis.shared_identities import Sharing
    from mlarchlint.analysis.start_patience import Loading, Patience
    from mlarchlint.analysis.strangers import Openness
    from mlarchlint.analysis.update_faults import Update

T = TypeVar("T")


class Design:
    """roles: by resource key. Results of the analyses are computed once, when first asked for."""

    def __init__(
        self,
        graph: ResourceGraph,
        roles: Mapping[str, RoleOf],
        workloads: tuple[Workload, ...],
        estimate: Estimate,
        requirements: Requirements,
        workspace: str = "default",
        today: date | None = None,
    ) -> None:
        self.graph = graph
        self.roles = roles
        self.workloads = workloads
        self.estimate = estimate
        self.requirements = requirements
        self._workspace = workspace
        self.today = today or date.today()  # lists and figures age
        self._zones: dict[str, ZoneSpan] = {}
        self._environments: dict[str, str] = {}
        self._alarms: dict[str, tuple[tuple[Resource, frozenset[str]], ...]] = {}
        self._once: dict[Callable[[Design], Any], Any] = {}
        self._agents: dict[str, Agents] = {}
        self._needs: dict[str, Needs] = {}
        self._updates: dict[str, Update] = {}
        self._found: dict[tuple[Callable[..., Any], str], Any] = {}
        self._guarded: dict[str, list[Resource]] | None = None
        self._unread = UnreadCode(graph)
        self._workload_of = {key: workload for workload in workloads for key in workload.members}

    def once(self, work: Callable[[Design], T]) -> T:
        """What a rule works out of the whole design, once for all its subjects. work: a function of a module."""
        if work not in self._once:
            self._once[work] = work(self)
        found: T = self._once[work]
        return found

    def _of(self, node: Resource, work: Callable[[ResourceGraph, Resource], T]) -> T:
        """What the graph says of a node, once for all rules."""
        asked = work, node.key
        if asked not in self._found:
            self._found[asked] = work(self.graph, node)
        found: T = self._found[asked]
        return found

    def role(self, node: Resource) -> str | None:
        found = self.roles.get(node.key)
        return found.role if found else None

    def role_of(self, node: Resource) -> RoleOf | None:
        return self.roles.get(node.key)

    def workload(self, node: Resource) -> Workload | None:
        return self._workload_of.get(node.key)

    def zones(self, node: Resource) -> ZoneSpan:
        """The availability zones the node really spans."""
        if node.key not in self._zones:
            self._zones[node.key] = zones_of(self.graph, node)
        return self._zones[node.key]

    def replicas(self, node: Resource) -> Replicas:
        """How many instances it keeps, and what changes the number."""
        return self._of(node, replicas_of)

    def scaling_signals(self, node: Resource) -> tuple[Signal, ...]:
        """What it is scaled by."""
        from mlarchlint.analysis.scaling_signals import signals_of

        return signals_of(self.graph, node)

    def limits(self, node: Resource) -> Limits:
        """How long it waits for an answer, and what bodies it carries."""
        from mlarchlint.analysis.service_limits import limits_of

        return limits_of(node)

    def hosts_others(self, node: Resource) -> bool:
        """Whether it is there for the pods and tasks that run on it."""
        return self._of(node, hosts_others)

    def takes_requests(self, node: Resource) -> bool:
        """Not so workers without a port that nothing leads to."""
        return self._of(node, takes_requests)

    def machines(self, node: Resource) -> tuple[Resource, ...]:
        """The machines that serve together with it, itself among them."""
        return machines_with(self.graph, node)

    def stops(self, node: Resource) -> Truth:
        """Whether something stops a machine or a notebook when its work is done."""
        return stops(self.graph, node)

    def evictions(self, node: Resource, least: Decimal) -> tuple[Evictions, ...]:
        """What each of its disruption budgets lets go at once of so many replicas."""
        from mlarchlint.analysis.evictions import budgets_of, evictions_of

        return tuple(evictions_of(budget, least) for budget in budgets_of(self.graph, node))

    def patience(self, node: Resource) -> Patience | None:
        """How long a replica may take until it answers before something ends it."""
        from mlarchlint.analysis.start_patience import patience_of

        return self._of(node, patience_of)

    def loading(self, node: Resource, large_s: float) -> Loading | None:
        """How long its model takes to load at least; None where nothing says that it is a large one."""
        from mlarchlint.analysis.start_patience import loading_of

        return loading_of(node, self.needs(node), large_s)

    def room(self, node: Resource) -> Room | None:
        """How many replicas the nodes under it hold, where nothing adds nodes."""
        from mlarchlint.analysis.room_on_nodes import room_of

        return room_of(self.graph, node)

    def has_plain_nodes(self, group: Resource) -> bool:
        """Whether pods without accelerators have other nodes in the cluster of a group."""
        from mlarchlint.analysis.gpu_nodes import has_plain_nodes

        return has_plain_nodes(self.graph, group)

    def accelerated_host_without_request(self, node: Resource) -> Resource | None:
        """The nodes with accelerators that pods are sent to which ask for none."""
        from mlarchlint.analysis.gpu_nodes import asks_for_none

        return asks_for_none(self.graph, node)

    def interruptible(self, node: Resource) -> Value | None:
        """The value that puts a job on spot capacity, its own or that of the machines under it."""
        from mlarchlint.analysis.interruptible import interruptible

        return interruptible(self.graph, node)

    def lost_checkpoints(self, node: Resource) -> Lost | None:
        """Where a job keeps checkpoints that go with its machine; None if they do not, or nothing says where."""
        from mlarchlint.analysis.checkpoints import lost_checkpoints

        return lost_checkpoints(self.graph, node)

    def exposure(self, node: Resource) -> Exposure:
        """Its own address, route and firewalls, without what stands before it."""
        from mlarchlint.analysis.exposure import own_exposure

        return self._of(node, own_exposure)

    def opened_to_all(self, guard: Resource) -> tuple[tuple[Truth, Admission], ...]:
        """The rules by which a firewall lets the internet in, or may."""
        from mlarchlint.analysis.firewalls import opened_to_all

        return opened_to_all(self.graph, guard)

    def guarded(self, guard: Resource) -> tuple[Resource, ...]:
        """What computes behind a firewall."""
        if self._guarded is None:
            from mlarchlint.analysis.access import COMPUTE
            from mlarchlint.analysis.firewalls import guards_of

            self._guarded = {}
            for node in self.graph.of_kind(*COMPUTE):
                for found in guards_of(self.graph, node):
                    self._guarded.setdefault(found.key, []).append(node)
        return tuple(self._guarded.get(guard.key, ()))

    def open_console(self, node: Resource) -> str:
        """The console of an ML tool that it serves to whoever asks; empty if none is known of it."""
        from mlarchlint.analysis.consoles import open_console

        return open_console(self.graph, node)

    def behind(self, entry: Resource) -> tuple[Resource, ...]:
        """An entry and all that it leads to."""
        from mlarchlint.analysis.entry_protection import behind

        return behind(self.graph, entry)

    def first_entry(self, node: Resource) -> bool:
        """Whether requests from the internet meet it first."""
        from mlarchlint.analysis.entry_protection import first_entry

        return first_entry(self.graph, node)

    def protection(self, entry: Resource, targets: tuple[Resource, ...]) -> Protection:
        """What asks, limits and checks on the ways from an entry to the targets, taken together."""
        from mlarchlint.analysis.entry_protection import protection_of

        return protection_of(self.graph, entry, targets)

    def identities(self, node: Resource) -> tuple[Resource, ...]:
        """Whom a policy is granted to, also through attachments and bindings; of an identity, itself."""
        from mlarchlint.analysis.permissions import identities_of

        return identities_of(self.graph, node)

    def runs_as(self, identity: Resource) -> tuple[Resource, ...]:
        """What trains, serves or moves data with an identity."""
        from mlarchlint.analysis.permissions import users_of

        users = (identity, *users_of(self.graph, identity))
        found = [(user, self.role_of(user)) for user in users]
        return tuple(
            u for u, r in found if r is not None and r.role not in (None, "shared") and r.confidence >= 0.6
        )

    @cached_property
    def shared_identities(self) -> Mapping[str, Sharing]:
        """Identities of several stages of the ML system, by the key of the resource it is said of."""
        from mlarchlint.analysis.shared_identities import shared_identities

        return shared_identities(self.graph, self.roles)

    def wide_permissions(self, node: Resource) -> tuple[Width, ...]:
        """What a policy or an identity grants that is wider than any workload needs."""
        from mlarchlint.analysis.permission_width import widths_of

        return widths_of(self.graph, node)

    def credentials(self, node: Resource) -> tuple[Credential, ...]:
        """The passwords, keys and tokens that are written out in its variables and scripts."""
        from mlarchlint.analysis.credentials import credentials_in

        return self.graph.once(credentials_in).get(node.key, ())

    def environment(self, node: Resource | None) -> str:
        """prod, staging, dev or unknown; the requirements win over tags, workspace and names."""
        key = node.key if node is not None else ""
        if key not in self._environments:
            self._environments[key] = environment_in(self.requirements, self._workspace, node)
        return self._environments[key]

    @property
    def catalog(self) -> Catalog:
        """The prices that the estimate rests on."""
        return embedded()

    def cost(self, node: Resource) -> ResourceEstimate:
        """What the node costs in a month; empty where nothing of it is priced."""
        return self.estimate.resources.get(node.key) or ResourceEstimate(node.key)

    def budgets(self) -> tuple[Verdict, ...]:
        """Every budget of the requirements against what its part of the design costs."""
        return tuple(
            budget_verdicts(self.graph, self.workloads, self.estimate, self.requirements, self.environment)
        )

    def cheaper(self, verdict: Verdict) -> Plan:
        """The cheapest changes that are open to what a budget is about."""
        excess, parts = verdict.judged - verdict.allowed, [(part.label, part.keys) for part in verdict.costs]
        low = bool(verdict.gaps)
        return cheapest_changes(
            self.graph, self.roles, self.estimate, self.requirements, embedded(), parts, excess, low
        )

    def entries(self, node: Resource) -> tuple[Resource, ...]:
        """What requests come through on their way to the node, nearest first."""
        return self._of(node, entries_to)

    def may_reach(self, source: Resource, target: Resource, port: int | None = None) -> Reach:
        """Whether networks and firewalls let the one get to the other."""
        from mlarchlint.analysis.network_reach import may_reach

        return may_reach(self.graph, source, target, port)

    def encryption(self, node: Resource) -> Encryption:
        """Whether it is encrypted at rest, and with whose key."""
        from mlarchlint.analysis.encryption import encryption_of

        return self._of(node, encryption_of)

    def openness(self, store: Resource) -> Openness:
        """Whether strangers may read it."""
        from mlarchlint.analysis.strangers import openness_of

        return openness_of(self.graph, store)

    def blocked_by_account(self, store: Resource) -> bool:
        """Whether a setting of the account keeps strangers out of all of its buckets."""
        from mlarchlint.analysis.strangers import blocked_by_account

        return blocked_by_account(self.graph, store)

    def observations(self, node: Resource) -> tuple[Observation, ...]:
        """The alarms, logs, traces and monitors of it and of what requests pass before it."""
        from mlarchlint.analysis.observers import observations_of

        return self._of(node, observations_of)

    def agents(self, node: Resource) -> Agents:
        """What collects logs, metrics and traces where the node runs, beside what the graph shows as edges."""
        from mlarchlint.analysis.agents import agents_in_clusters, agents_of

        scope = node.instance.scope
        if scope not in self._agents:
            self._agents[scope] = agents_of(self.graph.in_scope(scope))
        if node.kind == "cluster" or node.provider == "kubernetes":
            return self._agents[scope] | self.graph.once(agents_in_clusters)
        return self._agents[scope]

    def alarms(self, node: Resource) -> tuple[tuple[Resource, frozenset[str]], ...]:
        """The alarms that tell of it, and what each is about: latency, errors, ..., `unread` if an input decides."""
        from mlarchlint.analysis.alarms import alarms_on

        if node.key not in self._alarms:
            every = self.once(_alarms)
            self._alarms[node.key] = tuple((alarm, every[alarm]) for alarm in alarms_on(self.graph, node))
        return self._alarms[node.key]

    def data_role(self, store: Resource) -> str | None:
        """What a store holds: dataset, model, features, checkpoints, logs, ..."""
        return data_role(store)

    def feeds(self, node: Resource) -> tuple[Feed, ...]:
        """What its accelerators read from, and how fast that is."""
        from mlarchlint.analysis.feeding import feeds_of

        return feeds_of(self.graph, node)

    def stores(self, node: Resource) -> tuple[Resource, ...]:
        return self._of(node, stores_of)

    def consumers(self, store: Resource) -> tuple[Resource, ...]:
        return self._of(store, consumers_of)

    @cached_property
    def fleets(self) -> tuple[Fleet, ...]:
        """What answers prediction requests."""
        from mlarchlint.analysis.fleet import fleets_of

        return fleets_of(self.graph, self.roles)

    @cached_property
    def serving_paths(self) -> tuple[ServingPath, ...]:
        """The ways on which requests reach the fleets."""
        from mlarchlint.analysis.serving_paths import serving_paths

        return serving_paths(self.graph, self.fleets)

    @cached_property
    def capacities(self) -> tuple[Capacity, ...]:
        """The fleets that a load is required of, against it."""
        from mlarchlint.analysis.capacity import capacities_of
        from mlarchlint.analysis.machine_tables import baselines, cores

        return capacities_of(self.graph, self.fleets, self.requirements, cores, baselines())

    def scale_out(self, capacity: Capacity) -> ScaleOut | None:
        """How far new instances come behind a growing load; None where nothing is added."""
        from mlarchlint.analysis.scale_out import scale_out_of

        return scale_out_of(self.graph, capacity, self.needs(capacity.fleet.node))

    def update(self, node: Resource) -> Update:
        """How a new version takes its place, and what stands in the way of doing so without downtime."""
        if node.key not in self._updates:
            from mlarchlint.analysis.updates import update_of

            ms = self.needs(node).number("model.service_time_ms.p95")
            capacity = self.capacity(node) if self.requirements.get("traffic") is not None else None
            found = update_of(self.graph, node, ms / 1000 if ms is not None else None, capacity)
            self._updates[node.key] = found
        return self._updates[node.key]

    @cached_property
    def availabilities(self) -> tuple[PathAvailability, ...]:
        """What each serving path can reach, by contract and in engineering."""
        from mlarchlint.analysis.availability import availabilities_of
        from mlarchlint.analysis.fleet_availability import odds_of
        from mlarchlint.analysis.service_levels import service_levels

        return availabilities_of(
            self.graph,
            self.serving_paths,
            self.fleets,
            self.capacities,
            service_levels(),
            odds_of(self.requirements),
            self.requirements,
        )

    def availabilities_of(self, node: Resource) -> list[PathAvailability]:
        """Of the paths that lead to this fleet first."""
        return self.once(_availabilities).get(node.key, [])

    @cached_property
    def latencies(self) -> tuple[UserLatency, ...]:
        """What users of each region see."""
        from mlarchlint.analysis.latency import latencies_of

        return latencies_of(self.graph, self.serving_paths, self.capacities, self.requirements)

    @cached_property
    def continents(self) -> frozenset[str]:
        """On which users are, of those whose place is known."""
        from mlarchlint.analysis.geography import continent_of, metro_of

        homes = (metro_of(str(user.get("region", ""))) for user in self.requirements.items("users"))
        return frozenset(continent_of(home) for home in homes if home is not None)

    def nearest_region(self, node: Resource) -> tuple[str, float, float] | None:
        """The provider's region nearest to all users, its mean round trip in ms, and that of the node's own."""
        from mlarchlint.analysis.latency import nearest_region

        needs = self.needs(node)
        allowed = frozenset(map(str, needs.items("data.residency.allowed_regions")))
        return nearest_region(node, needs.items("users"), allowed)

    def holds_data(self, node: Resource) -> bool:
        """Whether it matters where it is."""
        from mlarchlint.analysis.residency import holds_data

        return holds_data(node, self.roles)

    def resides(self, node: Resource, allowed: Iterable[str]) -> tuple[Truth, Value, str]:
        """Whether it stays in the regions, the value that says so, and where it is in words."""
        from mlarchlint.analysis.residency import allowed_regions, resides

        return resides(node, allowed_regions(tuple(allowed)))

    def copies(self, node: Resource) -> tuple[Copy, ...]:
        """Where data of the node is kept a second time, outside its own region."""
        from mlarchlint.analysis.copies import copies_of

        return tuple(copies_of(self.graph, node))

    def copies_outside(self, node: Resource, allowed: Iterable[str]) -> Iterator[tuple[Copy, Truth]]:
        """The copies that leave the regions (NO), or may (MAYBE)."""
        from mlarchlint.analysis.residency import allowed_regions

        regions = allowed_regions(tuple(allowed))
        for copy in self.copies(node):
            stays = copy.stays(regions)
            if stays is not Truth.YES:
                yield copy, stays

    def capacity(self, node: Resource) -> Capacity | None:
        """The fleet that the node stands for against the load that is required of it, if one is."""
        return self.once(_capacities).get(node.key)

    def beside(self, node: Resource) -> tuple[Resource, ...]:
        """What stands in the same stack, itself among it. Whoever asks for every subject asks `once`."""
        return self.graph.in_scope(node.instance.scope)

    def cold_start(self, node: Resource) -> ColdStart | None:
        """What the first request to a serving fleet waits for; None if the node is none."""
        from mlarchlint.analysis.cold_start import cold_start_of

        fleet = self.once(_fleets_by_member).get(node.key)
        return cold_start_of(fleet, self.needs(node)) if fleet is not None else None

    def needs(self, node: Resource) -> Needs:
        """What is required of the workload that the node belongs to."""
        from mlarchlint.analysis.needs import needs_of

        key = node.key if self.requirements.data else ""
        if key not in self._needs:
            self._needs[key] = needs_of(self.requirements, (node,))
        return self._needs[key]

    def targets(self, node: Resource, *relations: Relation) -> tuple[Resource, ...]:
        return self.graph.targets(node, *relations)

    def sources(self, node: Resource, *relations: Relation) -> tuple[Resource, ...]:
        return self.graph.sources(node, *relations)

    def may_hold(self, node: Resource, kinds: tuple[str, ...]) -> str:
        """What unread code could hold one of the kinds for this node; empty if nothing could.

        A stack read whole is the whole world. Single files and modules without a caller are
        not; nor is a stack with an unread module or a data source that could well hold it.
        """
        if self.requirements.flag("assume.closed_world"):
            return ""
        if not node.instance.whole:
            return "code outside the scanned files"
        return self._unread.may_hold(node, kinds)


def _capacities(design: Design) -> dict[str, Capacity]:
    return {one.fleet.node.key: one for one in design.capacities}


def _availabilities(design: Design) -> dict[str, list[PathAvailability]]:
    found: dict[str, list[PathAvailability]] = {}
    for path in design.availabilities:
        found.setdefault(path.path.fleets[0].node.key, []).append(path)
    return found


def _fleets_by_member(design: Design) -> dict[str, Fleet]:
    return {node.key: fleet for fleet in reversed(design.fleets) for node in fleet.nodes}


def _alarms(design: Design) -> dict[Resource, frozenset[str]]:
    """Every alarm with what it is about."""
    from mlarchlint.analysis.alarms import alarms_in, classes_of

    return {alarm: classes_of(alarm) for alarm in design.graph.once(alarms_in)}
