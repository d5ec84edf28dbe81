"""How wide a permission is: everything, a whole service, or data of every resource there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from mlarchlint.analysis.permissions import Statement, managed_policies_of, statements_of
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# What reads or changes data, calls models, or hands on power. Listing and describing often needs `*`.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ON_DATA = (
    "s3:getobject", "s3:putobject", "s3:deleteobject", "s3:deletebucket", "s3:putbucketpolicy",
    "dynamodb:getitem", "dynamodb:putitem", "dynamodb:updateitem", "dynamodb:deleteitem", "dynamodb:query", "dynamodb:scan",
    "secretsmanager:getsecretvalue", "ssm:getparameter", "ssm:getparameters", "kms:decrypt", "kms:creategrant",
    "iam:passrole", "iam:attachrolepolicy", "iam:putrolepolicy", "iam:createpolicyversion", "sts:assumerole",
    "lambda:invokefunction", "lambda:updatefunctioncode", "sagemaker:invokeendpoint", "sagemaker:deleteendpoint",
    "kinesis:getrecords", "kinesis:putrecord", "sqs:receivemessage", "sqs:sendmessage", "sns:publish",
    "rds:deletedbinstance", "ec2:terminateinstances", "ec2:runinstances",
)  # fmt: skip
# Writing logs, metrics and traces, and opening a session, harms no data.
_HARMLESS = frozenset(("logs", "cloudwatch", "xray", "ssmmessages", "ec2messages", "events", "tag"))
_EVERY_RESOURCE = regex(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:(\*(/\*)?|[a-z-]+[:/]\*)")
_ADMIN = regex(r"(^|/)(AdministratorAccess|PowerUserAccess|IAMFullAccess)$")
_FULL = regex(r"iam::aws:policy/(?:[\w-]+/)*(?!CloudWatch|AWSXRay|AmazonSSM)(\w+FullAccess\w*)$")
# https://cloud.google.com/iam/docs/roles-overview#basic
_GOOGLE = regex(r"^roles/(owner|editor|aiplatform\.admin|iam\.securityAdmin|resourcemanager\.\w*[aA]dmin)$")
_GOOGLE_SERVICE = regex(
    r"^roles/(storage|bigquery|compute|container|secretmanager|cloudkms|iam\.\w+|run)\.?[aA]dmin$"
)
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged
_AZURE = regex(
    r"^(Owner|Contributor|User Access Administrator|Role Based Access Control Administrator)$"
    r"|/(8e3af657-a8ff-443c-a75c-2fe8c4bcb635|b24988ac-6180-42a0-ab88-20f7382dd24c|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9)$"
)
_SUBSCRIPTION = regex(
    r"^(/subscriptions/[^/]+|/providers/Microsoft\.Management/managementGroups/[^/]+|/)$", re.IGNORECASE
)


@record(frozen=True, slots=True)
class Width:
    """at: the value that makes it wide. rank: 3 everything, 2 data of everything, 1 a service on named things."""

    truth: Truth
    at: Value
    claim: str
    rank: int = 2


def widths_of(graph: ResourceGraph, node: Resource) -> tuple[Width, ...]:
    """All that is wide in a policy, a binding or an identity; what those name elsewhere is judged there."""
    if node.provider == "kubernetes":
        return tuple(_in_cluster(graph, node))
    found = [width for statement in statements_of(graph, node) if (width := width_of(statement)) is not None]
    for value, name in managed_policies_of(graph, node):
        width = wide_policy(node.provider, name, node["scope"])
        if width is not None:
            found.append(replace(width, at=value))
        elif not name and value.is_unknown and value.is_set() is Truth.MAYBE:
            found.append(Width(Truth.MAYBE, value, f"which policy it attaches is not known: {value.why}", 0))
    return tuple(found)


def _in_cluster(graph: ResourceGraph, node: Resource) -> Iterator[Width]:
    """Roles of the cluster that allow everything, and bindings to its administrators' role."""
    if node["kind"].text() == "binding":
        whole = node.type.endswith("/ClusterRoleBinding")
        for name in node["managed_policies"].items():
            if name.text() == "cluster-admin":
                where = "the whole cluster" if whole else "its namespace"
                yield Width(Truth.YES, name, f"is cluster-admin of {where}", 3 if whole else 1)
        return
    bindings = [other for other in graph.sources(node, Relation.USES) if other.kind == "policy"]
    whole = any(other.type.endswith("/ClusterRoleBinding") for other in bindings)
    for rule in node.instance.get("rules").items():
        groups, verbs, resources = (_values(rule.get(name)) for name in ("apiGroups", "verbs", "resources"))
        everything = [
            Truth.any(value.equals("*") for value in values) for values in (groups, verbs, resources)
        ]
        match Truth.all(everything):
            case Truth.YES:
                where = "the cluster" if whole else "its namespace"
                yield Width(Truth.YES, rule.get("verbs"), f"may do everything in {where}", 3 if whole else 1)
            case Truth.MAYBE:
                yield Width(Truth.MAYBE, rule.get("verbs"), "what it may do in the cluster is not known", 0)


