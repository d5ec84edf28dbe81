"""Production models come from an approved registry/bucket, not straight from a public hub; no remote code.

## What it does
Reports workloads that run code which comes with a model from a public hub (`--trust-remote-code`), and, in
production, serving and training that load their model straight from such a hub.

## Why is this bad
Whoever owns the repository on the hub may change it, rename it or take it down: the next replica then loads something
else, or nothing. With remote code they also run what they like beside your data, under the identity of the workload.
And no replica starts while the hub does not answer.

## Example
```yaml
args: [--model, someone/llama-tuned, --trust-remote-code]
```

## Use instead
```yaml
args: [--model, /models/llama-tuned/1.4.2] # copied from the hub once, read and approved
```

## When it does not fire
Models in buckets, registries, images and volumes; containers without a network (`enable_network_isolation`);
development. Hubs are told of in production only. Where the environment is not known, remote code is less grave, and
so is a model at a fixed revision.

## References
- https://huggingface.co/docs/hub/security
- https://docs.vllm.ai/en/v0.8.4/serving/engine_args.html
- https://kserve.github.io/website/docs/model-serving/storage/overview
- https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
"""

import re
from collections.abc import Iterator

from mlarchlint.api import (
    SERVING,
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    regex,
    rule,
    variables,
)

_ROLES = (*SERVING, "inference-batch", *TRAINING)
_LEAST = 0.6
_HUB = regex(
    r"^hf://|^https?://(\w+\.)?(huggingface\.co|hf\.co|modelscope\.cn|civitai\.com|tfhub\.dev|github\.com|raw\.githubusercontent\.com)/",
    re.IGNORECASE,
)
_GARDEN = "google_vertex_ai_endpoint_with_model_garden_deployment"
# `owner/name`, as hubs call their models; folders of a volume are called otherwise.
_NAME = (
    r"(?!(?:models?|data|mnt|opt|weights|app|workspace|tmp|var|home)/)[A-Za-z0-9][\w.-]{1,60}/[\w.-]{2,100}"
)
_NAMED = regex(rf"^{_NAME}$")
_ASKED = regex(rf"(?:\bvllm serve|--model(?:[-_](?:id|path))?(?:=|\s))\s*['\"]?({_NAME})(?=['\"\s]|$)")
_LOCAL = regex(r"(?:\bvllm serve|--model(?:[-_](?:id|path))?(?:=|\s))\s*['\"]?(?:/|\./|s3://|gs://)")
_SERVER = regex(r"vllm|text-generation|\btgi\b|sglang|huggingface|lmdeploy|launch_server", re.IGNORECASE)
_REMOTE = regex(r"--trust[-_]remote[-_]code(?!\s*[= ]\s*['\"]?(false|0)\b)", re.IGNORECASE)
_FIXED = regex(r"--revision[= ]\s*['\"]?[0-9a-f]{40}\b")
_FIX = "copy the model into a bucket or registry of your own, read its code there, and serve that"


@rule(
    id="MLA-SE022",
    severity=Severity.MEDIUM,
    on=Kind(
        "model",
        "model_endpoint",
        "container_service",
        "container_template",
        "serverless_container",
        "batch_job",
    ),
    since="0.1",
)
def model_from_untrusted_source(node: Resource, design: Design) -> Hits:
    if node["network_isolation"].is_true() is Truth.YES or not _is_meant(node, design):
        return
    where = design.environment(node)
    commands = " ".join(value.clue() or "" for value in node["commands"].walk())
    code = None if where == "dev" or _LOCAL.search(commands) else _remote_code(node, commands)
    source = next(_sources(node, commands), None)
    if code is not None and (source is None or source[0].is_unknown):
        claim = "runs code that comes with its model, and where that comes from is not known"
        yield Hit(code, claim, attribute="code", certain=False, fix=_FIX)
    elif code is not None and source is not None:
        claim = (
            f"runs code that comes with {source[1]}: whoever owns that repository runs what they like here"
        )
        yield Hit(code, claim, attribute="code", severity=None if where == "prod" else Severity.LOW, fix=_FIX)
    elif where == "prod" and source is not None:
        at, name = source
        if at.is_unknown:
            claim = f"whether it loads its model from a public hub is not known: {at.why}"
            yield Hit(at, claim, attribute="source", certain=False, fix=_FIX)
            return
        grave = None if _FIXED.search(commands) is None else Severity.LOW
        claim = f"loads {name} from a public hub whenever an instance starts"
        yield Hit(at, claim, attribute="source", severity=grave, fix=_FIX)


def _remote_code(node: Resource, commands: str) -> Value | None:
    if _REMOTE.search(commands):
        return next((v for v in node["commands"].walk() if "trust" in (v.clue() or "")), node["commands"])
    for name, value in variables(node["env"]):
        if name.upper().endswith("TRUST_REMOTE_CODE") and value.one_of(True, "1", "true") is Truth.YES:
            return value
    return None


def _sources(node: Resource, commands: str) -> Iterator[tuple[Value, str]]:
    """Where a hub is named, and the model there; what is not known last."""
    own = node["uri"]
    text = own.text() or ""
    if _HUB.search(text) or (node.type == _GARDEN and text and not text.startswith("publishers/")):
        yield own, text
    found = _ASKED.search(commands) if _SERVER.search(f"{commands} {_images(node)}") else None
    if found is not None:
        yield node["commands"], found.group(1)
    hidden = []
    for name, value in variables(node["env"]):
        if name.upper() in ("HF_MODEL_ID", "HF_MODEL"):
            if value.is_unknown:
                hidden.append((value, ""))
            elif _NAMED.search(value.text() or ""):
                yield value, value.text() or ""
    yield from hidden


def _images(node: Resource) -> str:
    return " ".join(value.clue() or "" for value in node["images"].walk())


def _is_meant(node: Resource, design: Design) -> bool:
    lenders = design.targets(node, Relation.USES, Relation.SERVES)
    if any(not one["env"].is_absent and one["env"] is node["env"] for one in lenders):
        return False  # told where it is written
    if node.kind == "model":
        return True
    users = design.sources(node, Relation.USES) if node.kind == "container_template" else ()
    return any(_has_role(one, design) for one in (node, *users))


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role in _ROLES and role.confidence >= _LEAST
