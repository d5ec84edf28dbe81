"""Whether a resource can be reached from the internet: address, route and firewall together, with evidence.

`ways_in(graph, node)` lists every way, the resource's own address first, then the entries (load balancers,
gateways, CDNs) that lead to it. `exposed(graph, node)` joins them to one Truth.
"""

from __future__ import annotations

from mlarchlint.analysis.firewalls import Ports, admits_everybody, guards_of, is_everybody, open_ports
from mlarchlint.analysis.routes import subnet_public
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

ENTRIES = (
    "load_balancer", "api_gateway", "cdn", "serverless_function", "serverless_container", "address", "listener",
)  # fmt: skip
_SERVICES = (
    "api_gateway", "cdn", "serverless_function", "serverless_container", "model_endpoint", "object_store",
    "foundation_model_api", "queue", "image_registry",
)  # fmt: skip
# Kinds that take the address of their subnet where nothing else is said.
_MACHINES = ("compute_instance", "compute_group", "training_cluster", "data_processor", "batch_job")
# Azure databases refuse everybody until a firewall rule names addresses.
_CLOSED_UNTIL_NAMED = (
    "azurerm_postgresql",
    "azurerm_mysql",
    "azurerm_mssql",
    "azurerm_mariadb",
    "azurerm_synapse",
)


@record(frozen=True, slots=True)
class Evidence:
    """One link of the chain: what is so of which resource, and the value that says so."""

    node: Resource
    value: Value
    reason: str


@record(frozen=True, slots=True)
class Exposure:
    """One way in. entry: where requests arrive, the resource itself if it has the address.

    address: it has an address on the internet. route: packets find the way. admitted: no firewall
    refuses them. ports: what is open to the whole internet, as far as it is known. why: what is missing
    where the answer is open.
    """

    entry: Resource
    address: Truth
    route: Truth = Truth.YES
    admitted: Truth = Truth.YES
    evidence: tuple[Evidence, ...] = ()
    ports: Ports = ()
    why: str = ""

    @property
    def placed(self) -> Truth:
        """Whether it lies on the internet, whatever its firewalls say."""
        return self.address & self.route

    @property
    def reachable(self) -> Truth:
        return self.address & self.route & self.admitted


def exposed(graph: ResourceGraph, node: Resource) -> Truth:
    """Whether the internet reaches it at all, directly or through an entry."""
    return Truth.any(way.reachable for way in ways_in(graph, node))


def ways_in(graph: ResourceGraph, node: Resource) -> tuple[Exposure, ...]:
    """Every way from the internet to it that is open or may be: its own address first, then nearest entries."""
    own = own_exposure(graph, node)
    upstream = graph.reach(node, Relation.ROUTES_TO, Relation.RESOLVES_TO, backwards=True)
    ways = [own, *(own_exposure(graph, entry) for entry in upstream if entry.kind in ENTRIES)]
    return tuple(way for way in ways if way.reachable is not Truth.NO)


def own_exposure(graph: ResourceGraph, node: Resource) -> Exposure:
    """Its own address, route and firewalls, without what stands before it."""
    if node.kind in _SERVICES:
        return _service(node)
    address = _address(graph, node)
    if address[0] is Truth.NO:
        return Exposure(node, Truth.NO, evidence=(Evidence(node, address[1], address[2]),))
    route = _route(graph, node)
    admitted = _admitted(graph, node)
    links = (address, route, admitted)
    evidence = tuple(Evidence(node, value, reason) for _, value, reason in links if reason)
    why = next((reason for truth, _, reason in links if truth is Truth.MAYBE), "")
    ports = open_ports(graph, guards_of(graph, node))
    return Exposure(node, address[0], route[0], admitted[0], evidence, ports, why)


_Link = tuple[Truth, Value, str]


