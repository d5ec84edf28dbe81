"""Volumes, claims and storage classes."""

from __future__ import annotations

from mlarchlint.frontends.kubernetes.paths import at
from mlarchlint.frontends.kubernetes.quantities import GIB, quantity, whole_if_integral
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

Traits = dict[str, Value]


def claim(instance: Instance) -> Traits:
    spec = instance.get("spec")
    modes = spec.get("accessModes")
    return {
        "size_gib": gib(at(spec, "resources.requests.storage")),
        "access_mode": modes.items()[0] if modes.items() else modes,
    }


def volume(instance: Instance) -> Traits:
    spec = instance.get("spec")
    modes = spec.get("accessModes")
    traits = {
        "size_gib": gib(at(spec, "capacity.storage")),
        "access_mode": modes.items()[0] if modes.items() else modes,
        "reclaim_policy": spec.get("persistentVolumeReclaimPolicy"),
    }
    zones = [
        zone
        for term in at(spec, "nodeAffinity.required.nodeSelectorTerms").items()
        for e in term.get("matchExpressions").items()
        if (e.get("key").text() or "").endswith("/zone")
        for zone in e.get("values").items()
    ]
    if zones:
        traits["zones"] = Value.known(tuple(zones), zones[0].span)
    return traits


def gib(value: Value) -> Value:
    """A quantity of bytes in GiB."""
    if not value.is_known:
        return value
    number = quantity(value)
    if number is None:
        return Value.unknown(f"{value.raw!r} is no quantity", value.span)
    return Value.known(whole_if_integral(number / GIB), value.span)


# what encrypts on its own account:
# https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek (always, with Google's keys by default)
# https://learn.microsoft.com/azure/virtual-machines/disk-encryption (always, platform keys by default)
_ENCRYPTS = (
    "pd.csi.storage.gke.io", "kubernetes.io/gce-pd", "filestore.csi.storage.gke.io",
    "parallelstore.csi.storage.gke.io", "disk.csi.azure.com", "kubernetes.io/azure-disk",
    "file.csi.azure.com", "kubernetes.io/azure-file", "blob.csi.azure.com",
)  # fmt: skip


_EBS = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "ebs.csi.eks.amazonaws.com")


_KEYS = ("kmsKeyId", "disk-encryption-kms-key", "diskEncryptionSetID")


def storage_class(instance: Instance) -> Traits:
    """https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md"""
    provisioner, parameters = instance.get("provisioner"), instance.get("parameters")
    traits: Traits = {}
    key = next((parameters.get(name) for name in _KEYS if not parameters.get(name).is_absent), None)
    if provisioner.text() in _EBS:
        written = parameters.get("encrypted")
        if written.is_absent:
            traits["encrypted_at_rest"] = written.with_default(False, parameters.span)
        else:
            text = label_text(written)
            known = Value.known((text or "").lower() == "true", written.span)
            traits["encrypted_at_rest"] = written if text is None else known
    elif provisioner.text() in _ENCRYPTS:
        traits["encrypted_at_rest"] = provisioner.with_default(True, provisioner.span)
    encrypted = traits.get("encrypted_at_rest")
    if key is not None:
        traits["key"] = Value.known("customer", key.span)
    elif encrypted is not None and encrypted.is_known:
        traits["key"] = encrypted.with_default(
            "platform" if encrypted.raw is True else "none", encrypted.span
        )
    for name in ("type", "skuName", "skuname", "storageaccounttype"):
        if not parameters.get(name).is_absent:
            traits["type"] = parameters.get(name)
            break
    if not parameters.get("throughput").is_absent:
        traits["throughput_mibs"] = parameters.get("throughput")
    return traits
