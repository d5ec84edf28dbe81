"""Machine types, disks and accelerators of previous generations, with what took their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.prices import Catalog


@record(frozen=True, slots=True)
class Older:
    """successor: empty where no type stands for it as it is. retired: can no longer be launched."""

    successor: str
    retired: bool = False


# https://aws.amazon.com/ec2/previous-generation/, https://docs.aws.amazon.com/ec2/latest/instancetypes/previous-gen-instances.html
_AWS_FAMILIES = {
    "m1": "m6i", "m2": "r6i", "m3": "m6i", "m4": "m6i", "c1": "c6i", "c3": "c6i", "c4": "c6i", "r3": "r6i", "r4": "r6i",
    "t1": "t3", "i2": "i4i", "d2": "d3", "a1": "m6g", "f1": "f2", "g2": "g4dn", "g3": "g4dn", "g3s": "g4dn",
    "p2": "", "p3": "", "dl1": "",
}  # fmt: skip
# Machines with as many cards of a later kind.
_AWS_TYPES = {
    "p2.xlarge": "g4dn.xlarge", "p2.8xlarge": "g4dn.metal", "p3.2xlarge": "g5.2xlarge", "p3.8xlarge": "g5.12xlarge",
    "p3.16xlarge": "g5.48xlarge", "g3.8xlarge": "g4dn.12xlarge", "g3.16xlarge": "g4dn.12xlarge",
}  # fmt: skip
# https://learn.microsoft.com/azure/virtual-machines/sizes/retirement/retired-sizes-list
_AZURE = (
    (regex(r"^Standard_NC6(_Promo)?$", re.IGNORECASE), "Standard_NC4as_T4_v3"),
    (regex(r"^Standard_NC(12|24r?)(_Promo)?$", re.IGNORECASE), "Standard_NC64as_T4_v3"),
    (regex(r"^Standard_NC6s_v[23]$", re.IGNORECASE), "Standard_NC8as_T4_v3"),
    (regex(r"^Standard_NC(12s|24r?s)_v[23]$", re.IGNORECASE), "Standard_NC64as_T4_v3"),
    (regex(r"^Standard_N[VD]\d+r?s?(_v2)?(_Promo)?$", re.IGNORECASE), ""),
)
_GOOGLE = regex(r"^n1-(?P<rest>(?:standard|highmem|highcpu)-(?P<size>\d+))$")
_E2_LARGEST = 32
# https://cloud.google.com/compute/docs/gpus: no new capacity of these cards.
CARDS: Mapping[str, str] = {"nvidia-tesla-k80": "nvidia-tesla-t4", "nvidia-tesla-p100": "nvidia-tesla-t4"}
# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
DISKS: Mapping[str, str] = {"gp2": "gp3"}


def older_machine(catalog: Catalog, provider: str, name: str, with_cards: bool) -> Older | None:
    """None for what is current, or not known. with_cards: accelerators are attached to it."""
    plain = name.removeprefix("ml.")
    spec = catalog.spec(provider, plain)
    retired = spec is not None and spec.retired
    if provider == "aws":
        family, _, size = plain.partition(".")
        if family not in _AWS_FAMILIES:
            return Older("", True) if retired else None
        newer = _AWS_TYPES.get(plain) or (f"{_AWS_FAMILIES[family]}.{size}" if _AWS_FAMILIES[family] else "")
        return Older(newer if catalog.spec(provider, newer) is not None else "", retired)
    if provider == "google":
        found = _GOOGLE.match(plain)
        if found is not None and not with_cards:  # other families take no T4, V100 or P100
            vcpus = int(found["size"])
            newer = "e2-medium" if vcpus == 1 else f"{'e2' if vcpus <= _E2_LARGEST else 'n2'}-{found['rest']}"
            return Older(newer if catalog.spec(provider, newer) is not None else "")
        return Older("", True) if retired else None
    for pattern, newer in _AZURE:
        if pattern.match(plain):
            return Older(newer, retired)
    return Older("", True) if retired else None


def saved_by(
    catalog: Catalog, provider: str, region: str, service: str, pair: tuple[str, str], quantity: Decimal
) -> Decimal | None:
    """What a quantity of the second of a pair costs less than of the first; None where a price is lacking."""
    old, new = (catalog.price(provider, region, service, sku) for sku in pair)
    return None if old is None or new is None else (old.price - new.price) * quantity
