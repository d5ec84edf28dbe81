"""A replicated service must not depend on one zonal block volume.

## What it does
Reports serving and tracking workloads of several replicas that mount one claim which a single node may use at a
time (`ReadWriteOnce`, `ReadWriteOncePod`).

## Why is this bad
The volume is attached to one machine in one zone. Every replica has to run there, and goes with it; those
that land elsewhere wait for a volume that they never get. The number of replicas says redundant, and nothing is.

## Example
```yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 100Gi}}
```
mounted by a Deployment with `replicas: 3`.

## Use instead
The model is pulled from object storage, or the claim is of a file share:
```yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models}
spec:
  accessModes: [ReadOnlyMany]
  storageClassName: filestore
  resources: {requests: {storage: 1Ti}}
```

## When it does not fire
A single replica, stateful sets with a claim for each replica (`volumeClaimTemplates`), claims that many nodes may use, and classes
of file shares, which ask for no attachment. A cache in such a claim pins its replicas as well: an `emptyDir` does not.

## References
- https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
- https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
- https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Related, Relation, Resource, Severity, Truth, regex, rule

_ONE_NODE = ("ReadWriteOnce", "ReadWriteOncePod")
_FILES = regex(
    r"(?i)efs|nfs|fsx|file|lustre|cephfs|gcsfuse|blobfuse|mountpoint|s3|juicefs|glusterfs|host-?path|manual"
)
_FIX = "pull what it reads from object storage, or claim a file share that many nodes may mount"


@rule(
    id="MLA-HA015",
    severity=Severity.MEDIUM,
    on=Kind("container_service"),
    roles=("inference", "tracking"),
    since="0.1",
)
def zonal_volume_pins_replicas(node: Resource, design: Design) -> Hits:
    if node.provider != "kubernetes" or not _several(node, design):
        return
    for claim in design.targets(node, Relation.READS):
        mode = claim["access_mode"]
        if claim.kind != "block_volume" or mode.is_absent or _of_files(claim, design):
            continue
        count = design.replicas(node).least.number() or 0
        many = f"its {count:g} replicas" if count >= 2 else "the replicas that it may grow to"
        related = (Related("mounted here", node.span),)
        match mode.one_of(*_ONE_NODE):
            case Truth.YES:
                text = f"{many} share {claim.address}, which one node in one zone may mount at a time"
                yield Hit(mode, text, attribute=claim.address, related=related, fix=_FIX)
            case Truth.MAYBE:
                text = f"{many} share {claim.address}; how many nodes may mount it is not known: {mode.why}"
                yield Hit(mode, text, certain=False, attribute=claim.address, related=related, fix=_FIX)


def _several(node: Resource, design: Design) -> bool:
    if node.type.rpartition("/")[2] == "DaemonSet":
        return True
    replicas = design.replicas(node)
    return replicas.least.at_least(2) is Truth.YES or replicas.most.at_least(2) is Truth.YES


def _of_files(claim: Resource, design: Design) -> bool:
    """Shares and folders need no attachment, whatever mode is asked for."""
    classes = design.targets(claim, Relation.USES)
    names = [one["platform"].text() or "" for one in classes] or [claim["storage_class"].text() or ""]
    return any(_FILES.search(name) for name in names)
