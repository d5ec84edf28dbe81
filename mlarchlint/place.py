"""Where a resource is: its region and its account, also where only the provider block says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Format, Instance, Resource
from mlarchlint.model.value import Value

_REGIONS = {"aws": ("region",), "google": ("region",), "azure": ("location",)}
# What an account is called: in the resource itself, then in its provider block.
_ACCOUNTS = {"google": ("project", "project"), "azure": ("", "subscription_id")}
# What a template calls the role that a service takes on to do its work.
_PASSED_ROLES = ("RoleArn", "Role", "ExecutionRoleArn", "TaskRoleArn", "ServiceRole", "RoleARN", "NodeRole")
_AWS_ACCOUNT = regex(r"^arn:[\w-]*:iam::(\d{12}):")


def place(attrs: dict[str, Value], provider: str, instance: Instance) -> None:
    """Completes the traits by `region` and `account`, as far as the code says them."""
    region = _region(attrs.get("region"), provider, instance)
    if region is not None:
        attrs["region"] = region
    account = _account(provider, instance)
    if "account" not in attrs and account is not None and not account.is_absent:
        attrs["account"] = account


def _region(read: Value | None, provider: str, instance: Instance) -> Value | None:
    if read is not None and not read.is_absent:
        return read
    if provider == "aws" and instance.format is Format.TERRAFORM:
        # Since version 6 of the provider every resource may name a region of its own.
        own = instance.get("region")
        if own.text() is not None or own.is_unknown:
            return own
    for name in _REGIONS.get(provider, ()):
        given = instance.provider_config.get(name)
        if given is not None and not given.is_absent:
            return given
    return None


def _account(provider: str, instance: Instance) -> Value | None:
    if provider == "aws":
        return _aws_account(instance)
    own, given = _ACCOUNTS.get(provider, ("", ""))
    value = instance.get(own) if own else None
    return value if value is not None and not value.is_absent else instance.provider_config.get(given)


def _aws_account(instance: Instance) -> Value | None:
    """The only account that the provider block allows, or that of the role it takes on."""
    given = instance.provider_config.get("account")
    if given is not None:
        return given
    if instance.format is Format.CLOUDFORMATION:
        return _account_of_role(instance)
    allowed = instance.provider_config.get("allowed_account_ids")
    if allowed is not None and len(allowed.items()) == 1:
        return allowed.items()[0]
    roles = instance.provider_config.get("assume_role")
    for role in roles.items() if roles is not None else ():
        arn = role.get("role_arn")
        found = _AWS_ACCOUNT.match(arn.text() or "")
        if found:
            return replace(arn, raw=found[1])
        if arn.is_unknown:
            return arn
    return None


def _account_of_role(instance: Instance) -> Value | None:
    """A service may only be passed a role of its own account:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    for name in _PASSED_ROLES:
        arn = instance.get(name)
        found = _AWS_ACCOUNT.match(arn.text() or "")
        if found:
            return replace(arn, raw=found[1])
    return None


def host_region(hosts: Iterable[Resource]) -> Value | None:
    """The region of what a workload runs on, where all of it is in one."""
    regions = [host["region"] for host in hosts if not host["region"].is_absent]
    names = {region.text() for region in regions}
    return regions[0] if len(names) == 1 and None not in names else None
