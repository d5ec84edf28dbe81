"""A design over two regions: the files of one region as a module, called for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlarchlint.model.regex import regex

REGION = "region"
CALLS = ("first", "second")
VARIABLES = "variables.tf"
_BLOCK = regex(r'^variable "(\w+)" \{\n.*?^\}\n', re.DOTALL | re.MULTILINE)
_DEFAULT = regex(r"^  default +=.*\n", re.MULTILINE)
_LOCAL, _VAR = regex(r"\blocal\.(\w+)"), regex(r"\bvar\.(\w+)")
# Where the region is a matter of the provider.
_PROVIDERS = {("aws", "second"): "\n  providers = {\n    aws = aws.second\n  }\n"}
# What both regions use and neither has: what it is, and the input that hands it over.
_LENT: Mapping[str, Mapping[str, str]] = {
    "azure": {
        "azurerm_cdn_frontdoor_origin_group.inference.id": "origin_group",
        "azurerm_monitor_action_group.on_call.id": "on_call_group",
    },
    "google": {
        "google_compute_network.main.id": "network",
        "google_compute_health_check.inference.id": "health_check",
        "google_monitoring_notification_channel.on_call.id": "on_call_channel",
        "google_service_account.inference.email": "service_account_email",
        "google_service_account.inference.member": "service_account_member",
    },
}
# What stands beside the regions and refers to what is in one: outputs of the module in its place.
_GIVEN_BACK: Mapping[str, Mapping[str, str]] = {
    "azure": {
        "[azurerm_cdn_frontdoor_origin.inference.id]": "[module.first.origin, module.second.origin]",
        "azurerm_log_analytics_workspace.main.id": "module.first.workspace",
    },
}
# What is said of the figures that were chosen, where they are the inputs of the module.
_CHOSEN: Mapping[str, tuple[str, str]] = {
    "name": ("string", "Beginning of the names of what is created."),
    "environment": ("string", "What it is for."),
    "region": ("string", "Where it serves."),
    "zones": ("list(string)", "The zones that the fleet is spread over."),
    "edge_zones": ("list(string)", "The zones that the load balancer is in."),
    "least": ("number", "Instances that always run."),
    "most": ("number", "Instances that the autoscaler may run."),
    "latency_p95_s": ("number", "The latency that is promised, in seconds."),
    "monthly_usd": ("number", "What a month may cost."),
    "instance_type": ("string", "The machines."),
    "disk_type": ("string", "The kind of its disks."),
    "disk_gib": ("number", "The disk of each machine."),
    "architecture": ("string", "Of the processors."),
    "host_maintenance": ("string", "What becomes of a machine while its host is maintained."),
    "cpu": ("string", "Processors of each container."),
    "memory": ("string", "Memory of each container."),
    "concurrency": ("number", "Requests at once in each container."),
    "memory_mib": ("number", "Memory of each function."),
    "requests_a_second": ("number", "What the API lets through."),
    "processors": ("number", "Of each machine."),
    "requests_at_once": ("number", "What the autoscaler keeps a machine at."),
    "address_range": ("string", "Of the subnet."),
    "copied": ("bool", "Whether changes of models are noted for a copy in another region."),
    "origin_group": ("string", "Where the CDN looks for what it asks."),
    "on_call_group": ("string", "Who is told of what goes wrong."),
    "network": ("string", "The network that all regions are in."),
    "health_check": ("string", "What is asked of each machine."),
    "on_call_channel": ("string", "Where alerts go."),
    "service_account_email": ("string", "Who the model servers are."),
    "service_account_member": ("string", "Who the model servers are, as policies write it."),
    "cache": ("string", "Where predictions are cached; empty without a cache."),
}


def described() -> frozenset[str]:
    """The figures that may be chosen for a region."""
    return frozenset(_CHOSEN)


def as_module(
    cloud: str,
    regional: Mapping[str, str],
    around: Mapping[str, str],
    own: frozenset[str],
    shared: frozenset[str],
) -> dict[str, str]:
    """File name -> text, those of the module in the folder `region`.

    regional: the files of one region as they stand alone. around: those beside the calls. own: what
    was chosen for each region apart, shared: for both. Variables are declared in one file each.
    """
    declared = {
        name: block for text in (*regional.values(), *around.values()) for name, block in _variables(text)
    }
    lent = _LENT.get(cloud, {})
    chosen = own | shared | frozenset(lent.values())
    inside = {file: _inputs_for(text, chosen, lent) for file, text in _without_variables(regional).items()}
    outside = {file: _from_outputs(cloud, text) for file, text in _without_variables(around).items()}
    # What differs comes first, as in a table.
    wanted = sorted(_used(_VAR, inside), key=lambda name: (name not in own, name not in shared, name))
    given = {name for name in wanted if name not in chosen}
    asked = [name for name in declared if name in given or name in _used(_VAR, outside)]
    return {
        **outside,
        "regions.tf": _calls(cloud, wanted, own, shared),
        VARIABLES: "\n".join(declared[name] for name in asked),
        **{f"{REGION}/{file}": text for file, text in inside.items()},
        f"{REGION}/{VARIABLES}": "\n".join(_declaration(name, declared) for name in wanted),
    }


def _variables(text: str) -> Iterator[tuple[str, str]]:
    for block in _BLOCK.finditer(text):
        yield block[1], block[0]


def _without_variables(files: Mapping[str, str]) -> dict[str, str]:
    """What holds nothing else is left out."""
    left = {name: _BLOCK.sub("", text) for name, text in files.items()}
    return {
        name: re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
        for name, text in left.items()
        if text.strip()
    }


def _inputs_for(text: str, chosen: frozenset[str], lent: Mapping[str, str]) -> str:
    for reference, name in lent.items():
        text = re.sub(rf"\b{re.escape(reference)}\b", f"var.{name}", text)
    return _LOCAL.sub(lambda name: f"var.{name[1]}" if name[1] in chosen else name[0], text)


def _from_outputs(cloud: str, text: str) -> str:
    for reference, output in _GIVEN_BACK.get(cloud, {}).items():
        text = text.replace(reference, output)
    return text


def _used(pattern: re.Pattern[str], files: Mapping[str, str]) -> set[str]:
    return {name for text in files.values() for name in pattern.findall(text)}


def _declaration(name: str, declared: Mapping[str, str]) -> str:
    if name in declared:
        return _DEFAULT.sub("", declared[name])
    kind, said = _CHOSEN[name]
    return f'variable "{name}" {{\n  description = "{said}"\n  type        = {kind}\n}}\n'


def _calls(cloud: str, wanted: list[str], own: frozenset[str], shared: frozenset[str]) -> str:
    width = max(map(len, wanted))
    lent = {name: reference for reference, name in _LENT.get(cloud, {}).items()}
    blocks = []
    for call in CALLS:
        given = {name: f"local.{call}.{name}" for name in own} | {name: f"local.{name}" for name in shared}
        values = {name: (given | lent).get(name, f"var.{name}") for name in wanted}
        provider = _PROVIDERS.get((cloud, call), "")
        rows = "".join(f"  {name:{width}} = {value}\n" for name, value in values.items())
        blocks.append(f'module "{call}" {{\n  source = "./{REGION}"\n{provider}\n{rows}}}\n')
    return "\n".join(blocks)
