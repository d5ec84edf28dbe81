"""Traits of pods, each with a case that has them and one that has not."""

from __future__ import annotations

import pytest

from mlarchlint.frontends.kubernetes import kubernetes_traits
from tests.kubernetes.reading import deployment, one, traits

PROBE = "readinessProbe: {httpGet: {path: /ready, port: 80}, periodSeconds: 5}\n"


def test_what_the_containers_run() -> None:
    found = traits(
        deployment(
            "volumes: [{name: m, persistentVolumeClaim: {claimName: models}}, {name: s, emptyDir: {}}]",
            """
            command: [python, serve.py]
            args: [--port, 8080]
            ports: [{containerPort: 8080}]
            env: [{name: MODEL, value: ranker}, {name: TOKEN, valueFrom: {secretKeyRef: {name: t, key: k}}}]
            volumeMounts: [{name: m, mountPath: /models}, {name: s, mountPath: /tmp}]
            """,
        )
    )
    assert found["images"] == ["registry/api:1"]
    assert found["commands"] == ["python serve.py --port 8080"]
    assert found["ports"] == [8080]
    assert found["env_names"] == ["MODEL", "TOKEN"]
    assert found["env"] == {"MODEL": "ranker", "TOKEN": {"$unknown": "it comes from secret t"}}
    assert found["volumes"] == ["pvc:models", "emptyDir:s"]
    assert found["mounts"] == ["/models=pvc:models", "/tmp=emptyDir:s"]


def test_probes_are_those_of_the_containers_with_ports() -> None:
    sidecar = "- {name: log-shipper, image: x}\n"
    text = deployment("", "ports: [{containerPort: 80}]\n" + PROBE) + "      " + sidecar
    found = traits(text)
    assert found["probes.readiness"] is True
    assert found["probes.liveness"] is False
    assert found["health_check.path"] == "/ready"
    assert found["health_check.protocol"] == "http"
    assert found["health_check.interval_s"] == 5


def test_a_missing_probe_stands_where_its_container_stands() -> None:
    instance = one(deployment("", "ports: [{containerPort: 80}]\n"))
    missing = kubernetes_traits(instance)["probes.readiness"]
    assert missing.raw is False
    assert missing.span.line == 10


def test_a_probe_of_one_of_two_servers_is_not_enough() -> None:
    second = "      - {name: admin, image: x, ports: [{containerPort: 81}]}\n"
    assert (
        traits(deployment("", "ports: [{containerPort: 80}]\n" + PROBE) + second)["probes.readiness"] is False
    )


@pytest.mark.parametrize("name", ["istio-proxy", "cloud-sql-proxy", "nginx-exporter"])
def test_a_known_sidecar_with_ports_needs_no_probe(name: str) -> None:
    second = f"      - {{name: {name}, image: x, ports: [{{containerPort: 81}}]}}\n"
    assert (
        traits(deployment("", "ports: [{containerPort: 80}]\n" + PROBE) + second)["probes.readiness"] is True
    )


@pytest.mark.parametrize(
    ("resources", "cpu", "memory", "gpu", "complete"),
    [
        ("{requests: {cpu: 500m, memory: 2Gi}}", 0.5, 2, None, True),
        ("{limits: {cpu: 2, memory: 512Mi}}", 2, 0.5, None, True),
        ("{requests: {cpu: 1}}", 1, None, None, False),
        ("{}", None, None, None, False),
        ("{requests: {cpu: 1, memory: 1Gi}, limits: {nvidia.com/gpu: 2}}", 1, 1, 2, True),
        ("{limits: {nvidia.com/mig-1g.5gb: 1}}", None, None, 1, False),
        ("{limits: {aws.amazon.com/neuron: '4'}}", None, None, 4, False),
        ("{limits: {google.com/tpu: 8}}", None, None, 8, False),
        ("{requests: {cpu: '{{ x }}', memory: 1Gi}}", "?", 1, None, True),
    ],
)
def test_requests(resources: str, cpu: object, memory: object, gpu: object, complete: bool) -> None:
    found = traits(deployment("", f"resources: {resources}\n"))
    assert found.get("requests.cpu") == cpu
    assert found.get("requests.memory_gib") == memory
    assert found.get("requests.gpu") == gpu
    assert found.get("accelerator.count") == gpu
    assert found["requests.complete"] is complete


def test_requests_of_a_pod_are_the_sum_over_its_containers() -> None:
    second = "      - {name: b, image: x, resources: {requests: {cpu: 250m, memory: 1Gi}}}\n"
    found = traits(deployment("", "resources: {requests: {cpu: 1, memory: 1Gi}}\n") + second)
    assert (found["requests.cpu"], found["requests.memory_gib"]) == (1.25, 2)


