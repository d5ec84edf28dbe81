"""Serving and training images are pinned (digest or immutable version).

## What it does
Reports images of serving and training workloads that have the tag `latest`, another tag that moves by design (`main`,
`nightly`, ...) or none; in production also, as a hint, versions in a registry of the same code that lets anybody
overwrite them.

## Why is this bad
A pod that starts tonight pulls what was pushed today: replicas of one service give different answers, a training run
cannot be repeated, and a rollback brings back nothing. Whoever may push an image runs it in production without
any deployment.

## Example
```yaml
image: registry.example.com/ranker:latest
```

## Use instead
```yaml
image: registry.example.com/ranker:1.4.2@sha256:9b2c...41de
```

## When it does not fire
Development; digests and versions; small tools in init containers and beside the model (busybox, curl); prebuilt
images whose provider names the version before the tag. Where the environment is not known, and where the service
keeps the digest that it found when it was deployed (Cloud Run, ECS, Lambda, SageMaker), it is less grave.

## References
- https://kubernetes.io/docs/concepts/containers/images/
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
- https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
- https://cloud.google.com/run/docs/deploying
"""

import re

from mlarchlint.api import (
    SERVING,
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    regex,
    rule,
)

_ROLES = (*SERVING, "inference-batch", *TRAINING)
_LEAST = 0.6
_MOVES = ("latest", "main", "master", "nightly", "edge", "develop", "dev", "head")
# They keep the digest that the tag had at the last deployment.
_KEEPS_DIGEST = regex(
    r"^(google_cloud_run|aws_(ecs|lambda|sagemaker)_|AWS::(ECS|Lambda|SageMaker|Serverless)::)"
)
_TOOL = regex(
    r"(^|/)(busybox|alpine|curl|ubuntu|debian|bash|kubectl|aws-cli|cloud-sdk|git|netshoot|wait-for[\w-]*)$"
)
_PREBUILT = regex(
    r"-docker\.pkg\.dev/(vertex-ai|deeplearning-platform-release)/|^mcr\.microsoft\.com/azureml/",
    re.IGNORECASE,
)
# Names are in lower case; others stand in for what a script puts there.
_IMAGE = regex(r"^[a-z0-9_.*-]+(:\d+)?(/[a-z0-9_.*-]+)*(:[\w.*-]+)?$")
_FIX = "name a version, best with its digest"


@rule(
    id="MLA-SE016",
    severity=Severity.MEDIUM,
    on=Kind(
        "model",
        "model_endpoint",
        "container_service",
        "container_template",
        "serverless_container",
        "serverless_function",
        "batch_job",
        "training_cluster",
    ),
    since="0.1",
)
def mutable_image_reference(node: Resource, design: Design) -> Hits:
    images = node["images"]
    if images.is_absent or not _meant(node, design):
        return
    where = design.environment(node)
    if where == "dev":
        return
    every = images.items() or (images,)
    moving = [(image, claim) for image in every if (claim := _moves(image))]
    if moving:
        image, claim = moving[0]
        kept = _KEEPS_DIGEST.search(node.type) is not None
        grave = where == "prod" and not kept
        related = tuple(Related(f"also {also}", other.span) for other, also in moving[1:])
        ending = (
            ": the next deployment takes what is there then" if kept else ": what starts next may be another"
        )
        yield Hit(
            image,
            f"runs {claim}{ending}",
            attribute="image",
            severity=None if grave else Severity.LOW,
            related=related,
            fix=_FIX,
        )
        return
    hidden = next((image for image in every if image.is_unknown and not _tagged(image)), None)
    if hidden is not None:
        claim = f"whether its image is pinned is not known: {hidden.why}"
        yield Hit(hidden, claim, attribute="image", certain=False, fix=_FIX)
    elif where == "prod":
        yield from _overwritten(node, every, design)


def _moves(image: Value) -> str:
    """What is said of an image whose tag moves; empty where it does not, or nothing tells."""
    text = image.clue() or ""
    if image.path.endswith(".repository_url"):
        return "an image without a tag, which means latest"
    if not text or "@" in text or not _IMAGE.search(text) or _PREBUILT.search(text):
        return ""
    name, _, tag = _split(text)
    if _TOOL.search(name) or "*" in tag:
        return ""
    if not tag:
        # Of `*` at the end, the tag may be part of what is not known.
        # A single word may be one that Kustomize replaces.
        return "" if name.endswith("*") or "/" not in name else f"{text}, without a tag, which means latest"
    lowered = tag.lower()
    moves = lowered in _MOVES or (lowered.startswith(("latest-", "nightly-")) and _is_bare(tag))
    said = f"the tag {tag} of an image" if name.startswith("*") else text
    return said if moves else ""


def _is_bare(tag: str) -> bool:
    """`latest-gpu`, though not `nightly-2026-11-01`."""
    return not any(char.isdigit() for char in tag)


def _split(text: str) -> tuple[str, str, str]:
    """The port of a registry is no tag."""
    folder, slash, last = text.rpartition("/")
    name, colon, tag = last.partition(":")
    return folder + slash + name, colon, tag


def _tagged(image: Value) -> bool:
    """Of an unknown image the known part may end in a version."""
    text = image.clue() or ""
    return "@" in text or bool(_split(text)[2].strip("*"))


def _overwritten(node: Resource, images: tuple[Value, ...], design: Design) -> Hits:
    if all("@" in (image.clue() or "@") for image in images):
        return
    for registry in design.targets(node, Relation.READS):
        if registry.kind == "image_registry" and registry["immutable_tags"].equals(False) is Truth.YES:
            claim = f"runs a version that a push may overwrite: tags of {registry.address} are mutable"
            related = (Related("the registry", registry["immutable_tags"].span),)
            yield Hit(images[0], claim, attribute="tag", severity=Severity.INFO, related=related, fix=_FIX)
            return


def _meant(node: Resource, design: Design) -> bool:
    if any(
        other["images"] is node["images"] for other in design.targets(node, Relation.USES, Relation.SERVES)
    ):
        return False  # told where it is written
    if node.kind == "model":
        return True
    users = design.sources(node, Relation.USES) if node.kind == "container_template" else ()
    return any(_has_role(one, design) for one in (node, *users))


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role in _ROLES and role.confidence >= _LEAST