def _service(node: Resource) -> Exposure:
    """Services have no subnets: a switch of their own decides."""
    if node.kind == "object_store":
        return _store(node)
    for trait in ("scheme", "public", "api_public"):
        value = node[trait]
        if value.is_absent:
            continue
        truth = value.equals("internet") if trait == "scheme" else value.is_true()
        said = {Truth.YES: "answers on the internet", Truth.NO: "is reached inside the network only"}
        reason = said.get(truth, value.why)
        return Exposure(
            node, truth, evidence=(Evidence(node, value, reason),), why="" if value.is_known else value.why
        )
    return Exposure(node, Truth.NO)


def _store(node: Resource) -> Exposure:
    """A public ACL or policy, unless the bucket's own settings take its effect away."""
    public = node["public"]
    blocked = node["restrict_public"].is_true() & node["ignore_public_acls"].is_true()
    truth = public.is_true() & ~blocked
    reason = "strangers may read it" if truth is Truth.YES else "nobody but the account reads it"
    why = public.why if truth is Truth.MAYBE else ""
    return Exposure(node, truth, evidence=(Evidence(node, public, why or reason),), why=why)


# -- address -----------------------------------------------------------------------------


def _address(graph: ResourceGraph, node: Resource) -> _Link:
    if node.kind == "load_balancer":
        scheme = node["scheme"]
        if scheme.is_absent:
            return Truth.MAYBE, scheme, "the code does not say whether it is internal"
        return scheme.equals("internet"), scheme, scheme.why or "faces the internet"
    for address in graph.sources(node, Relation.RESOLVES_TO):
        if address.kind == "address" and address["scheme"].equals("internet") is Truth.YES:
            return Truth.YES, address["scheme"], f"has the public address {address.address}"
    for trait in ("public_ip", "public"):
        given = node[trait]
        if not given.is_absent and not (given.default and _takes_subnets_address(node)):
            said = "has a public address" if given.is_true() is Truth.YES else "has no public address"
            return given.is_true(), given, given.why or said
    return _subnets_address(graph, node) if _takes_subnets_address(node) else _none(node)


def _takes_subnets_address(node: Resource) -> bool:
    return node.provider == "aws" and node.kind in _MACHINES


def _none(node: Resource) -> _Link:
    return Truth.NO, Value.absent(node.span), "has no public address"


def _subnets_address(graph: ResourceGraph, node: Resource) -> _Link:
    """A machine that says nothing gets a public address where its subnet gives one."""
    result: _Link = _none(node)
    for place in graph.targets(node, Relation.PLACED_IN):
        gives = place["map_public_ip"]
        if place.instance.mode is not Mode.MANAGED:
            result = (Truth.MAYBE, gives, f"{place.address} is not in the scanned code")
        elif gives.is_true() is Truth.YES:
            return Truth.YES, gives, f"{place.address} gives its machines public addresses"
        elif gives.is_unknown and result[0] is Truth.NO:
            result = (Truth.MAYBE, gives, gives.why)
    ends = graph.open_ends(node, Relation.PLACED_IN)
    if ends and result[0] is Truth.NO:
        return Truth.MAYBE, ends[0].value, ends[0].value.why or "its subnets are not in the scanned code"
    if not graph.targets(node, Relation.PLACED_IN) and not ends and node.kind == "compute_instance":
        return Truth.MAYBE, Value.absent(node.span), "it names no subnet: the default network decides"
    return result


# -- route and firewall -------------------------------------------------------------------


def _route(graph: ResourceGraph, node: Resource) -> _Link:
    """Only on AWS do subnets differ in this; elsewhere a public address is routed."""
    if node.provider != "aws":
        return Truth.YES, Value.absent(node.span), ""
    subnets = [place for place in graph.targets(node, Relation.PLACED_IN) if place.kind == "subnet"]
    found = [(subnet_public(graph, subnet), subnet) for subnet in subnets]
    for (truth, value), subnet in found:
        if truth is Truth.YES:
            return truth, value, f"{subnet.address} routes to an internet gateway"
    sure = bool(found) and all(truth is Truth.NO for (truth, _), _ in found)
    if sure and not graph.open_ends(node, Relation.PLACED_IN):
        return Truth.NO, found[0][0][1], "its subnets have no route to an internet gateway"
    if node.kind == "load_balancer":
        # AWS refuses an internet-facing load balancer in a network without an internet gateway.
        return Truth.YES, Value.absent(node.span), ""
    return Truth.MAYBE, Value.absent(node.span), "the routes of its subnets are not in the scanned code"


