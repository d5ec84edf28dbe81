"""Storage throughput should feed the accelerators.

## What it does
Compares what the accelerators of a training machine or pod read a second with what its storage delivers: volumes and
file systems whose throughput is written, or follows from their type, tier and size. What a card reads of
compressed images is that of MLPerf Storage (ResNet-50: 36 MiB/s for a V100, 101 for an A100, 195 for an H100), where
names, images and commands say that it trains on images. A card may wait for a tenth of the time before that is a finding.

## Why is this bad
An accelerator that waits costs the same as one that computes. Eight A100 can read 804 MiB/s of images; from a volume of 125 MiB/s they
are idle for five sixths of the time.

## Example
```hcl
resource "aws_efs_file_system" "dataset" {
  throughput_mode                 = "provisioned"
  provisioned_throughput_in_mibps = 128
}
```
mounted by a machine with eight A100.

## Use instead
```hcl
resource "aws_fsx_lustre_file_system" "dataset" {
  storage_capacity            = 2400
  deployment_type             = "PERSISTENT_2"
  per_unit_storage_throughput = 500
  subnet_ids                  = [aws_subnet.training.id]
}
```
or object storage with a cache on the disks of the machine.

## When it does not fire
Stores that fit into the memory of the machine, checkpoints and models, several volumes that may be striped, data that may
lie in object storage, training on text or tables, cards that are in no table, and storage that follows the load.
Spinning disks and bursting file systems are MLA-PE003. Where nothing says what is read, the verdict is unknown.

## Parameters
`card_mibs` (0): what one accelerator reads, in MiB a second, whatever the data is; 0 takes the figures for images.

## References
- https://mlcommons.org/benchmarks/storage
- https://github.com/mlcommons/storage
- https://docs.aws.amazon.com/efs/latest/ug/performance.html
- https://docs.cloud.google.com/filestore/docs/service-tiers-zonal
- https://learn.microsoft.com/azure/azure-netapp-files/azure-netapp-files-service-levels
- https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
"""

from collections.abc import Mapping
from typing import Any

from mlarchlint.api import TRAINING, Design, Hit, Hits, Kind, Related, Resource, Severity, rule

_FIX = "give it the throughput, use a parallel file system, or cache the data on disks of the machine"


@rule(
    id="MLA-PE011",
    severity=Severity.LOW,
    on=Kind("compute_instance", "compute_group", "training_cluster", "batch_job", "container_service"),
    roles=TRAINING,
    since="0.1",
    params={"card_mibs": 0},
)
def training_storage_too_slow(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    stated = float(params["card_mibs"])
    for place, feed in enumerate(design.feeds(node)):
        wanted, known = feed.wanted(stated), bool(stated) or feed.images
        if wanted is None or known is False:
            continue
        attribute, store = f"storage{place}", feed.store.address
        cards = f"{feed.cards.count} {feed.cards.kind.upper() or 'accelerators'}"
        related = (Related("what it reads from", feed.store.span),)
        if feed.delivered is None:
            if known:
                claim = f"whether {store} feeds its {cards} is not known: {feed.at.why}"
                yield Hit(feed.at, claim, certain=False, attribute=attribute, related=related, fix=_FIX)
        elif feed.starves(wanted) and known:
            verb, data = ("read", "") if stated else ("can read", " of images")
            claim = f"its {cards} {verb} {wanted:,.0f} MiB{data} a second, and {store} delivers {feed.delivered:,.0f}"
            yield Hit(feed.at, claim, attribute=attribute, related=related, fix=_FIX)
        elif feed.starves(wanted):
            claim = (
                f"whether its {cards} wait for {store}, which delivers {feed.delivered:,.0f} MiB a second, is not known: "
                f"nothing says what they read; of images it would be {wanted:,.0f}"
            )
            yield Hit(feed.at, claim, certain=False, attribute=attribute, related=related, fix=_FIX)
