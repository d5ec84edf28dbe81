"""Edges between objects, each with the case that gives none."""

from __future__ import annotations

import pytest

from mlarchlint.model.resource import Format, Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import from_plain
from tests.kubernetes.reading import deployment, links, links_of, read_tree

API = deployment()
SVC = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: api}}\n"
DEPLOY, SERVICE = "Deployment/default/api", "Service/default/api"


def joined(*documents: str) -> str:
    return "---\n".join(documents)


def test_a_service_routes_to_the_pods_it_selects() -> None:
    assert links(joined(API, SVC)) == {(SERVICE, "routes_to", DEPLOY)}
    assert links(joined(API, SVC.replace("app: api", "app: other"))) == set()
    assert links(joined(API, SVC.replace("{app: api}", "{}"))) == set()


def test_a_selector_stays_in_its_namespace() -> None:
    assert links(joined(API, SVC.replace("{name: api}", "{name: api, namespace: other}"))) == set()


@pytest.mark.parametrize(
    ("backend", "version"),
    [
        ("{service: {name: api, port: {number: 80}}}", "networking.k8s.io/v1"),
        ("{serviceName: api, servicePort: 80}", "extensions/v1beta1"),
    ],
)
def test_an_ingress_routes_to_its_services(backend: str, version: str) -> None:
    ingress = (
        f"apiVersion: {version}\nkind: Ingress\nmetadata: {{name: web}}\n"
        f"spec: {{rules: [{{http: {{paths: [{{path: /, backend: {backend}}}]}}}}]}}\n"
    )
    assert ("Ingress/default/web", "routes_to", SERVICE) in links(joined(SVC, ingress))
    assert links(joined(SVC.replace("name: api", "name: b"), ingress)) == set()


def test_gateways_route_through_routes() -> None:
    text = joined(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw, namespace: infra}\nspec: {}\n",
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
        "spec: {parentRefs: [{name: gw, namespace: infra}], rules: [{backendRefs: [{name: api, port: 80}]}]}\n",
        SVC,
    )
    assert links(text) == {
        ("Gateway/infra/gw", "routes_to", "HTTPRoute/default/r"),
        ("HTTPRoute/default/r", "routes_to", SERVICE),
    }


def test_a_virtual_service_routes_from_gateway_to_host() -> None:
    text = joined(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: gw}\nspec: {}\n",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {gateways: [gw, mesh], "
        "http: [{route: [{destination: {host: api.default.svc.cluster.local}}]}]}\n",
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d}\nspec: {host: api}\n",
        SVC,
    )
    assert links(text) == {
        ("Gateway/default/gw", "routes_to", "VirtualService/default/v"),
        ("VirtualService/default/v", "routes_to", SERVICE),
        ("DestinationRule/default/d", "protects", SERVICE),
    }


def test_autoscalers_scale_what_they_name() -> None:
    hpa = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\n"
        "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: KIND, name: api}, maxReplicas: 5}\n"
    )
    keda = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: k}\nspec: {scaleTargetRef: {name: api}}\n"
    assert links(joined(API, hpa.replace("KIND", "Deployment"), keda)) == {
        ("HorizontalPodAutoscaler/default/h", "scales", DEPLOY),
        ("ScaledObject/default/k", "scales", DEPLOY),
    }
    assert links(joined(API, hpa.replace("KIND", "StatefulSet"))) == set()


@pytest.mark.parametrize(
    ("selector", "protects"),
    [
        ("{matchLabels: {app: api}}", True),
        ("{matchExpressions: [{key: app, operator: In, values: [api, b]}]}", True),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [api]}]}", False),
        ("{matchExpressions: [{key: app, operator: Exists}]}", True),
        ("{matchExpressions: [{key: tier, operator: DoesNotExist}]}", True),
        ("{matchExpressions: [{key: tier, operator: Exists}]}", False),
        ("{matchLabels: {app: api, tier: x}}", False),
        ("{}", True),
        ("{matchLabels: {app: '{{ x }}'}}", False),
    ],
)
def test_a_disruption_budget_protects_what_it_selects(selector: str, protects: bool) -> None:
    budget = f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: p}}\nspec: {{minAvailable: 1, selector: {selector}}}\n"
    found = links(joined(API, budget))
    assert found == ({("PodDisruptionBudget/default/p", "protects", DEPLOY)} if protects else set())


