"""Kubernetes objects in Terraform take the form of manifests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mlarchlint.frontends.kubernetes import from_terraform, kubernetes_links, kubernetes_traits
from mlarchlint.model.resource import Format, Instance, Mode
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value, from_plain, plain_raw

SPAN = SourceSpan("main.tf", 3, 1, 20, 2)


def resource(type_: str, body: dict[str, Any], name: str = "a", **more: Any) -> Instance:
    values = {
        key: value if isinstance(value, Value) else from_plain(value, SPAN) for key, value in body.items()
    }
    return Instance(f"{type_}.{name}", type_, name, Format.TERRAFORM, values, SPAN, scope="infra", **more)


def converted(type_: str, body: dict[str, Any]) -> Instance:
    [found] = from_terraform(resource(type_, body))
    return found


def body_of(instance: Instance) -> Any:
    return plain_raw(instance.body)


METADATA = [{"name": "api", "namespace": "ml", "labels": {"app_name": "api"}}]
CONTAINER = {
    "name": "main",
    "image": "registry/api:1",
    "port": [{"container_port": 8080}],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    "resources": [{"limits": {"nvidia.com/gpu": "1"}, "requests": {"cpu": "2", "memory": "4Gi"}}],
    "readiness_probe": [{"http_get": [{"path": "/ready", "port": "8080"}], "period_seconds": 5}],
    "volume_mount": [{"name": "m", "mount_path": "/m", "read_only": True}],
}
POD = {
    "container": [CONTAINER],
    "service_account_name": "server",
    "node_selector": {"karpenter.sh/capacity-type": "spot"},
    "toleration": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
    "volume": [{"name": "m", "persistent_volume_claim": [{"claim_name": "models"}]}],
    "affinity": [
        {
            "node_affinity": [
                {
                    "required_during_scheduling_ignored_during_execution": [
                        {"node_selector_term": [{"match_expressions": [
                            {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a", "b"]}]}]}
                    ]
                }
            ],
            "pod_anti_affinity": [
                {"required_during_scheduling_ignored_during_execution": [
                    {"topology_key": "topology.kubernetes.io/zone"}]}
            ],
        }
    ],
}  # fmt: skip
DEPLOYMENT = {
    "metadata": METADATA,
    "spec": [
        {
            "replicas": "3",
            "selector": [{"match_labels": {"app_name": "api"}}],
            "template": [{"metadata": [{"labels": {"app_name": "api"}}], "spec": [POD]}],
        }
    ],
}


@pytest.mark.parametrize("type_", ["kubernetes_deployment", "kubernetes_deployment_v1"])
def test_a_deployment_becomes_a_manifest_under_its_own_address(type_: str) -> None:
    found = converted(type_, DEPLOYMENT)
    assert (found.address, found.type, found.name, found.scope) == (
        f"{type_}.a",
        "apps/v1/Deployment",
        "api",
        "infra",
    )
    assert found.format is Format.KUBERNETES
    spec = body_of(found)["spec"]
    assert spec["selector"] == {"matchLabels": {"app_name": "api"}}
    pod = spec["template"]["spec"]
    assert pod["containers"][0]["ports"] == [{"containerPort": 8080}]
    assert pod["containers"][0]["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "8080"}
    assert pod["volumes"] == [{"name": "m", "persistentVolumeClaim": {"claimName": "models"}}]


def test_the_traits_are_those_of_the_manifest() -> None:
    found = kubernetes_traits(converted("kubernetes_deployment", DEPLOYMENT))
    plain = {name: value.plain() for name, value in found.items()}
    assert plain["images"] == ["registry/api:1"]
    assert plain["env_names"] == ["A", "B"]
    assert plain["requests.cpu"] == 2
    assert plain["accelerator.count"] == 1
    assert plain["probes.readiness"] is True
    assert plain["probes.liveness"] is False
    assert plain["spot"] == "all"
    assert plain["zones"] == ["a", "b"]
    assert plain["spread_zones"] is True
    assert plain["replicas"] == "3"
    assert plain["mounts"] == ["/m=pvc:models"]
    assert found["probes.readiness"].span == SPAN


@pytest.mark.parametrize(
    ("type_", "becomes"),
    [
        ("kubernetes_stateful_set_v1", "apps/v1/StatefulSet"),
        ("kubernetes_daemonset", "apps/v1/DaemonSet"),
        ("kubernetes_daemon_set_v1", "apps/v1/DaemonSet"),
        ("kubernetes_job_v1", "batch/v1/Job"),
        ("kubernetes_cron_job_v1", "batch/v1/CronJob"),
        ("kubernetes_service_v1", "v1/Service"),
        ("kubernetes_ingress_v1", "networking.k8s.io/v1/Ingress"),
        ("kubernetes_horizontal_pod_autoscaler_v2", "autoscaling/v2/HorizontalPodAutoscaler"),
        ("kubernetes_horizontal_pod_autoscaler_v2beta2", "autoscaling/v2/HorizontalPodAutoscaler"),
        ("kubernetes_pod_disruption_budget_v1", "policy/v1/PodDisruptionBudget"),
        ("kubernetes_persistent_volume_claim", "v1/PersistentVolumeClaim"),
        ("kubernetes_namespace", "v1/Namespace"),
        ("kubernetes_config_map", "v1/ConfigMap"),
        ("kubernetes_service_account_v1", "v1/ServiceAccount"),
        ("kubernetes_network_policy", "networking.k8s.io/v1/NetworkPolicy"),
        ("kubernetes_storage_class_v1", "storage.k8s.io/v1/StorageClass"),
        ("kubernetes_labels", "kubernetes_labels"),
        ("aws_instance", "aws_instance"),
        ("helm_release", "helm_release"),
    ],
)
def test_types(type_: str, becomes: str) -> None:
    assert converted(type_, {"metadata": METADATA}).type == becomes


def test_data_sources_stay_what_they_are() -> None:
    given = resource("kubernetes_service", {"metadata": METADATA}, mode=Mode.DATA)
    assert from_terraform(given) == [given]


def test_an_ingress_names_its_services() -> None:
    found = converted(
        "kubernetes_ingress_v1",
        {
            "metadata": METADATA,
            "spec": [
                {
                    "tls": [{"secret_name": "cert"}],
                    "rule": [{"http": [{"path": [{"path": "/", "backend": [
                        {"service": [{"name": "api", "port": [{"number": 80}]}]}]}]}]}],
                }
            ],
        },
    )  # fmt: skip
    assert body_of(found)["spec"]["rules"][0]["http"]["paths"][0]["backend"] == {
        "service": {"name": "api", "port": {"number": 80}}
    }
    assert kubernetes_traits(found)["tls"].raw is True
    service = converted(
        "kubernetes_service", {"metadata": METADATA, "spec": [{"selector": {"app_name": "api"}}]}
    )
    pods = converted("kubernetes_deployment", DEPLOYMENT)
    edges = kubernetes_links([("i", found), ("s", service), ("d", pods)])
    assert {(e.source, e.relation.value, e.target) for e in edges} == {
        ("i", "routes_to", "s"),
        ("s", "routes_to", "d"),
    }


def test_a_storage_class_has_no_spec() -> None:
    found = converted(
        "kubernetes_storage_class",
        {"metadata": METADATA, "storage_provisioner": "ebs.csi.aws.com", "parameters": {"encrypted": "true"}},
    )
    assert kubernetes_traits(found)["encrypted_at_rest"].raw is True


def test_a_network_policy_keeps_its_rules_as_lists() -> None:
    found = converted(
        "kubernetes_network_policy",
        {"metadata": METADATA, "spec": [{"pod_selector": [{}], "policy_types": ["Ingress"],
         "ingress": [{"from": [{"ip_block": [{"cidr": "10.0.0.0/8"}]}], "ports": [{"port": "80"}]}]}]},
    )  # fmt: skip
    assert body_of(found)["spec"]["ingress"] == [
        {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": "80"}]}
    ]
    assert body_of(found)["spec"]["podSelector"] == {}


def test_a_reference_that_is_not_known_yet_still_finds_its_object() -> None:
    account = converted("kubernetes_service_account", {"metadata": [{"generate_name": "s-"}]})
    name = Value.unknown("known after apply", SPAN, refs=("kubernetes_service_account.a.metadata[0].name",))
    pod = Value.known({"container": from_plain([CONTAINER], SPAN), "service_account_name": name}, SPAN)
    template = Value.known({"spec": Value.known((pod,), SPAN)}, SPAN)
    spec = Value.known((Value.known({"template": Value.known((template,), SPAN)}, SPAN),), SPAN)
    pods = converted("kubernetes_deployment", {"metadata": [{"name": "x"}], "spec": spec})
    [edge] = kubernetes_links([("sa", account), ("d", pods)])
    assert (edge.source, edge.relation.value, edge.target) == ("d", "assumes", "sa")


def test_a_kubernetes_manifest_is_its_object() -> None:
    found = converted(
        "kubernetes_manifest",
        {
            "manifest": {
                "apiVersion": "ray.io/v1",
                "kind": "RayCluster",
                "metadata": {"name": "r"},
                "spec": {},
            }
        },
    )
    assert (found.type, found.name, found.address) == ("ray.io/v1/RayCluster", "r", "kubernetes_manifest.a")


def test_a_kubectl_manifest_is_what_its_text_declares() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  annotations: {mlarchlint.dev/ignore: MLA-HA001 why}\n"
    found = converted("kubectl_manifest", {"yaml_body": text})
    assert (found.type, found.name) == ("v1/Service", "s")
    assert found.get("metadata").get("name").span == SPAN
    assert [text for _, text in found.ignores] == ["mlarchlint.dev/ignore: MLA-HA001 why"]


@pytest.mark.parametrize("type_", ["kubernetes_manifest", "kubectl_manifest"])
def test_what_is_not_known_stays_terraforms(type_: str) -> None:
    unknown = Value.unknown("file is not known", SPAN)
    given = resource(type_, {"manifest": unknown, "yaml_body": unknown})
    assert from_terraform(given) == [given]


def test_unknown_blocks_stay_unknown() -> None:
    hidden = Value.unknown("var.x has no value", SPAN)
    spec = from_plain([{"replicas": 2}], SPAN)
    spec = Value.known((Value.known({**spec.items()[0].mapping(), "template": hidden}, SPAN),), SPAN)
    found = converted("kubernetes_deployment", {"metadata": METADATA, "spec": spec})
    assert kubernetes_traits(found)["images"].is_unknown


def test_secrets_are_sensitive() -> None:
    found = converted("kubernetes_secret", {"metadata": METADATA, "data": {"token": "hush"}})
    assert found.get("data").sensitive


NODE_POOL = """\
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: *}
spec:
  template:
    spec:
      nodeClassRef: {name: cluster-*}
      requirements:
      - {key: karpenter.sh/capacity-type, operator: In, values: [spot]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: plain, namespace: *}
