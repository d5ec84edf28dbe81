"""What becomes of a resource when its declaration goes, or is replaced by another.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatereplacepolicy.html
https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
"""

from __future__ import annotations

from dataclasses import replace

from mlarchlint.model.resource import Format, Instance
from mlarchlint.model.value import Value

_POLICIES = {"Delete": "delete", "Retain": "retain", "RetainExceptOnCreate": "retain", "Snapshot": "snapshot"}
_FATES = (("$DeletionPolicy", "on_removal"), ("$UpdateReplacePolicy", "on_replacement"))


def lay_removal(traits: dict[str, Value], instance: Instance) -> None:
    """Adds `on_removal`, `on_replacement` and `create_before_destroy` where the code says them."""
    if instance.format is Format.CLOUDFORMATION:
        for attribute, trait in _FATES:
            if attribute in instance.body:
                traits[trait] = _fate(instance.body[attribute])
    elif instance.format is Format.TERRAFORM and "$lifecycle" in instance.body:
        (block, *_) = instance.body["$lifecycle"].items() or (instance.body["$lifecycle"],)
        kept, first = block.get("prevent_destroy"), block.get("create_before_destroy")
        if not kept.is_absent:
            traits["on_removal"] = kept.with_raw("refuse" if kept.raw is True else "delete")
        if not first.is_absent:
            traits["create_before_destroy"] = first


def _fate(policy: Value) -> Value:
    if policy.scenarios:
        return replace(policy, scenarios=tuple((name, _fate(one)) for name, one in policy.scenarios))
    text = policy.text()
    return policy if text is None else policy.with_raw(_POLICIES.get(text, text))
