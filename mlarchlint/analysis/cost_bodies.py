"""What only the bodies say of a machine: its further disks, written in it or in its template."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mlarchlint.analysis.cost_ledger import countable
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Instance, Resource
from mlarchlint.model.value import Value

# (type, GiB, IOPS, MiB/s)
Disk = tuple[str, Decimal | None, Decimal | None, Decimal | None]
# Under these names images have their root disk.
ROOTS = frozenset({"/dev/sda1", "/dev/xvda", "sda1", "xvda", "/dev/sda"})


def bodies(graph: ResourceGraph, resource: Resource) -> Iterator[Instance]:
    """The machine's own body, then those of its templates."""
    yield resource.instance
    for other in graph.targets(resource, Relation.USES):
        if other.kind == "compute_template":
            yield other.instance


def attached(graph: ResourceGraph, resource: Resource, provider: str) -> Iterator[Disk]:
    if provider == "aws":
        yield from _of_aws(graph, resource)
    elif provider == "azure":
        for body in bodies(graph, resource):
            for name in ("storage_data_disk", "data_disk"):
                for block in body.get(name).items():
                    kind = block.get("managed_disk_type").text() or block.get("storage_account_type").text()
                    yield kind or "", countable(block.get("disk_size_gb").number()), None, None
    elif provider == "google":
        for body in bodies(graph, resource):
            for block in body.get("disk").items()[1:]:
                if block.get("type").text() != "SCRATCH" and block.get("source").is_absent:
                    size = countable(block.get("disk_size_gb").number())
                    yield block.get("disk_type").text() or "", size, None, None


def _of_aws(graph: ResourceGraph, resource: Resource) -> Iterator[Disk]:
    """Disks by their device: what a machine says of one holds, and its template fills in the rest."""
    template = {
        device: _cloudformation(block) if not block.get("VolumeSize").is_absent else _terraform(block)
        for device, block in mappings(graph, resource)
        if not is_root(device)
    }
    for body in bodies(graph, resource):
        for block in body.get("ebs_block_device").items():
            kind, size, iops, throughput = _terraform(block)
            below = template.pop(block.get("device_name").text() or "", ("", None, None, None))
            yield kind or below[0], _else(size, below[1]), _else(iops, below[2]), _else(throughput, below[3])
    yield from template.values()


def _else(own: Decimal | None, below: Decimal | None) -> Decimal | None:
    return below if own is None else own


def local_disks(graph: ResourceGraph, resource: Resource) -> int:
    """Local SSDs of a Google machine."""
    found = 0
    for body in bodies(graph, resource):
        found += len(body.get("scratch_disk").items())
        found += sum(1 for block in body.get("disk").items() if block.get("type").text() == "SCRATCH")
        for config in body.get("node_config").items():
            found += int(countable(config.get("local_ssd_count").number()) or 0)
    return found


def mappings(graph: ResourceGraph, resource: Resource) -> Iterator[tuple[str, Value]]:
    """(device, volume) of block device mappings, in their order."""
    for body in bodies(graph, resource):
        for one in body.get("block_device_mappings").items():
            for block in one.get("ebs").items():
                yield one.get("device_name").text() or "", block
        for data in (body, body.get("LaunchTemplateData")):
            for one in data.get("BlockDeviceMappings").items():
                block = one.get("Ebs")
                if not block.is_absent:
                    yield one.get("DeviceName").text() or "", block


def is_root(device: str) -> bool:
    return device in ROOTS or not device


def root_is_elsewhere(graph: ResourceGraph, resource: Resource) -> bool:
    """The first mapping is read as the root disk; one with another device is a disk besides it."""
    if resource.instance.get("root_block_device").items():
        return False
    first = next(iter(mappings(graph, resource)), None)
    return first is not None and not is_root(first[0])


def _terraform(block: Value) -> Disk:
    return (
        block.get("volume_type").text() or "",
        countable(block.get("volume_size").number()),
        countable(block.get("iops").number()),
        countable(block.get("throughput").number()),
    )


def _cloudformation(block: Value) -> Disk:
    return (
        block.get("VolumeType").text() or "",
        countable(block.get("VolumeSize").number()),
        countable(block.get("Iops").number()),
        countable(block.get("Throughput").number()),
    )
