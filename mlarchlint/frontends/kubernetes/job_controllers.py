"""What the operators of jobs say: how many nodes, how often again, how long."""

from __future__ import annotations

from mlarchlint.frontends.kubernetes.counts import or_default, sum_of, times
from mlarchlint.frontends.kubernetes.framework_pods import argo_spec, spark_spec
from mlarchlint.frontends.kubernetes.paths import at, each, field
from mlarchlint.frontends.kubernetes.templates import PodTemplate
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

Traits = dict[str, Value]


def job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    return _job_spec(instance.get("spec"), templates)


def _job_spec(spec: Value, templates: list[PodTemplate]) -> Traits:
    return {
        "nodes": or_default(spec.get("parallelism"), 1, spec),
        "retries": or_default(spec.get("backoffLimit"), 6, spec),
        "max_runtime_s": _deadline(spec.get("activeDeadlineSeconds"), templates),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
    }


def _deadline(own: Value, templates: list[PodTemplate]) -> Value:
    """Of the job; pods may have one of their own, after which they fail."""
    ends = (template.spec.get("activeDeadlineSeconds") for template in templates)
    return own if not own.is_absent else next((end for end in ends if not end.is_absent), own)


def cron_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {
        **_job_spec(at(spec, "jobTemplate.spec"), templates),
        "schedule": spec.get("schedule"),
        "suspended": or_default(spec.get("suspend"), False, spec),
        "concurrency_policy": or_default(spec.get("concurrencyPolicy"), "Allow", spec),
    }


def scaled_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """One Job for every so many events: https://keda.sh/docs/latest/reference/scaledjob-spec/"""
    return _job_spec(field(instance, "spec.jobTargetRef"), templates)


def kubeflow_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://www.kubeflow.org/docs/components/trainer/legacy-v1/reference/ (RunPolicy)"""
    spec = instance.get("spec")
    policy = spec.get("runPolicy")
    working = [t for t in templates if t.hint != "control"]
    restarts = [
        holder.get("restartPolicy")
        for name in ("pytorchReplicaSpecs", "tfReplicaSpecs", "mpiReplicaSpecs", "xgbReplicaSpecs",
                     "paddleReplicaSpecs", "mxReplicaSpecs", "jaxReplicaSpecs")
        for _, holder in each(spec, f"{name}{{}}")
        if not holder.get("restartPolicy").is_absent
    ]  # fmt: skip
    return {
        "nodes": sum_of([or_default(t.replicas, 1, t.spec) for t in working], spec),
        "retries": policy.get("backoffLimit"),
        "max_runtime_s": _deadline(policy.get("activeDeadlineSeconds"), templates),
        "ttl_after_finished_s": policy.get("ttlSecondsAfterFinished"),
        "restart_policy": restarts[0] if restarts else Value.absent(spec.span),
    }


def train_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = instance.get("spec")
    return {
        "nodes": at(spec, "trainer.numNodes"),
        "max_runtime_s": spec.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
    }


def volcano_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://volcano.sh/en/docs/vcjob/"""
    return _volcano(instance.get("spec"), templates)


