"""Pseudo parameters: what CloudFormation fills in at deployment.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

NAMES = frozenset({
    "AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region",
    "AWS::StackId", "AWS::StackName", "AWS::URLSuffix",
})  # fmt: skip
_PARTITIONS = (("cn-", "aws-cn", "amazonaws.com.cn"), ("us-gov-", "aws-us-gov", "amazonaws.com"))


# Of the whole deployment; the others differ from stack to stack.
_SHARED = frozenset({"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"})


def pseudo_parameter(name: str, given: Mapping[str, Value], span: SourceSpan, nested: bool = False) -> Value:
    """Known where the user gives it (`--parameter AWS::Region=…`), or the region decides it.
    `AWS::NoValue` is absent.
    """
    if name == "AWS::NoValue":
        return Value.absent(span)
    if name in given and (name in _SHARED or not nested):
        return replace(given[name], span=span)
    region = given["AWS::Region"].text() if "AWS::Region" in given else None
    if region:
        partition, suffix = next(
            (p[1:] for p in _PARTITIONS if region.startswith(p[0])), ("aws", "amazonaws.com")
        )
        known = {"AWS::Region": region, "AWS::Partition": partition, "AWS::URLSuffix": suffix}
        if name in known:
            return Value.known(known[name], span)
    return Value.unknown(f"{name} is known at deployment", span, refs=(f"data.{name}",))
