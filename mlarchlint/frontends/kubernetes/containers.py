"""What the containers of a pod run, expose and answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlarchlint.model.regex import regex
from mlarchlint.model.value import Value

# proxies and exporters that ride along; they do not serve the workload's requests
_SIDECAR = regex(
    r"^(istio-proxy|istio-init|linkerd-proxy|envoy(-sidecar)?|cloud-?sql-?proxy|cloudsql-proxy|kube-rbac-proxy|"
    r"queue-proxy|oauth2?-proxy|.*-exporter|exporter|otel-(collector|agent)|opentelemetry-collector|"
    r"fluent-?bit|fluentd|promtail|vector|datadog-agent|vault-agent|gcs-?fuse(-sidecar)?|agent|"
    r"config-reloader|git-sync|nginx-exporter|statsd)$"
)

_CARD = regex(r"/(gpu|mig-|tpu|neuron|gaudi)")


def containers_of(spec: Value) -> tuple[Value, ...]:
    """Main containers and restartable init containers (native sidecars)."""
    restartable = tuple(
        c for c in spec.get("initContainers").items() if c.get("restartPolicy").text() == "Always"
    )
    return (*spec.get("containers").items(), *restartable)


def unknown_containers(spec: Value) -> Value | None:
    """The part that keeps the containers from being known, if any."""
    for part in (spec, spec.get("containers")):
        if part.is_unknown:
            return part
    return next((c for c in spec.get("containers").items() if c.is_unknown), None)


def working_containers(spec: Value) -> tuple[Value, ...]:
    """Main containers without the usual sidecars (all of them if there is nothing else)."""
    main = spec.get("containers").items()
    return tuple(c for c in main if not _SIDECAR.match(c.get("name").text() or "")) or main


def serving_containers(spec: Value) -> tuple[Value, ...]:
    """The containers that answer requests: those with ports. Ports are documentation only in
    Kubernetes, so without any it is the first container (kubectl's default, too)."""
    working = working_containers(spec)
    return tuple(c for c in working if not c.get("ports").is_absent) or working[:1]


def has_ports(spec: Value) -> bool:
    return any(not c.get("ports").is_absent for c in working_containers(spec))


def images(containers: Iterable[Value]) -> list[Value]:
    return [c.get("image") for c in containers if not c.get("image").is_absent]


def commands(containers: Iterable[Value]) -> list[Value]:
    """`command` and `args` of each container, joined to one text."""
    return [joined for c in containers if not (joined := _joined(c)).is_absent]


def _joined(container: Value) -> Value:
    parts: list[str] = []
    hidden = None
    for name in ("command", "args", "source"):
        value = container.get(name)
        for piece in (value,) if value.text() is not None else value.items():
            if piece.is_unknown:
                hidden = piece
            elif piece.is_known:
                parts.append(str(piece.raw))
        if value.is_unknown:
            hidden = value
    first = next(
        (container.get(n) for n in ("command", "args", "source") if not container.get(n).is_absent), None
    )
    if first is None:
        return Value.absent(container.span)
    if not parts and hidden is not None:
        return hidden
    return Value.known(" ".join(parts), first.span)


def env_entries(containers: Iterable[Value]) -> Iterator[tuple[Value, Value]]:
    """(name, value) of every `env` entry; what a `valueFrom` gives is unknown."""
    for container in containers:
        for entry in container.get("env").items():
            name = entry.get("name")
            if name.text() is None:
                continue
            source = entry.get("valueFrom")
            if source.is_absent:
                value = entry.get("value")
                yield name, value if not value.is_absent else Value.known("", entry.span)
            else:
                yield name, Value.unknown(f"it comes from {_source(source)}", source.span)


def secrets_as_environment(containers: Iterable[Value]) -> list[Value]:
    """The Secrets whose keys all become variables: which, only the cluster knows."""
    names = [
        source.get("secretRef").get("name")
        for container in containers
        for source in container.get("envFrom").items()
    ]
    return [name for name in names if not name.is_absent]


def _source(source: Value) -> str:
    for kind, told in (("secretKeyRef", "secret"), ("configMapKeyRef", "config map")):
        reference = source.get(kind)
        if not reference.is_absent:
            return f"{told} {reference.get('name').text() or ''}".strip()
    return "the cluster"


def ports(containers: Iterable[Value]) -> list[Value]:
    return [
        port.get("containerPort")
        for c in containers
        for port in c.get("ports").items()
        if not port.get("containerPort").is_absent
    ]


def probe(spec: Value, name: str) -> Value:
    """Whether every serving container has this probe; a missing one carries the container's span."""
    hidden = unknown_containers(spec)
    if hidden is not None:
        return Value.unknown(hidden.why, hidden.span, refs=hidden.refs)
    found: Value | None = None
    for container in serving_containers(spec):
        written = container.get(name)
        if written.is_absent:
            return Value.known(False, container.span)
        if found is None or written.is_unknown:
            found = written
    if found is None:
        return Value.absent(spec.span)
    return found if found.is_unknown else Value.known(True, found.span)


def patience(spec: Value) -> dict[str, Value]:
    """The probe that ends the serving container where it does not answer after its start. A start-up probe stands
    before the liveness probe. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe

    Of several containers the one with the accelerator serves; others ride along, and start at once."""
    working = working_containers(spec)
    for container in [c for c in working if len(working) == 1 or _accelerated(c)]:
        written = container.get("startupProbe")
        if written.is_absent:
            written = container.get("livenessProbe")
        if written.is_absent or not written.get("exec").is_absent:
            continue  # a command may ask for anything
        return {
            "probes.kill_delay_s": _or(written, "initialDelaySeconds", 0),
            "probes.kill_period_s": _or(written, "periodSeconds", 10),
            "probes.kill_failures": _or(written, "failureThreshold", 3),
        }
    return {}


def _accelerated(container: Value) -> bool:
    resources = container.get("resources")
    asked = (*resources.get("limits").mapping(), *resources.get("requests").mapping())
    return any(_CARD.search(name) for name in asked)


def _or(written: Value, name: str, usual: int) -> Value:
    value = written.get(name)
    return value if not value.is_absent else written.with_default(usual, written.span)


def readiness_detail(spec: Value) -> dict[str, Value]:
    """How the first serving container's readiness probe asks."""
    for container in serving_containers(spec):
        written = container.get("readinessProbe")
        if not written.mapping():
            continue
        traits = {"health_check.interval_s": _period(written)}
        for member, protocol in (
            ("httpGet", "http"),
            ("tcpSocket", "tcp"),
            ("grpc", "grpc"),
            ("exec", "exec"),
        ):
            asked = written.get(member)
            if asked.is_absent:
                continue
            traits["health_check.protocol"] = Value.known(protocol, asked.span)
            if member == "httpGet" and not asked.get("path").is_absent:
                traits["health_check.path"] = asked.get("path")
        return traits
    return {}


def _period(written: Value) -> Value:
    period = written.get("periodSeconds")
    return period.with_default(10, written.span) if period.is_absent else period
