"""What registry module a `source` argument means."""

from __future__ import annotations

from mlarchlint.model.regex import regex

_GIT = regex(r"(?:github\.com[/:])([\w.-]+)/terraform-([a-z0-9]+)-([\w-]+?)(?:\.git)?(?=//|\?|$)")
_HOST = regex(r"^[\w-]+(?:\.[\w-]+)+/")


def registry_name(source: str) -> str:
    """`namespace/name/provider`, with `//submodule` if any, for registry and GitHub sources.

    Registry modules live in repositories called terraform-PROVIDER-NAME:
    https://developer.hashicorp.com/terraform/registry/modules/publish
    """
    path, mark, rest = source.partition("//") if "://" not in source else _split_git(source)
    submodule = mark + rest.partition("?")[0] if mark else ""
    found = _GIT.search(path)
    if found is not None:
        return f"{found[1]}/{found[3]}/{found[2]}{submodule}"
    return _HOST.sub("", path) + submodule


def _split_git(source: str) -> tuple[str, str, str]:
    scheme, _, rest = source.partition("://")
    path, mark, submodule = rest.partition("//")
    return f"{scheme}://{path}", mark, submodule
