"""Updates of machines: groups that replace their instances, and machines that nothing replaces in turn."""

from __future__ import annotations

from mlarchlint.analysis.replicas import machines_with
from mlarchlint.analysis.update_faults import Fault, Update, pools_of, readiness, unknown, whole
from mlarchlint.analysis.update_steps import (
    FIX,
    batches_of_scale_set,
    batches_of_stack,
    group_steps,
    in_steps,
    least_of,
    refresh_steps,
)
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Format, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# What cannot be changed once it is made, and cannot be deleted while a group uses it.
# https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/launch_configuration.html.markdown
# https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/compute_instance_template
_IMMUTABLE = (
    "aws_launch_configuration",
    "google_compute_instance_template",
    "google_compute_region_instance_template",
)
_REFRESH = "let a rolling update replace the instances: instance_refresh with min_healthy_percentage, and health checks of the load balancer"
_ROLL = "let a rolling update replace the instances, and wait until the new ones answer"
_HEALTH = "let the group wait for an application health check"


def group_update(graph: ResourceGraph, node: Resource) -> Update:
    strategy = node["update.strategy"]
    if strategy.is_unknown:
        return unknown(strategy, _ROLL)
    read = {"aws": _auto_scaling_group, "google": _instance_group, "azure": _scale_set}.get(node.provider)
    found = read(graph, node) if read else _nobody(node, _ROLL)
    if not found.manner:
        return found
    for fault in (_unchecked(graph, node), _immutable(graph, node)):
        if fault is not None:
            found = found.also(fault)
    source = node["health_check.source"]
    checked = source.equals("lb") is Truth.YES and pools_of(graph, node)
    return found.noting(("waits for the application health check", source)) if checked else found


def _auto_scaling_group(graph: ResourceGraph, node: Resource) -> Update:
    strategy, least = node["update.strategy"], least_of(graph, node)
    deployed = [one for one in graph.sources(node, Relation.PROTECTS) if one.kind == "deployment_group"]
    if strategy.equals("replace") is Truth.YES:
        return Update("blue-green: the stack makes a new group before it removes the old one", strategy)
    if strategy.is_known:
        return in_steps(graph, node, strategy, refresh_steps(node, least), "instances")
    if node["update.in_batches"].is_true() is Truth.YES:
        return in_steps(graph, node, node["update.in_batches"], batches_of_stack(node, least), "instances")
    if deployed:
        return _by_code_deploy(deployed[0])
    named = (node["name"], node.instance.get("name_prefix"))
    if node["create_before_destroy"].is_true() is Truth.YES and any(name.all_refs() for name in named):
        return _new_group_first(node)
    return _nobody(node, _REFRESH)


def _by_code_deploy(group: Resource) -> Update:
    """https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html"""
    config = group["update.strategy"]
    name = (config.text() or "CodeDeployDefault.OneAtATime").rpartition(".")[2]
    at = config if config.is_known else whole(group)
    if "AllAtOnce" in name:
        claim = "CodeDeploy updates all of its instances at once"
        return Update("", at, (Fault("strategy", at, claim, FIX),))
    return Update(f"rolling: by CodeDeploy ({name})", at)


def _new_group_first(node: Resource) -> Update:
    """A name that changes with the template makes Terraform replace the group, the new one first.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/autoscaling_group.html.markdown
    """
    first = node["create_before_destroy"]
    found = Update("blue-green: Terraform makes a new group before it removes the old one", first)
    if node["update.waits"].is_true() is Truth.YES:
        return found.noting(
            ("waits for the load balancer to find the new instances healthy", node["update.waits"])
        )
    claim = "whether the new group answers before the old one goes is not known: Terraform waits for no load balancer"
    return found.also(
        Fault("readiness", first, claim, "set min_elb_capacity or wait_for_elb_capacity", certain=False)
    )


def _instance_group(graph: ResourceGraph, node: Resource) -> Update:
    """https://cloud.google.com/compute/docs/instance-groups/updating-migs"""
    strategy = node["update.strategy"]
    if strategy.equals("PROACTIVE") is not Truth.YES:
        return _nobody(node, _ROLL, strategy)
    return in_steps(graph, node, strategy, group_steps(node, least_of(graph, node)), "instances")


def _scale_set(graph: ResourceGraph, node: Resource) -> Update:
    """https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-upgrade-policy"""
    strategy = node["update.strategy"]
    if strategy.equals("Automatic") is Truth.YES:
        claim = "an update replaces its instances all at once, in any order"
        return Update("", strategy, (Fault("strategy", strategy, claim, _ROLL),))
    if strategy.equals("Rolling") is not Truth.YES:
        return _nobody(node, _ROLL, strategy)
    found = in_steps(graph, node, strategy, batches_of_scale_set(node, least_of(graph, node)), "instances")
    asked = node["health_check.enabled"]
    unready = readiness(asked, "a rolling upgrade has no health probe or extension to go by", _HEALTH)
    return found.also(unready) if unready is not None else found.noting(("health probe or extension", asked))


def _nobody(node: Resource, fix: str, at: Value | None = None) -> Update:
    """A new template reaches only instances that are started later."""
    place = at if at is not None and at.is_known else whole(node)
    claim = (
        "nothing replaces its instances by those of a new version: no rolling update, blue-green or canary is "
        "configured"
    )
    return Update("", place, (Fault("strategy", place, claim, fix, grave=False),))


def _unchecked(graph: ResourceGraph, node: Resource) -> Fault | None:
    """Behind a load balancer, what the group takes for healthy must be what answers."""
    if node.provider == "azure" or not pools_of(graph, node):
        return None
    source = node["health_check.source"]
    if node["update.in_batches"].is_true() is Truth.YES and node["update.waits"].is_true() is Truth.YES:
        return None
    if source.is_absent or source.equals("lb") is Truth.YES:
        return None
    claim = "an update goes on when new instances run, not when they answer: the group has no application health check"
    if source.is_unknown:
        claim = f"whether an update waits for new instances to answer is not known: {source.why}"
    return Fault("readiness", source, claim, _HEALTH, certain=source.is_known)


def _immutable(graph: ResourceGraph, node: Resource) -> Fault | None:
    """Templates that Terraform can only replace while the group still uses them."""
    if node.instance.format is not Format.TERRAFORM or node["create_before_destroy"].is_true() is Truth.YES:
        return None
    for template in graph.targets(node, Relation.USES, Relation.DEPENDS_ON):
        if template.type in _IMMUTABLE and template["create_before_destroy"].is_true() is not Truth.YES:
            claim = f"a new version is refused: Terraform deletes {template.address} first, which the group still uses"
            fix = "set lifecycle { create_before_destroy = true } and name_prefix on the template"
            return Fault("create_before_destroy", whole(template), claim, fix, grave=False)
    return None


def machine_update(graph: ResourceGraph, node: Resource) -> Update:
    """Machines of their own: a new image or start script replaces or restarts every one of them."""
    machines = machines_with(graph, node)
    first, at = node["create_before_destroy"], whole(node)
    fix = "run them as a group that replaces its instances in turn"
    if first.is_true() is Truth.YES:
        claim = "whether new machines answer before the old ones go is not known: Terraform does not wait for that"
        return Update("", first, (Fault("strategy", first, claim, fix, certain=False),))
    them = "its only machine" if len(machines) == 1 else f"its {len(machines)} machines together"
    claim = (
        f"a new version replaces or restarts {them}: no rolling update, blue-green or canary is configured"
    )
    return Update("", at, (Fault("strategy" if len(machines) > 1 else "only one", at, claim, fix),))
