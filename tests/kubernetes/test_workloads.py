"""Where operators nest their pods, and what their controllers say."""

from __future__ import annotations

from typing import Any

import pytest

from mlarchlint.frontends.kubernetes.templates import pod_template
from tests.kubernetes.reading import deployment, one, traits

POD = "{spec: {containers: [{name: c, image: IMAGE, ports: [{containerPort: 80}]}]}}"
SPEC = "{containers: [{name: c, image: IMAGE, ports: [{containerPort: 80}]}]}"


def made(version: str, kind: str, spec: str) -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w}}\nspec: {spec}\n".replace(
        "POD", POD
    ).replace("SPEC", SPEC)


WORKLOADS = [
    ("apps/v1", "Deployment", "{template: POD}"),
    ("apps/v1", "StatefulSet", "{template: POD}"),
    ("apps/v1", "DaemonSet", "{template: POD}"),
    ("apps/v1", "ReplicaSet", "{template: POD}"),
    ("v1", "Pod", SPEC),
    ("batch/v1", "Job", "{template: POD}"),
    ("batch/v1", "CronJob", "{schedule: '* * * * *', jobTemplate: {spec: {template: POD}}}"),
    ("argoproj.io/v1alpha1", "Rollout", "{template: POD}"),
    ("serving.kserve.io/v1beta1", "InferenceService", "{predictor: SPEC}"),
    ("serving.kserve.io/v1beta1", "InferenceService", "{predictor: {model: {image: IMAGE, modelFormat: {name: onnx}}}}"),
    ("serving.kserve.io/v1alpha1", "ServingRuntime", SPEC),
    ("serving.kserve.io/v1alpha1", "ClusterServingRuntime", SPEC),
    ("serving.kserve.io/v1alpha1", "LLMInferenceService", "{template: SPEC}"),
    ("kubeflow.org/v1", "PyTorchJob", "{pytorchReplicaSpecs: {Worker: {template: POD}}}"),
    ("kubeflow.org/v1", "TFJob", "{tfReplicaSpecs: {Worker: {template: POD}}}"),
    ("kubeflow.org/v2beta1", "MPIJob", "{mpiReplicaSpecs: {Worker: {template: POD}}}"),
    ("kubeflow.org/v1", "XGBoostJob", "{xgbReplicaSpecs: {Worker: {template: POD}}}"),
    ("kubeflow.org/v1", "PaddleJob", "{paddleReplicaSpecs: {Worker: {template: POD}}}"),
    ("trainer.kubeflow.org/v1alpha1", "TrainJob", "{trainer: {image: IMAGE, numNodes: 2}}"),
    ("kubeflow.org/v1", "Notebook", "{template: POD}"),
    ("ray.io/v1", "RayCluster", "{headGroupSpec: {template: POD}}"),
    ("ray.io/v1", "RayJob", "{rayClusterSpec: {workerGroupSpecs: [{groupName: g, template: POD}]}}"),
    ("ray.io/v1", "RayService", "{rayClusterConfig: {headGroupSpec: {template: POD}}}"),
    ("batch.volcano.sh/v1alpha1", "Job", "{tasks: [{name: t, template: POD}]}"),
    ("jobset.x-k8s.io/v1alpha2", "JobSet", "{replicatedJobs: [{name: j, template: {spec: {template: POD}}}]}"),
    ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "{leaderWorkerTemplate: {workerTemplate: POD}}"),
    ("sparkoperator.k8s.io/v1beta2", "SparkApplication", "{image: IMAGE, driver: {cores: 1}, executor: {cores: 2}}"),
    ("spark.apache.org/v1", "SparkApplication", "{sparkConf: {spark.kubernetes.container.image: IMAGE}}"),
    ("spark.apache.org/v1", "SparkApplication", "{executorSpec: {podTemplateSpec: POD}}"),
    ("argoproj.io/v1alpha1", "Workflow", "{templates: [{name: t, container: {image: IMAGE}}]}"),
    ("argoproj.io/v1alpha1", "CronWorkflow", "{schedule: '* * * * *', workflowSpec: {templates: [{name: t, script: {image: IMAGE}}]}}"),
    ("machinelearning.seldon.io/v1", "SeldonDeployment", "{predictors: [{componentSpecs: [POD]}]}"),
    ("serving.knative.dev/v1", "Service", "{template: POD}"),
    ("ray.io/v1", "RayCronJob", "{schedule: '@daily', jobTemplate: {rayClusterSpec: {headGroupSpec: {template: POD}}}}"),
    ("apps.nvidia.com/v1alpha1", "NIMService", "{image: {repository: IMAGE}, resources: {limits: {nvidia.com/gpu: 1}}}"),
    ("production-stack.vllm.ai/v1alpha1", "VLLMRuntime", "{image: {name: IMAGE}, resources: {cpu: '1', gpu: '1'}}"),
    ("kubeai.org/v1", "Model", "{image: IMAGE, url: 'hf://a/b', engine: VLLM}"),
    ("kubeflow.org/v1beta1", "Experiment",
     "{trialTemplate: {trialSpec: {apiVersion: batch/v1, kind: Job, spec: {template: POD}}}}"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "kind", "spec"), WORKLOADS, ids=[f"{v}-{k}" for v, k, _ in WORKLOADS])
