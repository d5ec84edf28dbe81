"""Where data is copied to: replicas, backups, geo-redundant storage and logs, against the allowed regions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mlarchlint.analysis.azure_regions import pair_of
from mlarchlint.analysis.residency import AREAS, DATA_KINDS
from mlarchlint.measures import region as plain_region
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

COPYING_KINDS = (
    *DATA_KINDS,
    "log_sink", "audit_trail", "backup_plan", "service_namespace", "cdn", "load_balancer", "api_gateway", "cluster",
    "waf", "network", "subnet", "image_registry", "data_transfer",
)  # fmt: skip
_COPIES = (Relation.REPLICATES_TO, Relation.LOGS_TO)
_WORDS = {Relation.REPLICATES_TO: "copies to", Relation.LOGS_TO: "logs to", Relation.WRITES: "sends logs to"}
# Parts of a database that are made in the region of the copy -> what is said of them.
_MADE_THERE = {
    "aws_db_instance_automated_backups_replication": "keeps copies of its backups",
    "aws_dynamodb_table_replica": "keeps a replica",
}


@record(frozen=True, slots=True)
class Copy:
    """at: the value that says so. region: where the copy lies, or None (`why`). said: `copies to x`."""

    at: Value
    said: str
    region: str | None
    why: str = ""
    target: Resource | None = None

    def stays(self, allowed: Collection[str]) -> Truth:
        if self.region is None:
            return Truth.MAYBE
        return Truth.of(plain_region(self.region) in allowed)

    @property
    def where(self) -> str:
        """The copy in words."""
        if self.region is None:
            return f"{self.said}: {self.why}"
        plain = plain_region(self.region)
        area = f", which is any region of the {AREAS[plain]}" if plain in AREAS else ""
        return f"{self.said} in {self.region}{area}"


def copies_of(graph: ResourceGraph, node: Resource) -> Iterator[Copy]:
    """Every copy that the node makes, or that is made of it, outside its own region."""
    own = home_of(graph, node)
    for copy in (
        *_stated(node),
        *_paired(node, own),
        *_linked(graph, node),
        *_named(graph, node),
        *_parts(graph, node),
    ):
        if copy.region is None or own is None or plain_region(copy.region) != plain_region(own):
            yield copy


def home_of(graph: ResourceGraph, node: Resource) -> str | None:
    """Its own region, or that of what it is part of."""
    own = node["region"].text()
    if own is None and node["region"].is_absent:
        return next(
            (text for other in graph.sources(node, Relation.CONTAINS) if (text := other["region"].text())),
            None,
        )
    return own


def _stated(node: Resource) -> Iterator[Copy]:
    regions = node["copy_regions"]
    if regions.is_unknown:
        yield Copy(regions, "keeps copies elsewhere", None, regions.why)
    for region in regions.items():
        yield Copy(region, "keeps copies", region.text(), region.why)


def _paired(node: Resource, own: str | None) -> Iterator[Copy]:
    paired = node["copies_to_pair"]
    match paired.is_true():
        case Truth.YES if own is not None:
            other = pair_of(own)
            if other:
                yield Copy(paired, "is geo-redundant and keeps copies", other)
        case Truth.MAYBE if not paired.is_absent:
            yield Copy(paired, "may keep copies in the paired region", None, paired.why)


def _linked(graph: ResourceGraph, node: Resource) -> Iterator[Copy]:
    relations = (*_COPIES, Relation.WRITES) if node.kind == "log_sink" else _COPIES
    for edge in graph.edges_from(node, *relations):
        target = graph[edge.target]
        # A replica of a database is itself where it lies; a key of several regions holds no data.
        if target.kind in ("key", "database") and edge.relation is Relation.REPLICATES_TO:
            continue
        region = target["region"]
        # What hangs on the same input is in the same region, whichever that is.
        together = region.is_unknown and region.why == node["region"].why
        if region.is_absent or together:
            continue
        at = Value.known(target.address, edge.span if edge.span.file else node.span)
        yield Copy(at, f"{_WORDS[edge.relation]} {target.address}", region.text(), region.why, target)


def _named(graph: ResourceGraph, node: Resource) -> Iterator[Copy]:
    """What is written as the other end, and is not in the scanned code."""
    for end in graph.open_ends(node, *_COPIES):
        text = end.value.text()
        region = region_in_arn(text) if text else None
        said = f"{_WORDS[end.relation]} {text or 'another place'}"
        if region is not None:
            yield Copy(end.value, said, region)
        elif end.relation is Relation.REPLICATES_TO and node.kind != "database":
            yield Copy(end.value, said, None, end.value.why or "it is not in the scanned code")


def _parts(graph: ResourceGraph, node: Resource) -> Iterator[Copy]:
    """What is kept in the region of the resource that asks for it."""
    if node.kind != "database" or node.provider != "aws":
        return
    for part in graph.parts_of(node):
        said = _MADE_THERE.get(part.type) if part.kind == "part" else None
        if said is not None:
            region = part["region"]
            at = Value.known(part.address, part.span)
            yield Copy(at, said, region.text(), region.why or "the region of the copies")


def region_in_arn(text: str) -> str | None:
    parts = text.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" and parts[3] else None