def test_the_accelerator_is_what_the_node_selector_names() -> None:
    gpu = "resources: {limits: {nvidia.com/gpu: 1}}\n"
    assert (
        traits(deployment("nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4}", gpu))[
            "accelerator.type"
        ]
        == "nvidia-l4"
    )
    assert "accelerator.type" not in traits(deployment("", gpu))


ZONE = "topology.kubernetes.io/zone"


def required(*expressions: str) -> str:
    terms = "".join(f"- matchExpressions: [{e}]\n" for e in expressions)
    lines = "".join(f"      {line}\n" for line in terms.splitlines())
    return (
        "affinity:\n  nodeAffinity:\n    requiredDuringSchedulingIgnoredDuringExecution:\n"
        f"      nodeSelectorTerms:\n{lines}"
    )


@pytest.mark.parametrize(
    ("spec", "zones"),
    [
        (f"nodeSelector: {{{ZONE}: eu-west-1a}}", ["eu-west-1a"]),
        (required(f"{{key: {ZONE}, operator: In, values: [a, b]}}"), ["a", "b"]),
        (
            required(
                f"{{key: {ZONE}, operator: In, values: [a]}}", f"{{key: {ZONE}, operator: In, values: [b]}}"
            ),
            ["a", "b"],
        ),
        (required(f"{{key: {ZONE}, operator: In, values: [a]}}", "{key: disk, operator: Exists}"), None),
        (required(f"{{key: {ZONE}, operator: NotIn, values: [a]}}"), None),
        ("", None),
    ],
)
def test_zones(spec: str, zones: list[str] | None) -> None:
    assert traits(deployment(spec)).get("zones") == zones


@pytest.mark.parametrize(
    ("spec", "zones", "hosts"),
    [
        (f"topologySpreadConstraints: [{{maxSkew: 1, topologyKey: {ZONE}, whenUnsatisfiable: ScheduleAnyway}}]", True, False),
        ("affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname}]}}", False, True),
        (f"affinity: {{podAntiAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 1, podAffinityTerm: {{topologyKey: {ZONE}}}}}]}}}}", True, False),
        ("", False, False),
        ("topologySpreadConstraints: '{{ x }}'", "?", "?"),
    ],
)  # fmt: skip
def test_spreading(spec: str, zones: object, hosts: object) -> None:
    found = traits(deployment(spec))
    assert (found["spread_zones"], found["spread_hosts"]) == (zones, hosts)


@pytest.mark.parametrize(
    ("spec", "spot"),
    [
        ("nodeSelector: {karpenter.sh/capacity-type: spot}", "all"),
        ("nodeSelector: {eks.amazonaws.com/capacityType: SPOT}", "all"),
        ("nodeSelector: {cloud.google.com/gke-spot: 'true'}", "all"),
        ("nodeSelector: {cloud.google.com/gke-spot: true}", "all"),
        ("nodeSelector: {kubernetes.azure.com/scalesetpriority: spot}", "all"),
        ("nodeSelector: {karpenter.sh/capacity-type: on-demand}", "none"),
        (required("{key: karpenter.sh/capacity-type, operator: In, values: [spot]}"), "all"),
        (required("{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}"), "mixed"),
        (required("{key: karpenter.sh/capacity-type, operator: NotIn, values: [spot]}"), "none"),
        (
            "tolerations: [{key: kubernetes.azure.com/scalesetpriority, value: spot, effect: NoSchedule}]",
            "mixed",
        ),
        ("tolerations: [{key: spotInstance, operator: Exists}]", "mixed"),
        ("tolerations: [{operator: Exists}]", "none"),
        ("tolerations: [{key: nvidia.com/gpu, operator: Exists}]", "none"),
        ("nodeSelector: {team: spotlight}", "none"),
        ("tolerations: [{key: team, value: spotlight}]", "none"),
        ("nodeSelector: {karpenter.sh/capacity-type: '{{ x }}'}", "?"),
        ("", "none"),
    ],
)
def test_spot(spec: str, spot: str) -> None:
    assert traits(deployment(spec))["spot"] == spot


def test_security_and_defaults() -> None:
    plain = traits(deployment())
    assert plain["service_account"] == "default"
    assert plain["termination_grace_s"] == 30
    assert (plain["privileged"], plain["host_network"]) == (False, False)
    assert plain["restart_policy"] == "Always"
    assert "root_user" not in plain
    found = traits(
        deployment(
            "serviceAccountName: server\nterminationGracePeriodSeconds: 90\nhostNetwork: true",
            "securityContext: {privileged: true, runAsUser: 0}",
        )
    )
    assert found["service_account"] == "server"
    assert found["termination_grace_s"] == 90
    assert (found["privileged"], found["host_network"], found["root_user"]) == (True, True, True)


def test_containers_that_are_not_known_make_their_traits_unknown() -> None:
    found = traits("""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: a}
        spec: {template: {spec: {containers: "{{ x }}"}}}
    """)
    for name in ("images", "probes.readiness", "requests.cpu", "requests.complete"):
        assert found[name] == "?"
