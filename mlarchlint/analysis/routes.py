"""Where the routes of a subnet lead."""

from __future__ import annotations

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


def subnet_public(graph: ResourceGraph, subnet: Resource) -> tuple[Truth, Value]:
    """Whether packets of the subnet go to an internet gateway, and the value that says so.

    Without a table of its own a subnet follows the main table of its network, which in a new network
    has no route to the internet: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
    """
    if subnet.type == "aws_default_subnet":
        return Truth.YES, Value.absent(subnet.span)  # it lies in the default network, which has a gateway
    if subnet.instance.mode is not Mode.MANAGED:
        return Truth.MAYBE, Value.absent(subnet.span)
    edges = graph.edges_from(subnet, Relation.ROUTES_TO)
    tables = [graph[edge.target] for edge in edges if graph[edge.target].kind == "route_table"]
    span = edges[0].span if edges else subnet.span
    if not tables:
        tables, sure = _main_tables(graph, subnet)
        if not tables:
            return (Truth.NO if sure else Truth.MAYBE), Value.absent(subnet.span)
    verdict = Truth.any(_leads_out(graph, table) for table in tables)
    return verdict, Value.known(True, span)


def _main_tables(graph: ResourceGraph, subnet: Resource) -> tuple[list[Resource], bool]:
    """The tables that the network itself names, and whether the network is read at all."""
    networks = [n for n in graph.sources(subnet, Relation.CONTAINS) if n.kind == "network"]
    read = [n for n in networks if n.instance.mode is Mode.MANAGED]
    tables = [
        table
        for network in read
        for table in (
            *graph.targets(network, Relation.ROUTES_TO),
            *(t for t in graph.targets(network, Relation.CONTAINS) if t.type == "aws_default_route_table"),
        )
        if table.kind == "route_table"
    ]
    return tables, bool(read) and read[0].type != "aws_default_vpc" and subnet.instance.whole


def _leads_out(graph: ResourceGraph, table: Resource) -> Truth:
    if table.instance.mode is not Mode.MANAGED:
        return Truth.MAYBE
    if any(end.kind == "internet_gateway" for end in graph.targets(table, Relation.ROUTES_TO)):
        return Truth.YES
    if table["public_route"].is_true() is Truth.YES:
        return Truth.YES
    routes = table["routes"]
    if routes.is_unknown:
        return Truth.MAYBE
    for route in routes.items():
        gateway = route.get("gateway_id")
        if (gateway.text() or "").startswith("igw-"):
            return Truth.YES
        if gateway.is_unknown and gateway.is_set() is not Truth.YES:
            return Truth.MAYBE
    return Truth.NO
