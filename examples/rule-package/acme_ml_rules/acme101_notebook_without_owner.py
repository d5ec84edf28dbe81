"""Notebooks name their owner, so that somebody can be asked before they are stopped.

## What it does
Reports notebooks without the tag `owner`.

## Why is this bad
A notebook that nobody owns runs until somebody looks at the bill.

## Example
```hcl
resource "aws_sagemaker_notebook_instance" "exploration" {
  instance_type = "ml.t3.medium"
}
```

## Use instead
```hcl
resource "aws_sagemaker_notebook_instance" "exploration" {
  instance_type = "ml.t3.medium"
  tags          = { owner = "search" }
}
```

## When it does not fire
Tags that are not known give an uncertain finding.

## References
- https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html
"""

from collections.abc import Mapping

from mlarchlint.api import Design, Hit, Hits, Kind, Resource, Severity, Truth, Value, rule


@rule(id="ACME-101", severity=Severity.LOW, on=Kind("notebook"), since="1.0", params={"tag": "owner"})
def notebook_without_owner(node: Resource, design: Design, params: Mapping[str, str]) -> Hits:
    name = params["tag"]
    owner = node.tags.get(name, Value.absent(node.span))
    match owner.is_set():
        case Truth.NO:
            yield Hit(owner, f"has no tag '{name}'", fix=f"tag it with {name}")
        case Truth.MAYBE:
            yield Hit(owner, f"the tag '{name}' is not known: {owner.why}", certain=False)
