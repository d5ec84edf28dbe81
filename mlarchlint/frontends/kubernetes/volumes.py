"""What pods mount."""

from __future__ import annotations

from collections.abc import Iterable

from mlarchlint.model.value import Value

# volume source -> the member that tells which one
_NAMED = {
    "persistentVolumeClaim": ("pvc", "claimName"),
    "hostPath": ("hostPath", "path"),
    "csi": ("csi", "driver"),
    "nfs": ("nfs", "server"),
    "configMap": ("configMap", "name"),
    "secret": ("secret", "secretName"),
    "awsElasticBlockStore": ("ebs", "volumeID"),
    "gcePersistentDisk": ("gce-pd", "pdName"),
    "azureDisk": ("azure-disk", "diskName"),
    "azureFile": ("azure-file", "shareName"),
    "glusterfs": ("glusterfs", "path"),
    "cephfs": ("cephfs", "path"),
}
_PLAIN = ("emptyDir", "ephemeral", "projected", "downwardAPI", "image")


def volumes(spec: Value) -> list[Value]:
    """Each volume as text: `pvc:data`, `emptyDir:scratch`, `hostPath:/dev/shm`, `csi:driver.name`."""
    return [told for volume in spec.get("volumes").items() if not (told := volume_text(volume)).is_absent]


def volume_text(volume: Value) -> Value:
    name = volume.get("name").text() or ""
    for source, (word, member) in _NAMED.items():
        given = volume.get(source)
        if not given.is_absent:
            which = given.get(member)
            return which if which.is_unknown else Value.known(f"{word}:{which.text() or name}", given.span)
    for source in _PLAIN:
        given = volume.get(source)
        if source in volume.mapping():
            medium = ":memory" if given.get("medium").text() == "Memory" else ""
            return Value.known(f"{source}:{name}{medium}", volume.span)
    # without a source a volume is an emptyDir
    if volume.mapping().keys() == {"name"}:
        return Value.known(f"emptyDir:{name}", volume.span)
    return Value.absent(volume.span)


def mounts(spec: Value, containers: Iterable[Value]) -> list[Value]:
    """Each mount as text: `/checkpoints=emptyDir:scratch`; `pvc:NAME` of a volume claim template too."""
    told = {
        volume.get("name").text(): volume_text(volume).text() or "?" for volume in spec.get("volumes").items()
    }
    found = []
    for container in containers:
        for mount in container.get("volumeMounts").items():
            path, name = mount.get("mountPath").text(), mount.get("name").text()
            if path and name:
                found.append(Value.known(f"{path}={told.get(name, f'pvc:{name}')}", mount.span))
    return found