def test_the_pods_of_every_workload_are_found(version: str, kind: str, spec: str) -> None:
    assert "IMAGE" in traits(made(version, kind, spec))["images"]


@pytest.mark.parametrize(
    ("version", "kind"), [("v1", "Service"), ("example.com/v1", "Deployment"), ("v1", "ConfigMap")]
)
def test_other_objects_have_no_pods(version: str, kind: str) -> None:
    instance = one(made(version, kind, "{template: POD}"))
    assert pod_template(instance) == []
    assert "images" not in traits(made(version, kind, "{template: POD}"))


def of(version: str, kind: str, spec: str) -> dict[str, Any]:
    return traits(made(version, kind, spec))


def test_replicas_and_strategy_of_a_deployment() -> None:
    plain = traits(deployment())
    assert (plain["replicas"], plain["strategy"], plain["update.max_unavailable"]) == (1, "rolling", "25%")
    found = traits(deployment(extra="replicas: 3\nstrategy: {type: Recreate}"))
    assert (found["replicas"], found["strategy"]) == (3, "recreate")
    assert "update.max_unavailable" not in found


def test_a_daemon_set_has_no_replicas() -> None:
    assert "replicas" not in of("apps/v1", "DaemonSet", "{template: POD}")


def test_limits_of_a_job() -> None:
    plain = of("batch/v1", "Job", "{template: POD}")
    assert (plain["nodes"], plain["retries"]) == (1, 6)
    assert "max_runtime_s" not in plain
    found = of(
        "batch/v1", "Job", "{parallelism: 4, backoffLimit: 0, activeDeadlineSeconds: 60, template: POD}"
    )
    assert (found["nodes"], found["retries"], found["max_runtime_s"]) == (4, 0, 60)


def test_a_cron_job_has_a_schedule() -> None:
    found = of(
        "batch/v1",
        "CronJob",
        "{schedule: '0 2 * * *', jobTemplate: {spec: {backoffLimit: 2, template: POD}}}",
    )
    assert (found["schedule"], found["retries"]) == ("0 2 * * *", 2)


