"""Whether a resource belongs to production, staging or development."""

from __future__ import annotations

from functools import lru_cache

from mlarchlint.analysis.tokens import find_token
from mlarchlint.model.resource import Resource
from mlarchlint.requirements import Requirements

_TAGS = ("environment", "env", "stage", "tier")
_NAMES = {
    "prod": ("prod", "production", "prd", "live"),
    "staging": ("staging", "stage", "stg", "preprod", "uat", "qa"),
    "dev": ("dev", "development", "develop", "sandbox", "playground", "test", "testing"),
}


def environment_of(node: Resource | None, workspace: str = "default") -> str:
    """prod, staging, dev or unknown: from tags, the workspace, the namespace, then the folder."""
    if node is not None:
        for key, value in node.tags.items():
            if key.lower() in _TAGS and value.text():
                named = _named(str(value.text()))
                if named:
                    return named
    if workspace != "default":
        named = _named(workspace)
        if named:
            return named
    if node is None:
        return "unknown"
    namespace = node.instance.get("metadata").get("namespace").text()
    folders = node.instance.scope or node.span.file.rpartition("/")[0]
    # `test` and `examples` folders say nothing about what the design is for.
    return _named(namespace or "") or _folder(folders) or "unknown"


def environment_in(requirements: Requirements, workspace: str, node: Resource | None) -> str:
    """The requirements win over what tags, workspace and names tell."""
    return requirements.text("environment") or environment_of(node, workspace)


@lru_cache(maxsize=4096)  # every rule asks it of every resource
def _named(text: str) -> str:
    return next((name for name, tokens in _NAMES.items() if find_token([text], tokens)), "")


@lru_cache(maxsize=4096)
def _folder(path: str) -> str:
    """A folder that is called after an environment, as in `envs/dev` or `overlays/staging`."""
    for folder in reversed(path.lower().split("/")):
        for name, tokens in _NAMES.items():
            if folder in tokens and folder not in ("test", "testing", "live"):
                return name
    return ""
