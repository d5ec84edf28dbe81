"""Traits of objects that are not workloads, each both ways."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from mlarchlint.frontends.kubernetes import kubernetes_kind
from mlarchlint.kinds import built_in_kinds
from tests.kubernetes.reading import one, traits
from tests.kubernetes.test_workloads import WORKLOADS, made


def of(version: str, kind: str, rest: str, annotations: str = "{}") -> dict[str, Any]:
    return traits(
        f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: o, annotations: {annotations}}}\n{rest}\n"
    )


@pytest.mark.parametrize(
    ("spec", "annotations", "tls"),
    [
        ("{tls: [{secretName: c}]}", "{}", True),
        ("{}", "{}", False),
        ("{rules: []}", "{nginx.ingress.kubernetes.io/ssl-redirect: 'true'}", True),
        ("{}", "{nginx.ingress.kubernetes.io/ssl-redirect: 'false'}", False),
        ("{}", "{alb.ingress.kubernetes.io/certificate-arn: 'arn:x'}", True),
        ("{}", "{alb.ingress.kubernetes.io/listen-ports: '[{\"HTTPS\":443}]'}", True),
        ("{}", '{alb.ingress.kubernetes.io/listen-ports: \'[{"HTTP": 80}, {"HTTPS":443}]\'}', False),
        ("{}", "{networking.gke.io/managed-certificates: c}", True),
        ("{}", "{ingress.gcp.kubernetes.io/pre-shared-cert: c}", True),
        ("{}", "{cert-manager.io/cluster-issuer: letsencrypt}", False),
        ("{tls: '{{ x }}'}", "{}", "?"),
    ],
)
def test_tls_of_an_ingress(spec: str, annotations: str, tls: object) -> None:
    assert of("networking.k8s.io/v1", "Ingress", f"spec: {spec}", annotations)["tls"] == tls


@pytest.mark.parametrize(
    ("spec", "annotations", "scheme"),
    [
        ("{}", "{alb.ingress.kubernetes.io/scheme: internet-facing}", "internet"),
        ("{}", "{alb.ingress.kubernetes.io/scheme: internal}", "internal"),
        ("{ingressClassName: alb}", "{}", "internal"),
        ("{ingressClassName: gce}", "{}", "internet"),
        ("{}", "{kubernetes.io/ingress.class: gce-internal}", "internal"),
        ("{ingressClassName: nginx-internal}", "{}", "internal"),
        ("{ingressClassName: nginx}", "{}", None),
    ],
)
def test_scheme_of_an_ingress(spec: str, annotations: str, scheme: object) -> None:
    assert of("networking.k8s.io/v1", "Ingress", f"spec: {spec}", annotations).get("scheme") == scheme


@pytest.mark.parametrize(
    ("spec", "annotations", "kind", "scheme"),
    [
        ("{type: LoadBalancer}", "{}", "load_balancer", "internet"),
        ("{type: LoadBalancer}", "{service.beta.kubernetes.io/aws-load-balancer-scheme: internal}", "load_balancer", "internal"),
        ("{type: LoadBalancer}", "{service.beta.kubernetes.io/azure-load-balancer-internal: 'true'}", "load_balancer", "internal"),
        ("{type: LoadBalancer}", "{networking.gke.io/load-balancer-type: Internal}", "load_balancer", "internal"),
        ("{type: ClusterIP}", "{}", "backend_pool", None),
        ("{}", "{}", "backend_pool", None),
    ],
)  # fmt: skip
def test_services(spec: str, annotations: str, kind: str, scheme: object) -> None:
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: o, annotations: {annotations}}}\nspec: {spec}\n"
    assert kubernetes_kind(one(text), "backend_pool") == kind
    assert traits(text).get("scheme") == scheme


@pytest.mark.parametrize(
    ("rest", "encrypted", "key"),
    [
        ("provisioner: ebs.csi.aws.com\nparameters: {encrypted: 'true'}", True, "platform"),
        ("provisioner: ebs.csi.aws.com\nparameters: {encrypted: 'true', kmsKeyId: k}", True, "customer"),
        ("provisioner: ebs.csi.aws.com\nparameters: {type: gp3}", False, "none"),
        ("provisioner: pd.csi.storage.gke.io", True, "platform"),
        ("provisioner: disk.csi.azure.com", True, "platform"),
        ("provisioner: rancher.io/local-path", None, None),
    ],
)
def test_encryption_of_a_storage_class(rest: str, encrypted: object, key: object) -> None:
    found = of("storage.k8s.io/v1", "StorageClass", rest)
    assert (found.get("encrypted_at_rest"), found.get("key")) == (encrypted, key)


@pytest.mark.parametrize(
    ("modes", "kind"),
    [("[ReadWriteOnce]", "block_volume"), ("[ReadWriteMany]", "file_share"), ("[]", "block_volume")],
)
def test_claims(modes: str, kind: str) -> None:
    text = (
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: o}\n"
        f"spec: {{accessModes: {modes}, resources: {{requests: {{storage: 100Gi}}}}}}\n"
    )
    assert kubernetes_kind(one(text), "block_volume") == kind
    assert traits(text)["size_gib"] == 100


def test_bounds_and_metric_of_an_autoscaler() -> None:
    plain = of("autoscaling/v2", "HorizontalPodAutoscaler", "spec: {maxReplicas: 5}")
    assert (plain["min"], plain["max"], plain["metric"], plain["in_cooldown_s"]) == (1, 5, "cpu", 300)
    found = of(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "spec: {minReplicas: 2, maxReplicas: 9, behavior: {scaleDown: {stabilizationWindowSeconds: 0}}, metrics: "
        "[{type: Pods, pods: {metric: {name: queue_depth}}}]}",
    )
    assert (found["min"], found["metric"], found["in_cooldown_s"]) == (2, "queue_depth", 0)
    keda = of("keda.sh/v1alpha1", "ScaledObject", "spec: {triggers: [{type: prometheus}]}")
    assert (keda["min"], keda["max"], keda["metric"]) == (0, 100, "prometheus")


@pytest.mark.parametrize(
    ("requirement", "spot"),
    [
        ("{key: karpenter.sh/capacity-type, operator: In, values: [spot]}", "all"),
        ("{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}", "mixed"),
        ("{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}", "none"),
        ("{key: kubernetes.io/arch, operator: In, values: [arm64]}", "none"),
        ("{key: karpenter.sh/capacity-type, operator: In, values: ['{{ x }}']}", "?"),
    ],
)
def test_capacity_of_a_karpenter_pool(requirement: str, spot: str) -> None:
    zone = "{key: topology.kubernetes.io/zone, operator: In, values: [a, b]}"
    found = of(
        "karpenter.sh/v1",
        "NodePool",
        f"spec: {{template: {{spec: {{requirements: [{requirement}, {zone}]}}}}}}",
    )
    assert (found["spot"], found["zones"]) == (spot, ["a", "b"])


@pytest.mark.parametrize(
    ("version", "kind", "spec", "tls"),
    [
        ("gateway.networking.k8s.io/v1", "Gateway", "{listeners: [{protocol: HTTPS}]}", True),
        ("gateway.networking.k8s.io/v1", "Gateway", "{listeners: [{protocol: HTTPS}, {protocol: HTTP}]}", False),
        ("networking.istio.io/v1", "Gateway", "{servers: [{port: {protocol: HTTPS}}]}", True),
        ("networking.istio.io/v1", "Gateway", "{servers: [{port: {protocol: HTTP}}]}", False),
        ("networking.istio.io/v1", "Gateway",
         "{servers: [{port: {protocol: HTTP}, tls: {httpsRedirect: true}}, {port: {protocol: HTTPS}}]}", True),
    ],
)  # fmt: skip
def test_tls_of_a_gateway(version: str, kind: str, spec: str, tls: bool) -> None:
    assert of(version, kind, f"spec: {spec}")["tls"] is tls


@pytest.mark.parametrize(
    ("spec", "scheme"),
    [
        (
            "{selector: {istio: cluster-local-gateway}, servers: [{port: {protocol: HTTP}, hosts: ['*']}]}",
            "internal",
        ),
        (
            "{selector: {istio: ingressgateway}, servers: [{port: {protocol: HTTP}, hosts: ['*.svc.cluster.local']}]}",
            "internal",
        ),
        ("{selector: {istio: ingressgateway}, servers: [{port: {protocol: HTTP}, hosts: ['*']}]}", None),
    ],
)
def test_scheme_of_an_istio_gateway(spec: str, scheme: object) -> None:
    assert of("networking.istio.io/v1", "Gateway", f"spec: {spec}").get("scheme") == scheme


def test_alerts_say_what_they_watch() -> None:
    rule = "spec: {groups: [{rules: [{alert: Slow, expr: 'histogram_quantile(0.95, latency_bucket) > 1'}, {record: x}]}]}"
    found = of("monitoring.coreos.com/v1", "PrometheusRule", rule)
    assert (found["alerts"], found["metric_class"], found["statistic"]) == (["Slow"], "latency", "percentile")


def test_roles_with_everything_are_told() -> None:
    wide = of(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "rules: [{verbs: ['*'], resources: ['*'], apiGroups: ['*']}]",
    )
    assert wide["wildcard"] is True
    narrow = of("rbac.authorization.k8s.io/v1", "ClusterRole", "rules: [{verbs: [get], resources: [pods]}]")
    assert (narrow["wildcard"], narrow["grants"]) == (False, ["get pods"])


VOCABULARY = yaml.safe_load(files("mlarchlint.data").joinpath("vocabulary.yaml").read_text("utf-8"))
CHECKED = [(v, k, s) for v, k, s in WORKLOADS] + [
    ("v1", "Service", "{type: LoadBalancer, ports: [{port: 80}]}"),
    ("networking.k8s.io/v1", "Ingress", "{}"),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "{maxReplicas: 2}"),
    ("karpenter.sh/v1", "NodePool", "{limits: {cpu: 5}, disruption: {consolidationPolicy: x}}"),
    ("v1", "PersistentVolume", "{capacity: {storage: 1Gi}}"),
    ("networking.k8s.io/v1", "NetworkPolicy", "{}"),
    ("v1", "ServiceAccount", "{}"),
    ("v1", "PersistentVolumeClaim", "{accessModes: [ReadWriteMany]}"),
    ("monitoring.coreos.com/v1", "PrometheusRule", "{groups: [{rules: [{alert: a, expr: cpu}]}]}"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "{}"),
    ("networking.istio.io/v1", "VirtualService", "{http: [{timeout: 5s, retries: {attempts: 2}}]}"),
    ("security.istio.io/v1", "PeerAuthentication", "{mtls: {mode: STRICT}}"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "{}"),
    ("keda.sh/v1alpha1", "ScaledObject", "{}"),
    ("kueue.x-k8s.io/v1beta1", "LocalQueue", "{}"),
]


def allowed(kind: str) -> set[str]:
    form = VOCABULARY["kinds"][kind]
    names = set(form.get("traits", ())) | set(VOCABULARY["groups"]["common"])
    return names.union(*(VOCABULARY["groups"][group] for group in form.get("groups", ())))


@pytest.mark.parametrize(("version", "kind", "spec"), CHECKED, ids=[f"{v}-{k}" for v, k, _ in CHECKED])
def test_every_kind_has_an_entry_and_the_vocabulary_lists_its_traits(
    version: str, kind: str, spec: str
) -> None:
    text = made(version, kind, spec)
    entry = built_in_kinds().find("kubernetes", f"{version}/{kind}")
    assert entry is not None
    assert set(traits(text)) - allowed(kubernetes_kind(one(text), entry.kind)) == set()