def test_an_inference_service() -> None:
    plain = of(
        "serving.kserve.io/v1beta1", "InferenceService", "{predictor: {sklearn: {storageUri: 's3://b/m'}}}"
    )
    assert (plain["min_count"], plain["uri"], plain["format"]) == (1, "s3://b/m", "sklearn")
    assert plain["data_capture.enabled"] is False
    assert plain["requests.complete"] is True  # KServe gives defaults
    assert "probes.liveness" not in plain  # the runtime declares them
    assert "max_count" not in plain
    found = of(
        "serving.kserve.io/v1beta1",
        "InferenceService",
        "{predictor: {minReplicas: 2, maxReplicas: 5, canaryTrafficPercent: 10, logger: {mode: all}, containers: "
        "[{image: IMAGE}]}}",
    )
    assert (found["min_count"], found["max_count"], found["deployment.canary_pct"]) == (2, 5, 10)
    assert found["deployment.type"] == "canary"
    assert found["data_capture.enabled"] is True
    assert (found["probes.readiness"], found["probes.liveness"]) == (True, False)


def test_workers_of_a_pytorch_job() -> None:
    found = of(
        "kubeflow.org/v1",
        "PyTorchJob",
        "{runPolicy: {backoffLimit: 3, schedulingPolicy: {queue: gpu}}, pytorchReplicaSpecs: {Master: {template: POD},"
        " Worker: {replicas: 3, restartPolicy: OnFailure, template: POD}}}",
    )
    assert (found["nodes"], found["retries"], found["restart_policy"]) == (4, 3, "OnFailure")
    assert (found["queue"], found["gang"]) == ("gpu", True)


def test_an_mpi_launcher_is_no_node() -> None:
    found = of(
        "kubeflow.org/v2beta1",
        "MPIJob",
        "{mpiReplicaSpecs: {Launcher: {replicas: 1, template: POD}, Worker: {replicas: 2, template: POD}}}",
    )
    assert found["nodes"] == 2
    assert "gang" not in found


def test_ray_counts_its_workers() -> None:
    groups = "workerGroupSpecs: [{replicas: 2, minReplicas: 1, maxReplicas: 8, groupName: g, template: POD}]"
    fixed = of("ray.io/v1", "RayCluster", f"{{headGroupSpec: {{template: POD}}, {groups}}}")
    assert (fixed["min_nodes"], fixed["max_nodes"], fixed["probes.readiness"]) == (2, 2, True)
    scaled = of(
        "ray.io/v1",
        "RayCluster",
        f"{{enableInTreeAutoscaling: true, headGroupSpec: {{template: POD}}, {groups}}}",
    )
    assert (scaled["min_nodes"], scaled["max_nodes"]) == (1, 8)
    job = of("ray.io/v1", "RayJob", f"{{entrypoint: python train.py, rayClusterSpec: {{{groups}}}}}")
    assert (job["nodes"], job["retries"], job["shutdown_after_finish"]) == (2, 0, False)
    assert job["commands"] == ["python train.py"]
    alone = of("ray.io/v1", "RayService", "{rayClusterConfig: {headGroupSpec: {template: POD}}}")
    assert alone["min_count"] == 1


def test_the_hosts_of_a_slice_serve_as_one_replica() -> None:
    group = "{groupName: tpu, replicas: 1, minReplicas: 1, maxReplicas: 3, numOfHosts: 4, template: POD}"
    spec = f"{{rayClusterConfig: {{enableInTreeAutoscaling: SCALED, workerGroupSpecs: [{group}]}}}}"
    fixed = of("ray.io/v1", "RayService", spec.replace("SCALED", "false"))
    assert (fixed["min_count"], fixed["max_count"], fixed["group_size"]) == (1, 1, 4)
    scaled = of("ray.io/v1", "RayService", spec.replace("SCALED", "true"))
    assert (scaled["min_count"], scaled["max_count"], scaled["group_size"]) == (1, 3, 4)
    job = of(
        "ray.io/v1", "RayJob", spec.replace("rayClusterConfig", "rayClusterSpec").replace("SCALED", "false")
    )
    assert job["nodes"] == 4


