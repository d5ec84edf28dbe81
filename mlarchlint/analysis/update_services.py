"""Updates of managed services: tasks, revisions, functions and model endpoints."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.update_faults import Fault, Update, unknown, whole
from mlarchlint.analysis.update_pods import operated_update, pods_update
from mlarchlint.analysis.update_shares import given_to, split
from mlarchlint.analysis.update_steps import FIX, Step, in_steps, least_of, task_steps
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Format, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_SHIFT = "shift the traffic as a canary or in steps, with alarms that roll back"
_SLOT = "put new versions into a deployment slot, and swap it in when it answers"


def service_update(graph: ResourceGraph, node: Resource) -> Update:
    platform = node["platform"].text()
    if node.provider == "kubernetes":
        return pods_update(graph, node)
    if platform == "ecs":
        return _tasks(graph, node)
    if platform == "app_service":
        return _slots(node)
    if platform == "aci":
        claim = "a new version replaces the container group: the old one stops first"
        return Update(
            "",
            whole(node),
            (Fault("strategy", whole(node), claim, "run it as a Container App or behind a second group"),),
        )
    if platform == "cloud_run":
        return revision_update(graph, node)
    return _untold(node)


def _tasks(graph: ResourceGraph, node: Resource) -> Update:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service-options.html"""
    strategy = node["update.strategy"]
    if strategy.is_unknown:
        return unknown(strategy, FIX)
    match (strategy.text() or "").upper():
        case "EXTERNAL":
            claim = (
                "how it is updated is not known: a deployment controller outside of the scanned code decides"
            )
            return Update("", strategy, (Fault("strategy", strategy, claim, FIX, certain=False),))
        case "CODE_DEPLOY":
            groups = [one for one in graph.sources(node, Relation.PROTECTS) if one.kind == "deployment_group"]
            config = groups[0]["update.strategy"] if groups else strategy
            name = (config.text() or "ECSAllAtOnce").rpartition(".")[2] if groups else ""
            return Update(
                f"blue-green: by CodeDeploy{f' ({name})' if name else ''}",
                config if config.is_known else strategy,
            )
        case "BLUE_GREEN":
            return Update("blue-green: ECS moves the traffic when the new tasks are healthy", strategy)
        case "LINEAR" | "CANARY" as steps:
            return Update(f"{steps.lower()}: ECS moves the traffic in steps", strategy)
    least = least_of(graph, node)
    found = in_steps(
        graph, node, strategy if not strategy.default else whole(node), task_steps(node, least), "tasks"
    )
    if _stuck(node, least):
        most = node["update.max_healthy_pct"]
        claim = "an update never gets on: no task may go and no further one may start"
        fix = "let more than 100 % run meanwhile, or less than 100 % stay"
        found = found.also(Fault("step", most, claim, fix, grave=False))
    breaker, back = node["update.circuit_breaker"], node["update.rollback"]
    if breaker.is_true() is Truth.YES:
        undone = " and rolls back" if back.is_true() is Truth.YES else ""
        return found.noting((f"a circuit breaker stops an update that fails{undone}", breaker))
    return found.noting(("no circuit breaker: an update that fails is tried again and again", Value.absent()))


def _stuck(node: Resource, least: Decimal | None) -> bool:
    healthy, most = node["update.min_healthy_pct"].number(), node["update.max_healthy_pct"].number()
    if least is None or least < 1 or healthy is None or most is None:
        return False
    return least * healthy / 100 > least - 1 and int(least * most / 100) <= least


def _slots(node: Resource) -> Update:
    """https://learn.microsoft.com/azure/app-service/deploy-best-practices#use-deployment-slots"""
    slots = node["slots"]
    if slots.at_least(1) is not Truth.NO:
        return Update("blue-green: a deployment slot takes a new version before it is swapped in", slots)
    claim = "an update restarts it in place: no deployment slot takes the new version first"
    return Update("", whole(node), (Fault("strategy", whole(node), claim, _SLOT, grave=False),))


def revision_update(graph: ResourceGraph, node: Resource) -> Update:
    """Services that keep the old revision until the new one is ready.

    https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration
    https://learn.microsoft.com/azure/container-apps/revisions
    """
    shares, mode = node["traffic_shares"], node["update.strategy"]
    if len(given_to(shares)) > 1:
        return Update(f"canary: traffic split {split(shares)}", shares)
    at = shares if not shares.is_absent else mode if mode.is_known else whole(node)
    return Update("blue-green: the service sends all requests to a new revision when it is ready", at)


def function_update(graph: ResourceGraph, node: Resource) -> Update:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""
    if node.provider == "azure":
        return _slots(node)
    kind, pct = node["deployment.type"], node["deployment.canary_pct"].number()
    if kind.one_of("canary", "linear") is Truth.YES:
        first = f"{pct:g} % of the requests" if pct else "a share of the requests"
        return Update(f"{kind.text()}: {first} go to a new version first", kind)
    at = kind if kind.is_known and not kind.default else whole(node)
    return Update(
        "blue-green: the service sends all new requests to the new version, those under way end on the old one",
        at,
    )


def endpoint_update(graph: ResourceGraph, node: Resource) -> Update:
    if node.provider == "kubernetes":
        return operated_update(graph, node)
    match node["platform"].text():
        case "sagemaker":
            return _sagemaker(graph, node)
        case "vertex_ai":
            return _vertex(node)
        case "azure_ml":
            return _azure_ml(graph, node)
    return _untold(node)