"""


def partly(text: str, *refs: str) -> Value:
    return replace(Value.unknown("var.x has no value", SPAN, refs=refs), pattern=text)


def test_a_text_that_is_partly_known_declares_what_is_known_of_it() -> None:
    body = {"yaml_body": partly(NODE_POOL, "var.x", "aws_eks_cluster.c.name", "var.y")}
    pool, config = from_terraform(resource("kubectl_manifest", body))
    assert (pool.type, pool.address, pool.name) == ("karpenter.sh/v1/NodePool", "kubectl_manifest.a", "a")
    template = pool.get("spec").get("template").get("spec")
    assert template.get("requirements").items()[0].get("values").items()[0].raw == "spot"
    name = template.get("nodeClassRef").get("name")
    assert (name.is_unknown, name.pattern, name.refs, name.why) == (
        True,
        "cluster-*",
        ("aws_eks_cluster.c.name",),
        "var.x has no value",
    )
    assert (config.type, config.name, config.address) == ("v1/ConfigMap", "plain", "kubectl_manifest.a#2")
    assert config.get("metadata").get("namespace").refs == ("var.y",)


def test_references_are_not_guessed_where_it_is_not_clear_what_they_fill() -> None:
    body = {"yaml_body": partly(NODE_POOL, "var.x", "aws_eks_cluster.c.name")}
    pool, config = from_terraform(resource("kubectl_manifest", body))
    assert pool.get("spec").get("template").get("spec").get("nodeClassRef").get("name").refs == ()
    assert config.get("metadata").get("namespace").is_unknown


@pytest.mark.parametrize(
    "text", ["*", "*\nkind: Service\n", "apiVersion: v1\nkind: *\nmetadata: {name: a}\n"]
)
def test_what_a_text_does_not_tell_stays_terraforms(text: str) -> None:
    given = resource("kubectl_manifest", {"yaml_body": partly(text, "var.x")})
    assert from_terraform(given) == [given]


def test_structures_inside_of_unknown_texts_are_read() -> None:
    service = from_plain({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}, SPAN)
    unknown = replace(Value.unknown("var.x has no value", SPAN), inside=service)
    for type_, name in (("kubectl_manifest", "yaml_body"), ("kubernetes_manifest", "manifest")):
        assert converted(type_, {name: unknown}).type == "v1/Service"