def test_the_largest_pod_decides_the_requests() -> None:
    head = "{spec: {containers: [{image: a, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}"
    worker = (
        "{spec: {containers: [{image: b, resources: {limits: {nvidia.com/gpu: 8, cpu: 90, memory: 900Gi}}}]}}"
    )
    found = of(
        "ray.io/v1",
        "RayCluster",
        f"{{headGroupSpec: {{template: {head}}}, workerGroupSpecs: [{{template: {worker}}}]}}",
    )
    assert (found["requests.cpu"], found["accelerator.count"]) == (90, 8)


def test_the_leader_answers_for_its_group() -> None:
    leader = "{spec: {containers: [{image: a, ports: [{containerPort: 80}], readinessProbe: {tcpSocket: {port: 80}}}]}}"
    worker = "{spec: {containers: [{image: b}]}}"
    found = of(
        "leaderworkerset.x-k8s.io/v1",
        "LeaderWorkerSet",
        f"{{replicas: 2, leaderWorkerTemplate: {{size: 4, leaderTemplate: {leader}, workerTemplate: {worker}}}}}",
    )
    assert (found["probes.readiness"], found["replicas"], found["group_size"]) == (True, 2, 4)


def test_described_servers_ask_for_accelerators() -> None:
    nim = of(
        "apps.nvidia.com/v1alpha1",
        "NIMService",
        "{image: {repository: r, tag: '1'}, replicas: 2, resources: {limits: {nvidia.com/gpu: 2}}}",
    )
    assert (nim["images"], nim["min_count"], nim["accelerator.count"]) == (["r:1"], 2, 2)
    vllm = of(
        "production-stack.vllm.ai/v1alpha1",
        "VLLMRuntime",
        "{image: {registry: docker.io, name: 'v:1'}, resources: {cpu: '8', gpu: '1'}}",
    )
    assert (vllm["images"], vllm["min_count"], vllm["requests.gpu"]) == (["docker.io/v:1"], 1, 1)


def test_a_model_of_kubeai_scales_from_nothing_unless_it_says_otherwise() -> None:
    spec = "{url: 'hf://a/b', env: {A: '1'}, resourceProfile: 'nvidia-gpu-l4:2', maxReplicas: 5, MORE}"
    scaled = of("kubeai.org/v1", "Model", spec.replace("MORE", "targetRequests: 10"))
    assert (scaled["min_count"], scaled["max_count"], scaled["requests.gpu"]) == (0, 5, 2)
    assert (scaled["env_names"], scaled["uri"]) == (["A"], "hf://a/b")
    fixed = of("kubeai.org/v1", "Model", spec.replace("MORE", "autoscalingDisabled: true, replicas: 3"))
    assert (fixed["min_count"], fixed["max_count"]) == (3, 3)


def test_each_part_mounts_its_own_volumes() -> None:
    part = "{spec: {volumes: [{name: NAME, emptyDir: {}}], containers: [{name: c, volumeMounts: [{name: NAME, mountPath: /NAME}]}]}}"
    tasks = ", ".join(f"{{name: {n}, template: {part.replace('NAME', n)}}}" for n in ("one", "two"))
    found = of("batch.volcano.sh/v1alpha1", "Job", f"{{tasks: [{tasks}]}}")
    assert found["mounts"] == ["/one=emptyDir:one", "/two=emptyDir:two"]


def test_the_operator_of_spark_itself_reads_the_configuration_of_spark() -> None:
    conf = "spark.executor.instances: '5', spark.dynamicAllocation.enabled: 'ENABLED', spark.dynamicAllocation.maxExecutors: '9'"
    spec = f"{{pyFiles: 'local:///job.py', sparkConf: {{{conf}}}, applicationTolerations: {{restartConfig: {{RESTART}}}}}}"
    about = ("spark.apache.org/v1", "SparkApplication")
    fixed = of(*about, spec.replace("ENABLED", "false").replace("RESTART", ""))
    assert (fixed["workers.min"], fixed["workers.max"], fixed["autoscale"], fixed["retries"]) == (
        "5",
        "5",
        False,
        0,
    )
    assert fixed["commands"] == ["spark-submit local:///job.py"]
    scaled = of(*about, spec.replace("ENABLED", "true").replace("RESTART", "restartPolicy: OnFailure"))
    assert (scaled["workers.min"], scaled["workers.max"], scaled["autoscale"], scaled["retries"]) == (
        0,
        "9",
        True,
        3,
    )


