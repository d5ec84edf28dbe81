"""Distributed training with sensitive data encrypts inter-node traffic.

## What it does
Where the requirements call the data confidential or restricted, reports training and monitoring jobs on several
machines that do not encrypt what these send each other.

## Why is this bad
Gradients and shuffled batches carry the data: from gradients alone, samples have been put together again. Inside
the network of a service, other tenants' traffic passes the same wires.

## Example
```hcl
resource "aws_sagemaker_training_job" "resnet" {
  resource_config {
    instance_count = 8
    instance_type  = "ml.p4d.24xlarge"
  }
}
```

## Use instead
```hcl
resource "aws_sagemaker_training_job" "resnet" {
  enable_inter_container_traffic_encryption = true
  resource_config {
    instance_count = 8
    instance_type  = "ml.p4d.24xlarge"
  }
}
```

## When it does not fire
Jobs on a single machine; data that nobody calls confidential; a job that is tagged
`mlarchlint.dev/plain-traffic`, where the time that encryption costs has been weighed; Google Cloud, which
encrypts between its machines. Of pods on several nodes it is unknown: the network of the cluster decides.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlsec-09.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html
- https://cloud.google.com/docs/security/encryption-in-transit
"""

from mlarchlint.api import TRAINING, Design, Edit, Hit, Hits, Kind, Resource, Severity, Truth, rule

_WEIGHED = "mlarchlint.dev/plain-traffic"
_SENSITIVE = ("confidential", "restricted")
_EDITS = (Edit("inter_node_encryption", True, note="encryption between the machines makes training slower"),)


@rule(id="MLA-SE014", severity=Severity.MEDIUM, on=Kind("batch_job", "model_monitor"), since="0.1")
def training_traffic_unencrypted(node: Resource, design: Design) -> Hits:
    sensitivity = design.needs(node).text("data.sensitivity")
    if sensitivity not in _SENSITIVE or _WEIGHED in node.tags:
        return
    if node.kind == "batch_job" and design.role(node) not in TRAINING:
        return
    several = node["nodes"].at_least(2)
    encrypted = node["inter_node_encryption"]
    if several is Truth.NO or node["nodes"].is_absent:
        return
    if node.provider == "kubernetes":
        if several is Truth.YES:
            claim = f"trains on several nodes with {sensitivity} data; whether their network encrypts is not known"
            yield Hit(node["nodes"], claim, certain=False, severity=Severity.LOW)
        return
    if encrypted.is_absent or encrypted.is_true() is Truth.YES:
        return
    claim = f"sends {sensitivity} data between its machines in the clear"
    certain = several is Truth.YES and encrypted.is_true() is Truth.NO
    if not certain:
        unknown = encrypted if encrypted.is_unknown else node["nodes"]
        claim = f"whether it sends {sensitivity} data between its machines in the clear is not known: {unknown.why}"
    yield Hit(
        encrypted,
        claim,
        certain=certain,
        fix="encrypt the traffic between the machines of the job",
        edits=_EDITS if certain else (),
    )