def _sagemaker(graph: ResourceGraph, node: Resource) -> Update:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html"""
    kind, shares = node["deployment.type"], node["traffic_shares"]
    if node["variants"].at_least(2) is Truth.YES:
        weights = split(shares) if len(given_to(shares)) > 1 else "by the weights of the variants"
        found = Update(f"canary: traffic split {weights}", shares if shares.is_known else node["variants"])
    elif node["serverless"].is_true() is Truth.YES:
        found = Update(
            "blue-green: SageMaker keeps the old version until the new one is in service", whole(node)
        )
    elif kind.is_unknown:
        claim = f"how requests move to a new model is not known: {kind.why}"
        found = Update(
            "blue-green",
            kind,
            (Fault("deployment.type", kind, claim, _SHIFT, certain=False, downtime=False, grave=False),),
        )
    elif kind.is_absent:
        return _untold(node)
    else:
        found = _guarded(node, kind)
    fault = _configuration(graph, node)
    return found.also(fault) if fault is not None else found


def _guarded(node: Resource, kind: Value) -> Update:
    pct = node["deployment.canary_pct"].number()
    at = kind if not kind.default else whole(node)
    if kind.equals("all_at_once") is Truth.YES:
        claim = "an update moves all requests to the new model in one step: nothing is down, and a bad one hits everybody"
        fault = Fault("deployment.type", kind, claim, _SHIFT, downtime=False, grave=False)
        return Update("blue-green: all requests in one step, when the new fleet is in service", at, (fault,))
    if kind.equals("rolling") is Truth.YES:
        return Update("rolling: a batch of instances at a time", at)
    first = f", {pct:g} % of the capacity first" if pct else ""
    return Update(f"{kind.text()}: the traffic moves in steps{first}", at)


def _configuration(graph: ResourceGraph, node: Resource) -> Fault | None:
    """A configuration is immutable. Under a fixed name the endpoint is not told of another one; and the old one
    must be there while the endpoint is updated.

    https://github.com/hashicorp/terraform-provider-aws/pull/48993
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html
    """
    if node.key not in graph.once(_behind_endpoints):
        return None
    name, terraform = node["name"], node.instance.format is Format.TERRAFORM
    if name.is_known and not name.default and not name.origin and not name.all_refs():
        claim = "a new model never reaches the endpoint: its configuration is replaced under a fixed name"
        if not terraform:
            claim = "a new model is refused: a stack cannot replace a configuration under a fixed name"
        fix = (
            "leave the name out, or set name_prefix and create_before_destroy"
            if terraform
            else "leave the name out"
        )
        return Fault("name", name, claim, fix, grave=False)
    if terraform and node["create_before_destroy"].is_true() is not Truth.YES:
        claim = "a new model does not reach the endpoint: Terraform deletes its configuration before it makes the new one"
        return Fault(
            "create_before_destroy",
            whole(node),
            claim,
            "set lifecycle { create_before_destroy = true }",
            grave=False,
        )
    return None


def _behind_endpoints(graph: ResourceGraph) -> frozenset[str]:
    """The configurations that an endpoint of the scanned code names."""
    return frozenset(
        node.part_of for node in graph.of_kind("part") if node.part_of and node.type in _ENDPOINTS
    )


_ENDPOINTS = ("aws_sagemaker_endpoint", "AWS::SageMaker::Endpoint")


def _vertex(node: Resource) -> Update:
    """https://cloud.google.com/vertex-ai/docs/predictions/deploy-model-api"""
    if node.type == "google_vertex_ai_endpoint_with_model_garden_deployment":
        at, first = whole(node), node["create_before_destroy"].is_true() is Truth.YES
        claim = "a new model replaces the endpoint: the old one is deleted first"
        if first:
            claim = "whether callers follow a new model is not known: it gets an endpoint of its own"
        return Update(
            "",
            at,
            (
                Fault(
                    "strategy",
                    at,
                    claim,
                    "deploy new models to an endpoint of their own, and split its traffic",
                    certain=not first,
                ),
            ),
        )
    shares = node["traffic_shares"]
    if shares.is_unknown:
        return Update("canary: an input splits the traffic", shares)
    if len(given_to(shares)) > 1:
        return Update(f"canary: traffic split {split(shares)}", shares)
    claim = "how requests move to a new model is not known: models are deployed to the endpoint outside of the scanned code"
    at = shares if shares.is_known else whole(node)
    return Update(
        "", at, (Fault("strategy", at, claim, "write the traffic split of its models", certain=False),)
    )


def _azure_ml(graph: ResourceGraph, node: Resource) -> Update:
    """https://learn.microsoft.com/azure/machine-learning/how-to-safely-rollout-online-endpoints"""
    shares = node["traffic_shares"]
    if node["method"].equals("async") is Truth.YES:
        return Update("by jobs: no requests wait for an answer", whole(node))
    if len(given_to(shares)) > 1:
        return Update(f"canary: traffic split {split(shares)}", shares)
    least = least_of(graph, node)
    if least is None:
        return _untold(node)
    # One deployment is updated in place, a fifth of its instances at a time.
    fifth = whole(node).with_default("20%", node.span)
    step = Step(fifth, max(Decimal(1), least // 5))
    return in_steps(graph, node, whole(node), iter((step,)), "instances")


def _untold(node: Resource) -> Update:
    at = whole(node)
    claim = "how requests move to a new model is not known: nothing in the code says it"
    return Update("", at, (Fault("strategy", at, claim, FIX, certain=False),))