def test_spark_reads_its_own_words() -> None:
    found = of(
        "sparkoperator.k8s.io/v1beta2",
        "SparkApplication",
        "{image: IMAGE, mainApplicationFile: 'local:///job.py', arguments: [--day, today], driver: {cores: 1}, "
        "executor: {cores: 4, instances: 3, memory: 8g}}",
    )
    assert (found["workers.min"], found["workers.max"], found["autoscale"]) == (3, 3, False)
    assert (found["requests.cpu"], found["requests.memory_gib"]) == (4, 8)
    assert found["commands"] == ["spark-submit local:///job.py --day today"]


def test_workflow_steps_with_placeholders_are_unknown() -> None:
    instance = made("argoproj.io/v1alpha1", "Workflow",
                    "{nodeSelector: {karpenter.sh/capacity-type: spot}, templates: [{name: t, retryStrategy: {limit: 3},"
                    " container: {image: '{{workflow.parameters.image}}'}}]}")  # fmt: skip
    found = traits(instance)
    assert found["images"] == [
        {"$unknown": "the placeholder '{{workflow.parameters.image}}' is not filled in"}
    ]
    assert (found["retries"], found["spot"]) == (3, "all")


def test_knative_scale_bounds() -> None:
    plain = of("serving.knative.dev/v1", "Service", "{template: POD}")
    assert plain["min_count"] == 0
    template = "{metadata: {annotations: {autoscaling.knative.dev/min-scale: '2'}}, spec: SPEC}"
    assert of("serving.knative.dev/v1", "Service", f"{{template: {template}}}")["min_count"] == 2


def test_a_trial_is_what_an_experiment_runs() -> None:
    found = of(
        "kubeflow.org/v1beta1",
        "Experiment",
        "{parallelTrialCount: 4, maxTrialCount: 20, trialTemplate: {trialSpec: {apiVersion: kubeflow.org/v1, "
        "kind: PyTorchJob, spec: {pytorchReplicaSpecs: {Worker: {replicas: 2, template: POD}}}}}}",
    )
    assert (found["tuning"], found["parallel_jobs"], found["max_jobs"], found["nodes"]) == (True, 4, 20, 2)


@pytest.mark.parametrize(("label", "gang"), [("kueue.x-k8s.io/queue-name: q", True), ("team: a", None)])
def test_a_queue_label_admits_all_or_nothing(label: str, gang: object) -> None:
    text = made("batch/v1", "Job", "{template: POD}").replace(
        "{name: w}", f"{{name: w, labels: {{{label}}}}}"
    )
    assert traits(text).get("gang") == gang


@pytest.mark.parametrize("text", ["env_vars: {NUM_TRIALS: '4'}", "{'env_vars': {'NUM_TRIALS': 4}}"])
def test_variables_of_a_ray_job_count_wherever_they_stand(text: str) -> None:
    spec = f'{{runtimeEnvYAML: "{text}", rayClusterSpec: {{headGroupSpec: {{template: POD}}}}}}'
    assert "NUM_TRIALS" in of("ray.io/v1", "RayJob", spec)["env_names"]


@pytest.mark.parametrize("text", ["- a", "{broken", "env_vars: 3", "''"])
def test_a_runtime_environment_that_is_none_says_nothing(text: str) -> None:
    spec = f'{{runtimeEnvYAML: "{text}", rayClusterSpec: {{headGroupSpec: {{template: POD}}}}}}'
    assert "NUM_TRIALS" not in of("ray.io/v1", "RayJob", spec).get("env_names", [])
