"""IP networks."""

from __future__ import annotations

import ipaddress
import re
from typing import Union

from mlarchlint.frontends.terraform.cty import NUMBER, STRING, Value, list_type
from mlarchlint.frontends.terraform.functions import Context, Param, function, invalid, refused, scalar
from mlarchlint.frontends.terraform.number import Number

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def _network(prefix: str) -> Network:
    if "/" not in prefix:
        raise refused(f"invalid CIDR expression: invalid CIDR address: {prefix}")
    address, _, length = prefix.partition("/")
    if not re.fullmatch(r"\d{1,3}", length):
        raise refused(f"invalid CIDR expression: invalid CIDR address: {prefix}")
    try:
        # Terraform still takes leading zeros (`010.0.0.0` is 10.0.0.0)
        plain = (
            ".".join([part.lstrip("0") or "0" for part in address.split(".")])
            if ":" not in address
            else address
        )
        return ipaddress.ip_network(f"{plain}/{length}", strict=False)
    except ValueError:
        raise refused(f"invalid CIDR expression: invalid CIDR address: {prefix}") from None


def _whole(number: Number) -> int:
    if not isinstance(number, int):
        raise invalid("a whole number is required")
    return number


@scalar("cidrhost", STRING, NUMBER)
def cidr_host(prefix: str, host: Number) -> str:
    network, at = _network(prefix), _whole(host)
    size = network.num_addresses
    if at >= size or -at > size:
        raise refused(f"prefix of {network.prefixlen} does not accommodate a host numbered {at}")
    return str(network.network_address + (at if at >= 0 else size + at))


@scalar("cidrnetmask", STRING)
def cidr_netmask(prefix: str) -> str:
    network = _network(prefix)
    if network.version == 6:
        raise refused(f"IPv6 addresses cannot have a netmask: {prefix}")
    return str(network.netmask)


@scalar("cidrsubnet", STRING, NUMBER, NUMBER)
def cidr_subnet(prefix: str, bits: Number, number: Number) -> str:
    network, added, at = _network(prefix), _whole(bits), _whole(number)
    length = network.prefixlen + added
    if added < 0:
        raise refused("the prefix must not become shorter")
    if length > network.max_prefixlen:
        raise refused(f"insufficient address space to extend prefix of {network.prefixlen} by {added}")
    if at >= 1 << added or -at > 1 << added:
        raise refused(f"prefix extension of {added} does not accommodate a subnet numbered {at}")
    at = at if at >= 0 else (1 << added) + at
    start = network.network_address + (at << (network.max_prefixlen - length))
    return f"{start}/{length}"


@function(
    "cidrsubnets", Param("prefix", STRING), variadic=Param("newbits", NUMBER), returns=list_type(STRING)
)
def cidr_subnets(arguments: list[Value], context: Context) -> Value:
    """One after the other, each at the next place that suits its size."""
    network = _network(arguments[0].v)
    at, end = int(network.network_address), int(network.broadcast_address) + 1
    make = type(network.network_address)
    found: list[Value] = []
    for argument in arguments[1:]:
        added = _whole(argument.v)
        length = network.prefixlen + added
        if added < 1:
            raise invalid("must extend prefix by at least one bit")
        if added > 32:
            raise invalid("may not extend prefix by more than 32 bits")
        if length > network.max_prefixlen:
            raise invalid(f"not enough remaining address space for a subnet with a prefix of {length} bits")
        size = 1 << (network.max_prefixlen - length)
        at = -(-at // size) * size
        if at + size > end:
            raise invalid(f"not enough remaining address space for a subnet with a prefix of {length} bits")
        found.append(Value(STRING, f"{make(at)}/{length}", context.span))
        at += size
    return Value(list_type(STRING), tuple(found), context.span)