def width_of(statement: Statement) -> Width | None:
    """None where a statement is narrow, denies, or applies under a condition only."""
    if statement.effect.equals("Deny") is Truth.YES or not statement.conditions.is_absent:
        return None
    if _blank(statement):
        why = statement.actions.why
        return Width(Truth.MAYBE, statement.actions, f"what it may do is not known: {why}", 0)
    everywhere = _every_resource(statement.resources)
    if not statement.not_actions.is_absent and everywhere is Truth.YES:
        return Width(
            Truth.YES, statement.not_actions, "may do everything that is not listed, on every resource", 3
        )
    actions = _values(statement.actions)
    for action in actions:
        text = (action.text() or "").lower()
        if text in ("*", "*:*"):
            extent = "" if everywhere is Truth.YES else " with the resources it names"
            return Width(Truth.YES, action, f"may do everything{extent}", 3)
    for action in actions:
        service, _, verb = (action.text() or "").partition(":")
        if verb == "*" and service.lower() not in _HARMLESS:
            if everywhere is Truth.YES:
                return Width(
                    Truth.YES, action, f"may do everything with every {service} resource (`{service}:*`)"
                )
            return Width(
                Truth.YES, action, f"may do everything {service} can with what it names (`{service}:*`)", 1
            )
    return _on_data(actions, statement.resources, everywhere)


def _on_data(actions: tuple[Value, ...], resources: Value, everywhere: Truth) -> Width | None:
    found = [action for action in actions if _touches_data(action)]
    if found and everywhere is Truth.YES:
        star = next(value for value in _values(resources) if _every_resource(value) is Truth.YES)
        names = ", ".join(f"`{action.text()}`" for action in found[:3]) + (", ..." if len(found) > 3 else "")
        return Width(Truth.YES, star, f"may use {names} on every resource")
    if found and everywhere is Truth.MAYBE:
        open_end = next(value for value in (*_values(resources), resources) if value.is_unknown)
        return Width(
            Truth.MAYBE, open_end, f"whether it may reach every resource is not known: {open_end.why}", 0
        )
    unread = next((action for action in actions if action.is_unknown and not action.pattern), None)
    if unread is not None and everywhere is not Truth.NO:
        return Width(Truth.MAYBE, unread, f"what it may do is not known: {unread.why}", 0)
    return None


def _blank(statement: Statement) -> bool:
    """A whole document that could not be read."""
    return statement.effect.is_absent and statement.resources.is_absent and statement.actions.is_unknown


def _values(value: Value) -> tuple[Value, ...]:
    return value.items() or (() if value.is_absent else (value,))


def _touches_data(action: Value) -> bool:
    text = (action.text() or "").lower()
    return bool(text) and any(fnmatchcase(known, text) for known in _ON_DATA)


def _every_resource(value: Value) -> Truth:
    found = Truth.NO
    for part in _values(value):
        text = part.text()
        if text is not None:
            found = found | Truth.of(_EVERY_RESOURCE.fullmatch(text) is not None)
        elif _may_be_all(part):
            found = found | Truth.MAYBE
    return found


def _may_be_all(part: Value) -> bool:
    """Not so what names a resource that is still to be made, in an expression or in the text of a template."""
    if not part.is_unknown or part.is_set() is Truth.YES or part.why.endswith("is known after apply"):
        return False
    return not part.pattern.strip("*")


def wide_policy(provider: str, name: str, scope: Value) -> Width | None:
    """A policy or role of the provider that is wide by its name; `at` is left to the caller."""
    absent = Value.absent()
    if provider == "aws":
        if _ADMIN.search(name):
            return Width(Truth.YES, absent, f"is granted {name.rpartition('/')[2]}", 3)
        full = _FULL.search(name)
        return Width(Truth.YES, absent, f"is granted {full[1]}") if full else None
    if provider == "google":
        if _GOOGLE.match(name):
            return Width(Truth.YES, absent, f"is granted {name}", 3)
        return Width(Truth.YES, absent, f"is granted {name}", 1) if _GOOGLE_SERVICE.match(name) else None
    if provider == "azure" and _AZURE.search(name):
        where = _whole_subscription(scope)
        known = (
            f"is {name} of the whole subscription"
            if "/" not in name
            else "has a privileged role on the subscription"
        )
        return Width(where, absent, known, 3) if where is not Truth.NO else None
    return None


def _whole_subscription(scope: Value) -> Truth:
    text = scope.clue()
    if text is not None:
        return Truth.of(_SUBSCRIPTION.match(text) is not None)
    path = scope.path or ""
    if re.search(r"(^|\.)data\.azurerm_(subscription|management_group)\.[^.]+\.id$", path):
        return Truth.YES
    if any(re.search(r"azurerm_(subscription|management_group)\.", ref) for ref in scope.all_refs()):
        return Truth.MAYBE
    return Truth.NO if scope.is_absent or scope.is_set() is Truth.YES else Truth.MAYBE