def _admitted(graph: ResourceGraph, node: Resource) -> _Link:
    absent = Value.absent(node.span)
    if node.kind == "load_balancer" and not _listens(graph, node):
        return Truth.NO, absent, "has no listener"
    if node.provider == "azure" and node.type.startswith(_CLOSED_UNTIL_NAMED):
        named = node["public"]
        reason = (
            "a firewall rule admits all addresses"
            if named.is_true() is Truth.YES
            else "no firewall rule admits all"
        )
        return named.is_true(), named, named.why or reason
    if node.provider == "google" and node.kind == "database":
        named = node["public"]
        return named.is_true(), named, named.why or "the authorized networks decide"
    guards = guards_of(graph, node)
    open_ends = graph.open_ends(node, Relation.PROTECTS)
    if not guards:
        return _unguarded(node, bool(open_ends))
    if node.provider == "azure":
        # Packets pass the group of the subnet and that of the interface.
        verdicts = [(admits_everybody(graph, guard), guard) for guard in guards]
        weakest = min(verdicts, key=lambda verdict: verdict[0][0].value)
        return _verdict(*weakest)
    best = max(
        ((admits_everybody(graph, guard), guard) for guard in guards), key=lambda verdict: verdict[0][0].value
    )
    if best[0][0] is Truth.NO and open_ends:
        return Truth.MAYBE, open_ends[0].value, "one of its security groups is not in the scanned code"
    return _verdict(*best)


def _verdict(found: tuple[Truth, object], guard: Resource) -> _Link:
    truth, rule = found
    value = getattr(rule, "deciding", Value.absent(guard.span))
    said = {
        Truth.YES: f"{guard.address} admits everybody",
        Truth.NO: f"{guard.address} does not admit the internet",
        Truth.MAYBE: value.why or f"the rules of {guard.address} are not in the scanned code",
    }
    return truth, value, said[truth]


def _unguarded(node: Resource, unread: bool) -> _Link:
    absent = Value.absent(node.span)
    if unread:
        return Truth.MAYBE, absent, "its security groups are not in the scanned code"
    rules = node.instance.get("security_group_ingress_rules")
    if node.instance.mode is Mode.MODULE and not rules.is_absent:
        return _of_module(rules)
    if node.kind == "load_balancer":
        return Truth.YES, absent, "no firewall stands before it"
    if node.provider == "azure":
        if node.kind in (*_MACHINES, "network_interface", "container_service"):
            # https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
            return Truth.NO, absent, "a standard public address is closed without a network security group"
        return Truth.YES, absent, "no firewall stands before it"
    return Truth.MAYBE, absent, "the default security group or firewall of its network decides"


def _of_module(rules: Value) -> _Link:
    """The group that a module of a load balancer makes of its input, whose code is not read."""
    if rules.is_unknown:
        return Truth.MAYBE, rules, rules.why
    found = [
        (is_everybody(r.get(name)), r)
        for r in rules.mapping().values()
        for name in ("cidr_ipv4", "cidr_ipv6")
    ]
    best = max(found, key=lambda pair: pair[0].value, default=(Truth.NO, rules))
    said = {Truth.YES: "its group admits everybody", Truth.NO: "its group does not admit the internet"}
    return best[0], best[1], said.get(best[0], "the rules of its group are not known")


def _listens(graph: ResourceGraph, balancer: Resource) -> bool:
    """Only on AWS are the listeners of a load balancer resources of their own."""
    if not balancer.type.startswith(("aws_lb", "aws_alb", "AWS::ElasticLoadBalancingV2")):
        return True
    if graph.targets(balancer, Relation.ROUTES_TO) or not balancer.instance.whole:
        return True
    return any(other.instance.mode is Mode.MODULE for other in graph.sources(balancer))