def test_a_network_policy_protects_the_pods_of_its_namespace() -> None:
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {}}\n"
    assert links(joined(API, policy)) == {("NetworkPolicy/default/n", "protects", DEPLOY)}


def test_monitors_see_services_and_the_pods_behind_them() -> None:
    labelled = SVC.replace("{name: api}", "{name: api, labels: {app: api}}")
    monitor = (
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m, namespace: monitoring}\n"
        "spec: {namespaceSelector: {matchNames: [default]}, selector: {matchLabels: {app: api}}}\n"
    )
    name = "ServiceMonitor/monitoring/m"
    assert {edge for edge in links(joined(API, labelled, monitor)) if edge[1] == "monitors"} == {
        (name, "monitors", SERVICE),
        (name, "monitors", DEPLOY),
    }
    own = monitor.replace("namespaceSelector: {matchNames: [default]}, ", "")
    assert not {edge for edge in links(joined(API, labelled, own)) if edge[1] == "monitors"}


def test_pods_read_claims_and_jobs_write_them() -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {storageClassName: fast}\n"
    fast = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\nprovisioner: x\n"
    mount = "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"
    job = (
        f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: j}}\nspec: {{template: {{spec: {{{mount}, containers: "
        "[{name: c, volumeMounts: [{name: d, mountPath: /d}]}]}}}\n"
    )
    found = links(joined(deployment(mount), claim, fast, job))
    volume = "PersistentVolumeClaim/default/data"
    assert found == {
        (DEPLOY, "reads", volume),
        ("Job/default/j", "reads", volume),
        ("Job/default/j", "writes", volume),
        (volume, "uses", "StorageClass/fast"),
    }
    read_only = job.replace("mountPath: /d", "mountPath: /d, readOnly: true")
    assert not {edge for edge in links(joined(claim, read_only)) if edge[1] == "writes"}


def test_pods_assume_their_service_account() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: server}\n"
    binding = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n"
        "roleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: ServiceAccount, name: server, namespace: default}]\n"
    )
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: []\n"
    assert links(joined(deployment("serviceAccountName: server"), account, binding, role)) == {
        (DEPLOY, "assumes", "ServiceAccount/default/server"),
        ("ClusterRoleBinding/b", "grants", "ServiceAccount/default/server"),
        ("ClusterRoleBinding/b", "uses", "ClusterRole/r"),
    }
    assert links(joined(API, account)) == set()


@pytest.mark.parametrize(
    ("container", "uses"),
    [
        ("env: [{name: REDIS_URL, value: 'redis://cache:6379/0'}]", True),
        ("env: [{name: REDIS_URL, value: 'redis://:pw@cache.default.svc:6379'}]", True),
        ("env: [{name: REDIS_HOST, value: cache}]", True),
        ("args: [--redis=cache:6379]", True),
        ("env: [{name: MODE, value: cache}]", False),
        ("env: [{name: REDIS_URL, value: 'redis://cache.other.svc:6379'}]", False),
        ("env: [{name: URL, value: 'https://example.com/cache'}]", False),
    ],
)
def test_workloads_use_the_services_that_they_name(container: str, uses: bool) -> None:
    cache = "apiVersion: v1\nkind: Service\nmetadata: {name: cache}\nspec: {}\n"
    found = links(joined(deployment("", container), cache))
    assert found == ({(DEPLOY, "uses", "Service/default/cache")} if uses else set())


def test_a_local_queue_uses_its_cluster_queue() -> None:
    text = joined(
        "apiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\nmetadata: {name: all}\nspec: {}\n",
        "apiVersion: kueue.x-k8s.io/v1beta1\nkind: LocalQueue\nmetadata: {name: team}\nspec: {clusterQueue: all}\n",
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, labels: {kueue.x-k8s.io/queue-name: team}}\n"
        "spec: {template: {spec: {containers: []}}}\n",
    )
    assert links(text) == {
        ("LocalQueue/default/team", "uses", "ClusterQueue/all"),
        ("Job/default/j", "uses", "LocalQueue/default/team"),
    }


# -- overlays ----------------------------------------------------------------------------


def test_overlays_link_in_their_own_tree() -> None:
    found = links_of(read_tree({f"{env}/all.yaml": joined(API, SVC) for env in ("dev", "prod")}))
    assert found == {
        (f"{env}/all.yaml:{SERVICE}", "routes_to", f"{env}/all.yaml:{DEPLOY}") for env in ("dev", "prod")
    }


def test_an_overlay_reaches_into_its_base_for_what_it_does_not_declare() -> None:
    hpa = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\n"
        "spec: {scaleTargetRef: {kind: Deployment, name: api}}\n"
    )
    found = links_of(read_tree({"app/base/a.yaml": API, "app/overlays/prod/h.yaml": hpa}))
    assert found == {("HorizontalPodAutoscaler/default/h", "scales", DEPLOY)}
    both = links_of(read_tree({"app/base/a.yaml": API, "app/prod/a.yaml": API, "app/prod/h.yaml": hpa}))
    assert both == {("HorizontalPodAutoscaler/default/h", "scales", f"app/prod/a.yaml:{DEPLOY}")}


def test_two_designs_with_one_label_stay_apart() -> None:
    other = deployment(name="other").replace("app: other", "app: api")
    found = links_of(read_tree({"a/all.yaml": joined(API, SVC), "b/all.yaml": other}))
    assert found == {(SERVICE, "routes_to", DEPLOY)}


def test_service_and_pods_may_lie_in_different_folders() -> None:
    found = links_of(read_tree({"services/api.yaml": SVC, "deployments/api.yaml": API}))
    assert found == {(SERVICE, "routes_to", DEPLOY)}


# -- placement ---------------------------------------------------------------------------


def eks(name: str, **body: object) -> Instance:
    span = SourceSpan("main.tf")
    values = {
        key: from_plain(value, span)
        for key, value in {"node_group_name": name, "cluster_name": "c", **body}.items()
    }
    return Instance(f"aws_eks_node_group.{name}", "aws_eks_node_group", name, Format.TERRAFORM, values, span)


def placed(spec: str, *groups: Instance, container: str = "") -> set[str]:
    return {
        target
        for _, relation, target in links(deployment(spec, container), *groups)
        if relation == "placed_in"
    }


def test_a_node_selector_places_pods_in_the_group_with_the_label() -> None:
    cpu, gpu = eks("cpu", labels={"pool": "cpu"}), eks("gpu", labels={"pool": "gpu"})
    assert placed("nodeSelector: {pool: gpu}", cpu, gpu) == {"aws_eks_node_group.gpu"}
    assert placed("nodeSelector: {pool: other}", cpu, gpu) == set()
    assert placed("nodeSelector: {eks.amazonaws.com/nodegroup: cpu}", cpu, gpu) == {"aws_eks_node_group.cpu"}


def test_capacity_types_that_the_cloud_labels_are_known() -> None:
    spot, steady = eks("spot", capacity_type="SPOT"), eks("steady")
    assert placed("nodeSelector: {eks.amazonaws.com/capacityType: SPOT}", spot, steady) == {
        "aws_eks_node_group.spot"
    }


def test_pods_that_ask_for_nothing_may_land_on_every_open_group() -> None:
    shut = eks("shut", taint=[{"key": "team", "value": "ml", "effect": "NO_SCHEDULE"}])
    assert placed("", eks("open"), shut) == {"aws_eks_node_group.open"}
    tolerant = "tolerations: [{key: team, operator: Equal, value: ml, effect: NoSchedule}]"
    assert placed(tolerant, eks("open"), shut) == {"aws_eks_node_group.open", "aws_eks_node_group.shut"}


def test_pods_of_another_design_are_not_placed_by_default() -> None:
    group = eks("pool")
    near = read_tree({"infra/k8s/a.yaml": API})
    far = read_tree({"examples/serving/vllm/a.yaml": API, "examples/other/b.yaml": SVC})
    here = Instance(group.address, group.type, "pool", group.format, group.body, SourceSpan("infra/main.tf"))
    there = Instance(
        group.address, group.type, "pool", group.format, group.body, SourceSpan("infra/aws/eks/main.tf")
    )
    assert ("Deployment/default/api", "placed_in", here.address) in links_of(near, here)
    assert not {edge for edge in links_of(far, there) if edge[1] == "placed_in"}


@pytest.mark.parametrize(
    ("manifests", "stacks", "found"),
    [
        ("k8s/base/a.yaml", ("infra/terraform/eks/main.tf",), True),
        ("deploy/services/ranker/a.yaml", ("infra/terraform/eks/main.tf",), True),
        ("examples/llm/a.yaml", ("infra/terraform/eks/main.tf",), False),
        ("k8s/base/a.yaml", ("infra/terraform/test-cluster/main.tf",), False),
        ("k8s/base/a.yaml", ("infra/terraform/dev/main.tf", "infra/terraform/prod/main.tf"), False),
    ],
)
def test_the_one_cluster_of_a_repository_takes_its_manifests(
    manifests: str, stacks: tuple[str, ...], found: bool
) -> None:
    groups = [
        Instance("aws_eks_node_group.pool", "aws_eks_node_group", "pool", Format.TERRAFORM, eks("pool").body,
                 SourceSpan(stack), scope=stack.rpartition("/")[0])
        for stack in stacks
    ]  # fmt: skip
    tree = read_tree({manifests: API, "other/thing/b.yaml": SVC})
    edges = {edge for edge in links_of(tree, *groups) if edge[1] == "placed_in"}
    assert bool(edges) is found


def test_of_two_designs_with_one_node_label_the_nearest_counts() -> None:
    body = eks("pool", labels={"pool": "gpu"}).body
    one, two = (
        Instance(
            f"aws_eks_node_group.{name}",
            "aws_eks_node_group",
            name,
            Format.TERRAFORM,
            body,
            SourceSpan(f"{name}/main.tf"),
        )
        for name in ("one", "two")
    )
    found = links_of(read_tree({"one/k8s/a.yaml": deployment("nodeSelector: {pool: gpu}")}), one, two)
    assert found == {(DEPLOY, "placed_in", "aws_eks_node_group.one")}


@pytest.mark.parametrize(
    ("manifests", "selector", "found"),
    [
        ("llm/serving/a.yaml", "{eks.amazonaws.com/capacityType: SPOT}", False),
        ("llm/serving/a.yaml", "{eks.amazonaws.com/nodegroup: pool}", True),
        ("llm/serving/a.yaml", "{team: vision}", True),
        ("demos/vision/k8s/a.yaml", "{eks.amazonaws.com/capacityType: SPOT}", True),
        ("batch/queue/a.yaml", "{eks.amazonaws.com/capacityType: SPOT}", True),
    ],
)
def test_a_label_that_any_cloud_gives_joins_no_designs(manifests: str, selector: str, found: bool) -> None:
    body = eks("pool", capacity_type="SPOT", labels={"team": "vision"}).body
    groups = [
        Instance("aws_eks_node_group.pool", "aws_eks_node_group", "pool", Format.TERRAFORM, body,
                 SourceSpan(f"{stack}/main.tf"), scope=stack)
        for stack in ("demos/vision/infra/eks", "batch/queue/eks")
    ]  # fmt: skip
    tree = read_tree({manifests: deployment(f"nodeSelector: {selector}"), "networking/b.yaml": SVC})
    assert bool({edge for edge in links_of(tree, *groups) if edge[1] == "placed_in"}) is found


def test_with_two_clusters_nothing_is_guessed() -> None:
    assert placed("", eks("a", cluster_name="one"), eks("b", cluster_name="two")) == set()


def test_pods_with_accelerators_go_where_accelerators_are() -> None:
    cpu, gpu = eks("cpu", instance_types=["m5.large"]), eks("gpu", instance_types=["g5.xlarge"])
    asks = "resources: {limits: {nvidia.com/gpu: 1}}"
    assert placed("", cpu, gpu, container=asks) == {"aws_eks_node_group.gpu"}
    assert placed("", cpu, gpu) == {"aws_eks_node_group.cpu"}


def test_a_pool_with_and_without_accelerators_takes_plain_pods() -> None:
    pool = (
        "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: p}\nspec: {template: {spec: {requirements: "
        "[{key: karpenter.k8s.aws/instance-category, operator: In, values: [CATEGORIES]}]}}}\n"
    )
    edge = (DEPLOY, "placed_in", "NodePool/p")
    assert edge in links(joined(API, pool.replace("CATEGORIES", "c, g")), eks("own"))
    assert edge not in links(joined(API, pool.replace("CATEGORIES", "g, p")))


def test_karpenter_pools_are_node_groups() -> None:
    pool = (
        "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: spot}\nspec: {template: {spec: {requirements: "
        "[{key: karpenter.sh/capacity-type, operator: In, values: [spot]}], nodeClassRef: {name: default}}}}\n"
    )
    edge = (DEPLOY, "placed_in", "NodePool/spot")
    assert edge in links(joined(deployment("nodeSelector: {karpenter.sh/capacity-type: spot}"), pool))
    assert edge not in links(
        joined(deployment("nodeSelector: {karpenter.sh/capacity-type: on-demand}"), pool)
    )


def test_five_thousand_objects_are_linked_at_once() -> None:
    import time

    names = [f"svc-{number}" for number in range(1250)]
    documents = [
        text
        for name in names
        for text in (
            deployment(name=name),
            SVC.replace("name: api", f"name: {name}").replace("app: api", f"app: {name}"),
            f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}}}\nspec: {{selector: {{matchLabels: {{app: {name}}}}}}}\n",
            f"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: {name}}}\nspec: {{scaleTargetRef: {{kind: Deployment, name: {name}}}}}\n",
        )
    ]  # fmt: skip
    evaluation = read_tree({"all.yaml": joined(*documents)})
    assert len(evaluation.instances) == 5000
    start = time.perf_counter()
    found = links_of(evaluation)
    assert len(found) == 3 * 1250
    assert time.perf_counter() - start < 5  # about 0.3 s; a quadratic one takes minutes


