"""Checkpoints must leave the node: no emptyDir, instance store, or delete-on-termination disk.

## What it does
Reads where a training job is told to write checkpoints (arguments, variables, hyper-parameters,
start-up scripts), and reports paths on something that goes with the pod, the container or the
machine: an `emptyDir`, the container's own file system, a boot disk or a local disk.

## Why is this bad
A checkpoint is for the moment when the machine is gone. One that goes with it costs the time to
write it and saves nothing: the job starts again at zero.

## Example
```yaml
containers:
  - name: trainer
    args: [--checkpoint-dir=/ckpt]
    volumeMounts: [{name: ckpt, mountPath: /ckpt}]
volumes:
  - name: ckpt
    emptyDir: {}
```

## Use instead
```yaml
volumes:
  - name: ckpt
    persistentVolumeClaim: {claimName: checkpoints}
```
or a bucket: `--checkpoint-dir=s3://acme-checkpoints/resnet`.

## When it does not fire
Jobs that also name a bucket for what they write (checkpoints on a local disk that are copied on
are the fastest way), scripts that copy files or mount a volume, directories of the node that look
like a shared file system, and jobs that say nothing about checkpoints, of which MLA-ML001 tells.

## References
- https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
- https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-lifetime.html
- https://cloud.google.com/compute/docs/disks/local-ssd
- https://learn.microsoft.com/azure/virtual-machines/ephemeral-os-disks
"""

from mlarchlint.api import TRAINING, Design, Hit, Hits, Kind, Resource, Severity, rule


@rule(
    id="MLA-ML006",
    severity=Severity.MEDIUM,
    on=Kind("batch_job", "compute_group", "compute_instance"),
    roles=TRAINING,
    since="0.1",
)
def checkpoint_on_ephemeral_storage(node: Resource, design: Design) -> Hits:
    lost = design.lost_checkpoints(node)
    if lost is None:
        return
    fix = "write checkpoints to a bucket or a persistent volume, or copy them there as they are written"
    if lost.certain:
        yield Hit(lost.at, f"writes checkpoints to {lost.path}, which is {lost.place}", fix=fix)
    else:
        claim = f"whether checkpoints in {lost.path} outlive the machine is not known: it may be {lost.place}"
        yield Hit(lost.at, claim, certain=False, fix=fix)
