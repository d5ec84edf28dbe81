"""The data sources of the kubectl provider that split YAML: what they give is in the code, not at a provider.

https://registry.terraform.io/providers/gavinbunney/kubectl/latest/docs/data-sources/kubectl_file_documents
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.functions import Context
from mlarchlint.frontends.terraform.functions_files import file_set, read_text
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.regex import regex

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.instances import ResourceInstance

_SEPARATOR = regex(r"^---.*$", re.MULTILINE)
_CONTENT = regex(r"^\s*[^#\s]", re.MULTILINE)
_TEMPLATE = regex(r"[$%]\{")


def documents_attribute(instance: ResourceInstance, name: str) -> cty.Value | None:
    """`documents` (a list of texts) or `manifests` (by self link); None where it is not known here."""
    if name not in ("documents", "manifests"):
        return None
    texts = _texts(instance)
    if texts is None:
        return None
    span = instance.body.arguments["content" if instance.body.arguments.get("content") else "pattern"].span
    documents = [
        part.strip("\n") for text in texts for part in _SEPARATOR.split(text) if _CONTENT.search(part)
    ]
    if name == "documents":
        return cty.tuple_of([cty.string(one, span) for one in documents], span)
    links = [_self_link(one) for one in documents]
    if any(link is None for link in links):
        return None
    return cty.object_of(
        {str(link): cty.string(one, span) for link, one in zip(links, documents, strict=True)}, span
    )


def split_documents(text: str) -> list[str]:
    """The documents of a text, without those that hold nothing."""
    return [part.strip("\n") for part in _SEPARATOR.split(text) if _CONTENT.search(part)]


def _texts(instance: ResourceInstance) -> list[str] | None:
    given = instance.member("content" if instance.resource.type == "kubectl_file_documents" else "pattern")
    if given is None or given.is_unknown or not isinstance(given.v, str):
        return None
    if instance.resource.type == "kubectl_file_documents":
        return [given.v]
    context = Context("fileset", given.span, instance.scope, evaluate)
    folder, pattern = posixpath.split(given.v)
    try:
        names = file_set([cty.string(folder or "."), cty.string(pattern)], context)
        found = sorted(str(one.v) for one in names.v)
        texts = [read_text(posixpath.join(folder, one), context) for one in found]
    except EvaluationError:
        return None
    # They are templates: what has nothing to fill in is as it stands.
    return None if any(_TEMPLATE.search(text) for text in texts) else texts


def _self_link(document: str) -> str | None:
    """As the provider names a manifest: `/apis/apps/v1/namespaces/ml/deployments/api`."""
    import yaml

    try:
        data: Any = yaml.load(document, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("metadata"), dict):
        return None
    version, kind, meta = str(data.get("apiVersion", "")), str(data.get("kind", "")), data["metadata"]
    start = f"/apis/{version}" if "/" in version else f"/api/{version}"
    space = f"/namespaces/{meta['namespace']}" if meta.get("namespace") else ""
    return f"{start}{space}/{kind.lower()}s/{meta.get('name', '')}"
