"""What the operators of model servers say: bounds, canaries, where the model lies."""

from __future__ import annotations

from mlarchlint.frontends.kubernetes.counts import or_default, sum_of, whole_number
from mlarchlint.frontends.kubernetes.paths import at, field
from mlarchlint.frontends.kubernetes.strategies import (
    deployment_strategy,
    groups_in_turn,
    in_words,
    traffic_shares,
)
from mlarchlint.frontends.kubernetes.templates import PodTemplate
from mlarchlint.model.resource import Instance
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

Traits = dict[str, Value]


def inference_service(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://kserve.github.io/website/latest/reference/api/ (ComponentExtensionSpec)"""
    predictor = field(instance, "spec.predictor")
    canary, strategy = predictor.get("canaryTrafficPercent"), predictor.get("deploymentStrategy")
    traits = {
        "min_count": or_default(predictor.get("minReplicas"), 1, predictor),
        "max_count": predictor.get("maxReplicas"),
        "concurrency": predictor.get("containerConcurrency"),
        "timeout_s": predictor.get("timeout"),
        "metric": predictor.get("scaleMetric"),
        "target": predictor.get("scaleTarget"),
        "deployment.canary_pct": canary,
        "deployment.type": canary if canary.is_absent else Value.known("canary", canary.span),
        **(deployment_strategy(strategy, predictor) if _is_deployment(instance, strategy) else {}),
        "data_capture.enabled": Value.known(
            not predictor.get("logger").is_absent, predictor.get("logger").span
        ),
    }
    for name in ("model", "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "lightgbm",
                 "pmml", "paddle"):  # fmt: skip
        server = predictor.get(name)
        if not server.is_absent and not server.is_unknown:
            format_name = at(server, "modelFormat.name")
            traits["uri"] = server.get("storageUri")
            traits["format"] = format_name if name == "model" else Value.known(name, server.span)
            break
    return traits


def _is_deployment(instance: Instance, strategy: Value) -> bool:
    """Whether it says that KServe makes a Deployment of it, and not a service of Knative."""
    mode = field(instance, "metadata.annotations").get("serving.kserve.io/deploymentMode").text()
    return not strategy.is_absent or mode in ("RawDeployment", "Standard")


def llm_inference_service(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://kserve.github.io/website/docs/model-serving/generative-inference/llmisvc/llmisvc-overview"""
    spec = instance.get("spec")
    replicas = or_default(spec.get("replicas"), 1, spec)
    low, high = at(spec, "scaling.minReplicas"), at(spec, "scaling.maxReplicas")
    return {
        "min_count": replicas if low.is_absent else low,
        "max_count": replicas if high.is_absent and low.is_absent else high,
        "uri": at(spec, "uri"),
        **(groups_in_turn(spec) if "worker" in spec.mapping() else deployment_strategy(Value.absent(), spec)),
    }


def described_server(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """NIMService and VLLMRuntime."""
    spec = instance.get("spec")
    replicas = or_default(templates[0].replicas if templates else Value.absent(), 1, spec)
    low, high = at(spec, "scale.hpa.minReplicas"), at(spec, "scale.hpa.maxReplicas")
    scaled = spec.get("autoscalingConfig")
    if scaled.get("enabled").is_true() is not Truth.NO:
        low, high = or_default(scaled.get("minReplicas"), 1, scaled), scaled.get("maxReplicas")
    return {
        "min_count": replicas if low.is_absent else low,
        "max_count": replicas if high.is_absent else high,
        "autoscale": scaled.get("enabled"),
        "uri": at(spec, "model.modelURL"),
        **_handed_on(spec),
    }


def _handed_on(spec: Value) -> Traits:
    """VLLMRuntime hands a strategy to its Deployment; in its first version beside the other fields."""
    strategy = at(spec, "deploymentConfig.deploymentStrategy")
    strategy = in_words(spec.get("deploymentStrategy") if strategy.is_absent else strategy, "rolling", spec)
    rolling = deployment_strategy(Value.absent(), spec) if strategy.text() == "rolling" else {}
    return {**rolling, "strategy": strategy}


def kubeai_model(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://github.com/kubeai-project/kubeai/blob/main/docs/reference/kubernetes-api.md"""
    spec = instance.get("spec")
    fixed = spec.get("autoscalingDisabled").raw is True
    count = or_default(spec.get("replicas"), 1, spec)
    return {
        "min_count": count if fixed else or_default(spec.get("minReplicas"), 0, spec),
        "max_count": count if fixed else spec.get("maxReplicas"),
        "uri": spec.get("url"),
        # profiles of the installation say where the pods go
        "spread_zones": Value.absent(spec.span),
        "spread_hosts": Value.absent(spec.span),
    }


def seldon(instance: Instance, templates: list[PodTemplate]) -> Traits:
    predictors = field(instance, "spec.predictors").items()
    if not predictors:
        return {}
    spec = instance.get("spec")
    return {
        "min_count": sum_of([or_default(p.get("replicas"), 1, p) for p in predictors], predictors[0]),
        "deployment.canary_pct": predictors[1].get("traffic") if len(predictors) > 1 else Value.absent(),
        **deployment_strategy(Value.absent(), spec),
        **traffic_shares(spec.get("predictors"), "traffic"),
    }


def knative(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://knative.dev/docs/serving/autoscaling/scale-bounds/"""
    template = field(instance, "spec.template")
    notes = at(template, "metadata.annotations").mapping()
    low, high = (
        next(
            (
                notes[f"autoscaling.knative.dev/{name}"]
                for name in names
                if f"autoscaling.knative.dev/{name}" in notes
            ),
            None,
        )
        for names in (("min-scale", "minScale"), ("max-scale", "maxScale"))
    )
    spec = template.get("spec")
    return {
        "min_count": whole_number(low) if low is not None else spec.with_default(0, template.span),
        "max_count": whole_number(high) if high is not None else Value.absent(template.span),
        "concurrency": spec.get("containerConcurrency"),
        "timeout_s": or_default(spec.get("timeoutSeconds"), 300, spec),
        **traffic_shares(field(instance, "spec.traffic"), "percent"),
    }


def leader_worker_set(instance: Instance, templates: list[PodTemplate]) -> Traits:
    """https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/"""
    spec = instance.get("spec")
    return {
        "replicas": or_default(spec.get("replicas"), 1, spec),
        "group_size": or_default(at(spec, "leaderWorkerTemplate.size"), 1, spec),
        **groups_in_turn(spec),
    }
