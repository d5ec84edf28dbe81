"""Databases, caches, streams and vector stores that run in the cluster, as plain pods or by an operator.

How an operator spreads its instances is its own affair; of one instance there is nothing to spread.
"""

from __future__ import annotations

from mlarchlint.frontends.kubernetes.containers import working_containers
from mlarchlint.frontends.kubernetes.counts import or_default
from mlarchlint.frontends.kubernetes.paths import field, group_kind
from mlarchlint.frontends.kubernetes.placement import ZONE_KEYS, spread
from mlarchlint.frontends.kubernetes.templates import PodTemplate, pod_template
from mlarchlint.model.resource import Instance
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# name of the image, without registry, tag and digest -> kind
_IMAGES = {
    "cache": ("redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "dragonfly", "memcached"),
    "database": (
        "postgres", "postgresql", "pgvector", "postgis", "timescaledb", "mysql", "mysql-server", "mariadb",
        "percona-server", "mongo", "mongodb", "mongodb-community-server", "cassandra", "clickhouse-server", "clickhouse",
        "elasticsearch", "opensearch", "cockroach",
    ),
    "stream": ("kafka", "cp-kafka", "kafka-native", "redpanda", "pulsar"),
    "queue": ("rabbitmq",),
    "vector_index": ("qdrant", "weaviate", "milvus", "chroma"),
}  # fmt: skip
_KINDS = {image: kind for kind, images in _IMAGES.items() for image in images}
_CONTROLLERS = (("apps", "Deployment"), ("apps", "StatefulSet"))


def store_kind(instance: Instance) -> str:
    """The kind of store that a Deployment or StatefulSet runs; empty if it runs none."""
    return _store(instance)[0]


def store_traits(instance: Instance, templates: list[PodTemplate]) -> dict[str, Value]:
    """What the place and number of its pods say of a store's redundancy."""
    kind, image = _store(instance)
    if kind in ("", "queue"):
        return {}
    spec = instance.get("spec")
    return {
        "engine": Value.known(_image_name(image), image.span),
        "ha": _redundancy(or_default(field(instance, "spec.replicas"), 1, spec), templates),
    }


def operated_database(instance: Instance) -> dict[str, Value]:
    """PostgreSQL of CloudNativePG and of Zalando's operator: how many instances, and whether kept apart.

    https://cloudnative-pg.io/documentation/current/scheduling/
    https://postgres-operator.readthedocs.io/en/latest/administrator/
    """
    spec = instance.get("spec")
    of_zalando = instance.type.endswith("/postgresql")
    count = spec.get("numberOfInstances") if of_zalando else or_default(spec.get("instances"), 1, spec)
    affinity = spec.get("affinity")
    if count.at_least(2) is Truth.YES:
        required = affinity.get("podAntiAffinityType").text() == "required"
        if required and affinity.get("topologyKey").text() in ZONE_KEYS:
            return {"ha": Value.known("multi_zone", affinity.span)}
        return {}
    return {"ha": _redundancy(count, [])}


def _redundancy(replicas: Value, templates: list[PodTemplate]) -> Value:
    """One pod stands in one zone; several that must stay apart do not. For others the scheduler
    decides, and the trait is absent."""
    if replicas.is_unknown:
        return replicas
    several = replicas.at_least(2)
    if several is Truth.NO and replicas.at_least(1) is Truth.YES:
        single = Value.known("none", replicas.span)
        return replicas.with_default("none", replicas.span) if replicas.default else single
    apart = spread(templates[0].spec, ZONE_KEYS)
    if several is Truth.YES and apart.raw is True:
        return Value.known("multi_zone", apart.span)
    return Value.absent(replicas.span)


def _store(instance: Instance) -> tuple[str, Value]:
    """The kind that the main container's image stands for, and the image."""
    nothing = "", Value.absent(instance.span)
    if group_kind(instance) not in _CONTROLLERS:
        return nothing
    for template in pod_template(instance):
        containers = working_containers(template.spec)
        image = containers[0].get("image") if containers else Value.absent()
        kind = _KINDS.get(_image_name(image))
        if kind is not None:
            return kind, image
    return nothing


def _image_name(image: Value) -> str:
    """`redis` of `registry.example/team/redis:7.2@sha256:…`."""
    return (image.text() or "").partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
