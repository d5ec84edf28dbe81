"""Whom the firewalls around a resource let in: security groups, VPC firewalls and NSGs in one form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

Ports = tuple[tuple[int, int], ...]
ALL_PORTS: Ports = ((0, 65535),)
# What each provider writes for everybody; also the two halves of the address space.
_EVERYBODY = {"0.0.0.0/0", "::/0", "*", "any", "internet", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0"}
_SPAN = regex(r"^(\d+)(?:-(\d+))?$")


@record(frozen=True, slots=True)
class Admission:
    """One rule for what comes in. ports: empty where they are not known. rank: lower goes first.

    peers: what its sources refer to, for groups that admit groups.
    """

    guard: Resource
    sources: tuple[Value, ...]
    ports: Ports
    allows: bool
    enabled: Truth
    deciding: Value
    rank: int = 1000
    peers: tuple[str, ...] = ()

    @property
    def everybody(self) -> Truth:
        """Whether it speaks of the whole internet."""
        return self.enabled & Truth.any(is_everybody(source) for source in self.sources)


def guards_of(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    """The firewalls in front of a resource: its own, those of its template, subnets and network."""
    behind = [node, *graph.targets(node, Relation.USES)]
    subnets = graph.targets(node, Relation.PLACED_IN)
    networks = [net for place in subnets for net in (place, *graph.sources(place, Relation.CONTAINS))]
    found: dict[Resource, None] = {}
    for end in (*behind, *subnets, *networks):
        for guard in graph.sources(end, Relation.PROTECTS):
            filters = guard.kind == "security_group" or guard.instance.mode is not Mode.MANAGED
            if filters and _selects(guard, node):
                found[guard] = None
    return tuple(found)


def admissions(graph: ResourceGraph, guard: Resource) -> tuple[Admission, ...]:
    """What a firewall says of traffic that comes in, inline and in rules of their own, first rank first."""
    rules = list(_inline(guard))
    if guard["direction"].equals("egress") is not Truth.YES and not guard["cidrs"].is_absent:
        rules.append(_of_resource(guard, guard))
    for rule in graph.targets(guard, Relation.CONTAINS):
        if rule.kind == "firewall_rule" and rule["direction"].equals("egress") is not Truth.YES:
            rules.append(_of_resource(guard, rule))
    return tuple(sorted(rules, key=lambda rule: rule.rank))


def admits_everybody(graph: ResourceGraph, guard: Resource) -> tuple[Truth, Admission | None]:
    """Whether a firewall lets the internet in, and the rule that decides it."""
    if guard.instance.mode is not Mode.MANAGED:
        return Truth.MAYBE, None
    result: tuple[Truth, Admission | None] = (Truth.NO, None)
    for rule in admissions(graph, guard):
        everybody = rule.everybody
        if not rule.allows:
            if everybody is Truth.YES and rule.ports == ALL_PORTS:
                break  # what comes after a rule that refuses all has no effect
            continue
        if everybody is Truth.YES:
            return Truth.YES, rule
        if everybody is Truth.MAYBE and result[0] is Truth.NO:
            result = (Truth.MAYBE, rule)
    return result


def opened_to_all(graph: ResourceGraph, guard: Resource) -> tuple[tuple[Truth, Admission], ...]:
    """The rules by which a firewall lets the internet in, or may, until one refuses it all."""
    found: list[tuple[Truth, Admission]] = []
    for rule in admissions(graph, guard):
        everybody = rule.everybody
        if not rule.allows and everybody is Truth.YES and rule.ports == ALL_PORTS:
            break
        if rule.allows and everybody is not Truth.NO:
            found.append((everybody, rule))
    return tuple(found)


def open_ports(graph: ResourceGraph, guards: Iterable[Resource]) -> Ports:
    """The ports that some firewall opens to the whole internet."""
    found: dict[tuple[int, int], None] = {}
    for guard in guards:
        for rule in admissions(graph, guard):
            if rule.allows and rule.everybody is Truth.YES:
                found.update(dict.fromkeys(rule.ports))
    return tuple(found)


def is_everybody(source: Value) -> Truth:
    text = source.text()
    if text is not None:
        return Truth.of(text.strip().lower() in _EVERYBODY)
    # The address range of a resource, or a group, is never everybody; a variable may be.
    return Truth.NO if not source.is_unknown or source.is_set() is Truth.YES else Truth.MAYBE


def _selects(guard: Resource, node: Resource) -> bool:
    """A firewall of a Google network may be for machines with one of some network tags only."""
    wanted, borne = guard["target_tags"], node["network_tags"]
    if not wanted.items():
        return True
    if borne.is_unknown or wanted.is_unknown:
        return True
    names = {tag.text() for tag in wanted.items()}
    return any(tag.is_unknown or tag.text() in names for tag in borne.items())


# -- rules, as each provider writes them ---------------------------------------------------


def _inline(guard: Resource) -> Iterator[Admission]:
    given = guard["ingress"]
    if given.is_unknown:
        yield Admission(guard, (given,), (), True, Truth.MAYBE, given)
    if guard.type.startswith("google_"):
        return
    for rule in given.items() or ((given,) if given.mapping() else ()):
        direction = rule.get("direction").text()
        if direction is not None and direction.lower() not in ("inbound", "ingress"):
            continue
        yield _block(guard, rule)
    if guard["ingress_cidrs"].items() and not given.items():
        cidrs = guard["ingress_cidrs"]
        yield Admission(guard, cidrs.items(), (), True, Truth.YES, cidrs)


_SOURCES = (
    "cidr_blocks", "ipv6_cidr_blocks", "CidrIp", "CidrIpv6", "source_address_prefix", "source_address_prefixes",
)  # fmt: skip
_PEERS = (
    "security_groups",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "source_application_security_group_ids",
)


def _block(guard: Resource, rule: Value) -> Admission:
    if rule.is_unknown:
        return Admission(guard, (rule,), (), True, Truth.MAYBE, rule)
    sources = tuple(part for name in _SOURCES for part in _flat(rule.get(name)))
    peers = tuple(ref for name in _PEERS for ref in rule.get(name).all_refs())
    if rule.get("self").is_true() is Truth.YES:
        peers = (*peers, guard.address)
    low = rule.get("from_port") if not rule.get("from_port").is_absent else rule.get("FromPort")
    high = rule.get("to_port") if not rule.get("to_port").is_absent else rule.get("ToPort")
    named = (*_flat(rule.get("destination_port_range")), *_flat(rule.get("destination_port_ranges")))
    protocol = rule.get("protocol") if not rule.get("protocol").is_absent else rule.get("IpProtocol")
    ports = _named_ports(named) if named else _bounds(low, high, protocol)
    deciding = next((s for s in sources if is_everybody(s) is Truth.YES), rule)
    refused = (rule.get("access").text() or "").lower() == "deny"
    return Admission(
        guard, sources, ports, not refused, Truth.YES, deciding, _rank(rule.get("priority")), peers
    )


def _of_resource(guard: Resource, rule: Resource) -> Admission:
    cidrs = rule["cidrs"]
    sources = tuple(_flat(cidrs))
    named = rule["ports"]
    ports = (
        _named_ports(tuple(_flat(named)))
        if not named.is_absent and _flat(named)
        else _bounds(rule["from_port"], rule["to_port"], rule["protocol"])
    )
    enabled = Truth.YES if rule["enabled"].is_absent else rule["enabled"].is_true()
    sure = rule.instance.exists & enabled
    allows = rule["action"].equals("deny") is not Truth.YES
    deciding = next((s for s in sources if is_everybody(s) is Truth.YES), cidrs)
    body = rule.instance
    peers = tuple(
        ref
        for name in ("source_security_group_id", "referenced_security_group_id", "SourceSecurityGroupId")
        for ref in body.get(name).all_refs()
    )
    if body.get("self").is_true() is Truth.YES:
        peers = (*peers, guard.address)
    return Admission(guard, sources, ports, allows, sure, deciding, _rank(body.get("priority")), peers)


def _flat(value: Value) -> tuple[Value, ...]:
    if value.is_absent:
        return ()
    return value.items() if isinstance(value.raw, tuple) else (value,)


def _rank(priority: Value) -> int:
    number = priority.number()
    return int(number) if number is not None else 1000


def _bounds(low: Value, high: Value, protocol: Value) -> Ports:
    if protocol.text() in ("-1", "all", "*") or (low.is_absent and high.is_absent):
        return ALL_PORTS
    first, last = low.number(), (low if high.is_absent else high).number()
    if first is None or last is None:
        return ()
    # From -1 means every port, where the protocol has ports.
    return ALL_PORTS if first < 0 else ((int(first), int(last)),)


def _named_ports(values: tuple[Value, ...]) -> Ports:
    found: list[tuple[int, int]] = []
    for value in values:
        text = value.text() or ""
        match = _SPAN.match(text.strip()) if text else None
        number = value.number()
        if text.strip() in ("*", "0-65535"):
            return ALL_PORTS
        if match is not None:
            found.append((int(match[1]), int(match[2] or match[1])))
        elif number is not None:
            found.append((int(number), int(number)))
    return tuple(found)