DEFAULT_CLASS = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: gp3, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: ebs.csi.aws.com
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: slow}
provisioner: ebs.csi.aws.com
---
"""
CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: "


@pytest.mark.parametrize(
    ("spec", "target"),
    [
        ("{accessModes: [ReadWriteOnce]}", "StorageClass/gp3"),
        ("{storageClassName: slow}", "StorageClass/slow"),
        ("{storageClassName: ''}", None),
        ("{volumeName: pv}", None),
        ("{storageClassName: away}", None),
    ],
)
def test_a_claim_uses_the_class_that_it_names_or_the_default(spec: str, target: str | None) -> None:
    found = links(DEFAULT_CLASS + CLAIM + spec)
    assert found == ({("PersistentVolumeClaim/default/c", "uses", target)} if target else set())


def test_a_stateful_set_uses_the_default_class() -> None:
    found = links(
        DEFAULT_CLASS + "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\n"
        "spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce]}}]}\n"
    )
    assert found == {("StatefulSet/default/s", "uses", "StorageClass/gp3")}


CERTIFICATE = """\
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: c}
spec: {secretName: tls, issuerRef: {name: le, kind: ClusterIssuer}}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: le}
spec: {acme: {}}
"""


@pytest.mark.parametrize(
    "entry",
    [
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: e}\nspec: {tls: [{secretName: tls}]}\n",
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: e}\n"
        "spec: {listeners: [{protocol: HTTPS, tls: {certificateRefs: [{name: tls}]}}]}\n",
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: e}\n"
        "spec: {servers: [{tls: {credentialName: tls}}]}\n",
    ],
    ids=["ingress", "gateway", "istio"],
)
def test_an_entry_uses_the_certificate_that_fills_its_secret(entry: str) -> None:
    found = links(entry + CERTIFICATE)
    assert {(source.partition("/")[0], target) for source, _, target in found} == {
        (entry.partition("kind: ")[2].partition("\n")[0], "Certificate/default/c"),
        ("Certificate", "ClusterIssuer/le"),
    }


def test_a_ray_job_uses_the_cluster_that_it_selects() -> None:
    found = links(
        "apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: j}\nspec: {clusterSelector: {ray.io/cluster: c}}\n"
        "---\napiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: c}\nspec: {}\n"
    )
    assert found == {("RayJob/default/j", "uses", "RayCluster/default/c")}


KAFKA = "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nmetadata: {name: events}\nspec: {kafka: {}}\n"


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("events-kafka-bootstrap:9093", True),
        ("events-kafka-brokers.default.svc:9093", True),
        ("other-kafka-bootstrap:9093", False),
    ],
)
def test_brokers_are_known_by_the_services_that_their_operator_makes(host: str, found: bool) -> None:
    reader = deployment(containers=f"env: [{{name: KAFKA, value: '{host}'}}]")
    assert ((DEPLOY, "uses", "Kafka/default/events") in links(joined(reader, KAFKA))) is found