def volcano_cron_job(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://github.com/volcano-sh/volcano/blob/master/docs/design/cronvcjob.md"""
    spec = instance.get("spec")
    return {
        **_volcano(at(spec, "jobTemplate.spec"), templates),
        "schedule": spec.get("schedule"),
        "suspended": or_default(spec.get("suspend"), False, spec),
        "concurrency_policy": or_default(spec.get("concurrencyPolicy"), "Allow", spec),
    }


def _volcano(spec: Value, templates: list[PodTemplate]) -> Traits:
    working = [t for t in templates if t.hint != "control"]
    return {
        "nodes": sum_of([or_default(t.replicas, 1, t.spec) for t in working], spec),
        "retries": or_default(spec.get("maxRetry"), 3, spec),
        "max_runtime_s": _deadline(Value.absent(spec.span), templates),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
        "queue": or_default(spec.get("queue"), "default", spec),
        "gang": Value.known(True, spec.get("minAvailable").span),
    }


def job_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://jobset.sigs.k8s.io/docs/reference/jobset.v1alpha2/"""
    spec = instance.get("spec")
    counts, limits = [], []
    for _, job in each(spec, "replicatedJobs[]"):
        parallel = at(job, "template.spec.parallelism")
        counts.append(times(or_default(job.get("replicas"), 1, job), parallel))
        limits.append(at(job, "template.spec.activeDeadlineSeconds"))
    return {
        "nodes": sum_of(counts, spec),
        "retries": or_default(at(spec, "failurePolicy.maxRestarts"), 0, spec),
        "max_runtime_s": _deadline(
            next((limit for limit in limits if not limit.is_absent), Value.absent(spec.span)), templates
        ),
        "ttl_after_finished_s": spec.get("ttlSecondsAfterFinished"),
    }


def spark(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = spark_spec(instance)
    dynamic = spec.get("dynamicAllocation")
    scaled = dynamic.get("enabled")
    count = or_default(at(spec, "executor.instances"), 1, spec)
    on = scaled.raw is True
    return {
        "engine": Value.known("spark", spec.span),
        "workers.min": or_default(dynamic.get("minExecutors"), 0, dynamic) if on else count,
        "workers.max": dynamic.get("maxExecutors") if on else count,
        "autoscale": or_default(scaled, False, spec),
        "retries": at(spec, "restartPolicy.onFailureRetries"),
        "ttl_after_finished_s": spec.get("timeToLiveSeconds"),
        "schedule": field(instance, "spec.schedule"),
        "suspended": field(instance, "spec.suspend"),
        "auto_termination": spec.with_default(True, spec.span),  # the pods end with the application
    }


def apache_spark(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """Spark's own operator leaves most to Spark's configuration.

    https://github.com/apache/spark-kubernetes-operator/blob/main/docs/spark_custom_resources.md
    https://spark.apache.org/docs/latest/configuration.html#dynamic-allocation
    """
    spec = instance.get("spec")
    conf = spec.get("sparkConf")
    scaled = conf.get("spark.dynamicAllocation.enabled")
    on = (scaled.text() or "").lower() == "true" or scaled.raw is True
    count = or_default(conf.get("spark.executor.instances"), 2, conf)
    restarts = at(spec, "applicationTolerations.restartConfig")
    restarted = restarts.get("restartPolicy").text() not in (None, "Never")
    return {
        "engine": Value.known("spark", spec.span),
        "workers.min": or_default(conf.get("spark.dynamicAllocation.minExecutors"), 0, conf) if on else count,
        "workers.max": conf.get("spark.dynamicAllocation.maxExecutors") if on else count,
        "autoscale": Value.known(on, scaled.span)
        if not scaled.is_absent
        else spec.with_default(False, spec.span),
        "retries": or_default(restarts.get("maxRestartAttempts"), 3, spec)
        if restarted
        else or_default(Value.absent(), 0, spec),
        "auto_termination": spec.with_default(True, spec.span),  # the pods end with the application
    }


def argo(instance: Instance, templates: list[PodTemplate]) -> Traits:
    spec = argo_spec(instance)
    retries = [
        found
        for holder in (*spec.get("templates").items(), spec.get("templateDefaults"), spec)
        if not (found := at(holder, "retryStrategy.limit")).is_absent
    ]
    schedules = field(instance, "spec.schedules").items()
    return {
        "retries": retries[0] if retries else Value.absent(spec.span),
        "max_runtime_s": spec.get("activeDeadlineSeconds"),
        "ttl_after_finished_s": at(spec, "ttlStrategy.secondsAfterCompletion"),
        "schedule": schedules[0] if schedules else field(instance, "spec.schedule"),
        "failure_handling": Value.known(
            bool(retries) or not spec.get("onExit").is_absent, spec.get("onExit").span
        ),
    }
