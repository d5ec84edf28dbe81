"""Every kind that is promised: its neutral kind, its pods wherever they are nested, and their links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mlarchlint.kinds import built_in_kinds
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.normalise import normalise
from tests.kubernetes.reading import read

SPEC = (
    "{serviceAccountName: runner, nodeSelector: {karpenter.sh/capacity-type: spot}, "
    "volumes: [{name: m, persistentVolumeClaim: {claimName: models}}], "
    "containers: [{name: main, image: IMAGE, ports: [{containerPort: 80}], readinessProbe: {httpGet: {path: /r, port: 80}}, "
    "volumeMounts: [{name: m, mountPath: /m}], resources: {requests: {cpu: 2, memory: 4Gi}, limits: {nvidia.com/gpu: 2}}}]}"
)
POD = f"{{metadata: {{labels: {{app: w}}}}, spec: {SPEC}}}"
RAY = "{headGroupSpec: {template: POD}, workerGroupSpecs: [{groupName: g, template: POD}]}"
AROUND = """\
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models}
spec: {storageClassName: fast, accessModes: [ReadWriteOnce]}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: ebs.csi.aws.com
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: spot}
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]
---
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: default}
spec: {}
---
apiVersion: v1
kind: Service
metadata: {name: front, labels: {app: w}}
spec: {selector: {app: w}, ports: [{port: 80}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: guard}
spec: {minAvailable: 1, selector: {matchLabels: {app: w}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: fence}
spec: {podSelector: {matchLabels: {app: w}}}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: watch}
spec: {selector: {matchLabels: {app: w}}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: look}
spec: {selector: {matchLabels: {app: w}}}
"""

# apiVersion, kind, spec, neutral kind
NESTED = [
    ("v1", "Pod", SPEC, "container_service"),
    ("v1", "ReplicationController", "{template: POD}", "container_service"),
    ("apps/v1", "Deployment", "{template: POD}", "container_service"),
    ("apps/v1", "StatefulSet", "{template: POD}", "container_service"),
    ("apps/v1", "DaemonSet", "{template: POD}", "container_service"),
    ("apps/v1", "ReplicaSet", "{template: POD}", "container_service"),
    ("batch/v1", "Job", "{template: POD}", "batch_job"),
    ("batch/v1", "CronJob", "{schedule: '@daily', jobTemplate: {spec: {template: POD}}}", "batch_job"),
    ("extensions/v1beta1", "DaemonSet", "{template: POD}", "container_service"),
    ("argoproj.io/v1alpha1", "Rollout", "{template: POD}", "container_service"),
    ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "{leaderWorkerTemplate: {workerTemplate: POD}}", "container_service"),
    ("jobset.x-k8s.io/v1alpha2", "JobSet", "{replicatedJobs: [{name: j, template: {spec: {template: POD}}}]}", "batch_job"),
    ("batch.volcano.sh/v1alpha1", "Job", "{tasks: [{name: t, template: POD}]}", "batch_job"),
    ("batch.volcano.sh/v1alpha1", "CronJob", "{schedule: '@daily', jobTemplate: {spec: {tasks: [{name: t, template: POD}]}}}",
     "batch_job"),
    ("flow.volcano.sh/v1alpha1", "JobTemplate", "{tasks: [{name: t, template: POD}]}", "container_template"),
    ("keda.sh/v1alpha1", "ScaledJob", "{jobTargetRef: {template: POD}}", "batch_job"),
    ("kubeflow.org/v1", "PyTorchJob", "{pytorchReplicaSpecs: {Worker: {template: POD}}}", "batch_job"),
    ("kubeflow.org/v1", "TFJob", "{tfReplicaSpecs: {Worker: {template: POD}}}", "batch_job"),
    ("kubeflow.org/v2beta1", "MPIJob", "{mpiReplicaSpecs: {Worker: {template: POD}}}", "batch_job"),
    ("kubeflow.org/v1", "JAXJob", "{jaxReplicaSpecs: {Worker: {template: POD}}}", "batch_job"),
    ("kubeflow.org/v1", "XGBoostJob", "{xgbReplicaSpecs: {Worker: {template: POD}}}", "batch_job"),
    ("kubeflow.org/v1beta1", "Experiment",
     "{trialTemplate: {trialSpec: {apiVersion: kubeflow.org/v1, kind: PyTorchJob, spec: {pytorchReplicaSpecs: {Worker: {template: POD}}}}}}",
     "batch_job"),
    ("kubeflow.org/v1", "Notebook", "{template: POD}", "notebook"),
    ("trainer.kubeflow.org/v1alpha1", "TrainingRuntime",
     "{template: {spec: {replicatedJobs: [{name: node, template: {spec: {template: POD}}}]}}}", "container_template"),
    ("ray.io/v1", "RayCluster", RAY, "training_cluster"),
    ("ray.io/v1", "RayJob", f"{{rayClusterSpec: {RAY}}}", "batch_job"),
    ("ray.io/v1", "RayService", f"{{rayClusterConfig: {RAY}}}", "model_endpoint"),
    ("machinelearning.seldon.io/v1", "SeldonDeployment", "{predictors: [{name: p, componentSpecs: [POD]}]}", "model_endpoint"),
    ("serving.knative.dev/v1", "Service", "{template: POD}", "serverless_container"),
]  # fmt: skip
# the operator labels these pods in its own way
BARE = [
    ("serving.kserve.io/v1beta1", "InferenceService", "{predictor: SPEC}", "model_endpoint"),
    ("serving.kserve.io/v1alpha1", "ServingRuntime", "SPEC", "container_template"),
    ("serving.kserve.io/v1alpha1", "ClusterServingRuntime", "SPEC", "container_template"),
    ("serving.kserve.io/v1alpha1", "LLMInferenceService", "{template: SPEC}", "model_endpoint"),
    ("serving.kserve.io/v1alpha2", "LLMInferenceServiceConfig", "{template: SPEC}", "container_template"),
]
WITH_PODS = [*NESTED, *BARE]
FILLED_IN = ("serving.kserve.io", "machinelearning.seldon.io")
# without pods of their own
OTHERS = [
    ("kueue.x-k8s.io/v1beta1", "ClusterQueue", "{}", "job_queue"),
    ("kueue.x-k8s.io/v1beta1", "LocalQueue", "{}", "job_queue"),
    ("karpenter.sh/v1", "NodePool", "{}", "compute_group"),
    ("karpenter.k8s.aws/v1", "EC2NodeClass", "{}", "compute_template"),
    ("eks.amazonaws.com/v1", "NodeClass", "{}", "compute_template"),
    ("keda.sh/v1alpha1", "ScaledObject", "{}", "autoscaler"),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "{}", "autoscaler"),
    ("policy/v1", "PodDisruptionBudget", "{}", "disruption_budget"),
    ("monitoring.coreos.com/v1", "ServiceMonitor", "{}", "metric_sink"),
    ("monitoring.coreos.com/v1", "PodMonitor", "{}", "metric_sink"),
    ("networking.istio.io/v1", "VirtualService", "{}", "url_map"),
    ("networking.istio.io/v1", "Gateway", "{}", "load_balancer"),
    ("gateway.networking.k8s.io/v1", "Gateway", "{}", "load_balancer"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", "{}", "url_map"),
    ("gateway.networking.k8s.io/v1", "GRPCRoute", "{}", "url_map"),
    ("networking.k8s.io/v1", "NetworkPolicy", "{}", "security_group"),
    ("networking.k8s.io/v1", "Ingress", "{}", "load_balancer"),
    ("storage.k8s.io/v1", "StorageClass", "{}", "storage_class"),
    ("v1", "PersistentVolumeClaim", "{}", "block_volume"),
    ("cert-manager.io/v1", "Certificate", "{}", "certificate"),
    ("cert-manager.io/v1", "Issuer", "{}", "other"),
    ("cert-manager.io/v1", "ClusterIssuer", "{}", "other"),
    ("trainer.kubeflow.org/v1alpha1", "TrainJob", "{}", "batch_job"),
    ("sparkoperator.k8s.io/v1beta2", "SparkApplication", "{}", "data_processor"),
    ("argoproj.io/v1alpha1", "Workflow", "{}", "orchestrator"),
    ("argoproj.io/v1alpha1", "CronWorkflow", "{}", "orchestrator"),
    ("v1", "Service", "{type: LoadBalancer}", "load_balancer"),
]  # fmt: skip


def manifest(version: str, kind: str, spec: str) -> str:
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w, labels: {{app: w}}}}\nspec: {spec}\n"
    return text.replace("POD", POD).replace("SPEC", SPEC)


def graph(text: str) -> ResourceGraph:
    return normalise(read(text).instances, built_in_kinds())


def ids(table: list[tuple[str, ...]]) -> Iterator[str]:
    return (f"{row[0]}-{row[1]}" for row in table)


def traits(version: str, kind: str, spec: str) -> dict[str, Any]:
    [node] = graph(manifest(version, kind, spec))
    return {name: value.plain() for name, value in node.attrs.items()} | {"kind of node": node.kind}


@pytest.mark.parametrize(("version", "kind", "spec", "neutral"), WITH_PODS, ids=ids(WITH_PODS))
def test_one_reading_of_pods_serves_every_workload(version: str, kind: str, spec: str, neutral: str) -> None:
    found = traits(version, kind, spec)
    assert {
        name: found.get(name)
        for name in (
            "kind of node", "images", "accelerator.count", "requests.cpu", "requests.memory_gib", "probes.readiness",
            "service_account", "mounts", "node_selector",
        )
    } == {
        "kind of node": neutral,
        "images": ["IMAGE"],
        "accelerator.count": 2,
        "requests.cpu": 2,
        "requests.memory_gib": 4,
        "probes.readiness": True,
        "service_account": "runner",
        "mounts": ["/m=pvc:models"],
        "node_selector": ["karpenter.sh/capacity-type=spot"],
    }  # fmt: skip


@pytest.mark.parametrize(("version", "kind", "spec", "neutral"), WITH_PODS, ids=ids(WITH_PODS))
def test_a_missing_probe_and_missing_requests_are_seen_in_every_workload(
    version: str, kind: str, spec: str, neutral: str
) -> None:
    full = manifest(version, kind, spec)
    bare = full.replace("readinessProbe: {httpGet: {path: /r, port: 80}}, ", "").replace(
        "requests: {cpu: 2, memory: 4Gi}, ", ""
    )
    [node] = graph(bare)
    readiness, complete = node["probes.readiness"], node["requests.complete"]
    # an operator may give its pods what is not written: then it is marked as a default
    assert readiness.default or readiness.raw is False
    assert complete.raw is False or (complete.default and version.partition("/")[0] in FILLED_IN)


@pytest.mark.parametrize(("version", "kind", "spec", "neutral"), WITH_PODS, ids=ids(WITH_PODS))
def test_the_pods_of_every_workload_are_linked(version: str, kind: str, spec: str, neutral: str) -> None:
    found = graph(manifest(version, kind, spec) + AROUND)
    own = next(n.key for n in found if n.name == "w" and n.type == f"{version}/{kind}")
    edges = {(e.source, e.relation.value, e.target) for e in found.edges}
    namespaced = not own.startswith("Cluster")
    assert (own, "placed_in", "NodePool/spot") in edges
    if namespaced:
        assert (own, "assumes", "ServiceAccount/default/runner") in edges
        assert (own, "reads", "PersistentVolumeClaim/default/models") in edges
    assert {
        ("PersistentVolumeClaim/default/models", "uses", "StorageClass/fast"),
        ("NodePool/spot", "uses", "EC2NodeClass/default"),
    } <= edges


@pytest.mark.parametrize(("version", "kind", "spec", "neutral"), NESTED, ids=ids(NESTED))
def test_selectors_find_the_pods_of_every_workload(version: str, kind: str, spec: str, neutral: str) -> None:
    found = graph(manifest(version, kind, spec) + AROUND)
    own = next(n.key for n in found if n.name == "w" and n.type == f"{version}/{kind}")
    edges = {(e.source, e.relation.value, e.target) for e in found.edges}
    assert {
        ("Service/default/front", "routes_to", own),
        ("PodDisruptionBudget/default/guard", "protects", own),
        ("NetworkPolicy/default/fence", "protects", own),
        ("PodMonitor/default/watch", "monitors", own),
        ("ServiceMonitor/default/look", "monitors", own),
        ("ServiceMonitor/default/look", "monitors", "Service/default/front"),
    } <= edges


@pytest.mark.parametrize(("version", "kind", "spec", "neutral"), OTHERS, ids=ids(OTHERS))
def test_the_neutral_kind_of_every_other_object(version: str, kind: str, spec: str, neutral: str) -> None:
    assert traits(version, kind, spec)["kind of node"] == neutral
