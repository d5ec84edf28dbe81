"""Writes mlarchlint/data/checkov.tsv: a pillar, a severity and the rule of ours for every check of checkov.

Run with the Python of an environment that has checkov, at the version of mlarchlint.interop.checkov:

    PYTHONPATH=. CHECKOV_ENVIRONMENT/bin/python tools/build_checkov_table.py
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parent.parent / "mlarchlint" / "data" / "checkov.tsv"
FRAMEWORKS = ("terraform", "cloudformation", "kubernetes")
_PILLARS = {"LOGGING": "observability", "BACKUP_AND_RECOVERY": "high-availability", "CONVENTION": "custom"}
# Words of a check's name -> its pillar, where the category of checkov is too broad. The first that fits counts.
_BY_NAME = (
    (r"probe|multi.?az|zone.?redundan|high availability|replica|failover|health check|autorepair|auto repair", "high-availability"),
    (r"(cpu|memory) (request|limit)|autoscal|auto-scal|throttl|concurren", "scalability"),
    (r"lifecycle|cost|billing", "cost"),
    (r"x-ray|tracing|monitor|insight|alarm|metric|log", "observability"),
    (r"region|residency|deletion protection|purge|soft.?delete|backup|point.in.time|snapshot cop", "data-governance"),
)  # fmt: skip
# Words of a check's name -> its severity; the first that fits counts, else medium.
_SEVERITIES = (
    (r"hard.?cod|credential|secret.*(plain|environment)|access key", "critical"),
    (r"all principals|any principal|anonymous|publicly (writ|read)|allusers|wildcard principal", "critical"),
    (r"0\.0\.0\.0|::/0|public(ly)?\b|unrestricted|full administrative|\* (resource|action)|privileged container", "high"),
    (r"cmk|customer.?managed|tag|description|name|x-ray|tracing|insight|copy tags|minor|latest|deletion protection|retention", "low"),
    (r"encrypt|https|tls|ssl|imds|metadata service|root|privilege escalation", "high"),
)  # fmt: skip
# Words of a check's name -> our rule that speaks of the same attribute.
_SAME = (
    (r"cmk|customer.?managed", "MLA-SE019"),
    (r"hard.?coded secrets? exist in (lambda|ec2)|user data does not contain sensitive", "MLA-SE012"),
    (r"direct internet.*notebook|root access to sagemaker notebook|notebook instance only allows for imds", "MLA-SE008"),
    (r"machine learning workspace is not configured|public access is disabled for machine learning", "MLA-SE009"),
    (r"cognitive (services|search).*public network access|vertex ai (index )?endpoint is private", "MLA-SE009"),
    (r"privileged container|non-privileged", "MLA-SE015"),
    (r"image tag|image should use digest", "MLA-SE016"),
    (r"eks public endpoint|aks enables private|api server authorized ip|gke control plane is not public", "MLA-SE021"),
    (r"master authorized networks", "MLA-SE021"),
    (r"in.?transit|https|\btls\b|\bssl\b", "MLA-SE004"),
    (r"encrypt", "MLA-SE003"),
    (r"multi.?az|zone.?redundan", "MLA-HA009"),
    (r"versioning", "MLA-ML002"),
    (r"(bucket|blob|storage account|container).*public|public.*(bucket|blob|acl)|block public", "MLA-SE013"),
    (r"imds|metadata service version", "MLA-SE018"),
    (r"(liveness|readiness) probe|health check", "MLA-HA003"),
    (r"x-ray|tracing", "MLA-OB003"),
    (r"public ip|publicly accessible|public access", "MLA-SE001"),
    (r"full administrative|\"\*\"|wildcard", "MLA-SE002"),
    (r"deletion protection|purge protection", "MLA-DG003"),
    (r"\bwaf\b", "MLA-SE005"),
    (r"image scan|scan on push|cloudtrail", "MLA-SE006"),
    (r"lifecycle", "MLA-CO004"),
)  # fmt: skip


def main() -> None:
    rows = [f"{ident}\t{pillar}\t{severity}\t{same}" for ident, pillar, severity, same in sorted(table())]
    text = "# id, pillar, severity, our rule on the same attribute; written by tools/build_checkov_table.py\n"
    PLACE.write_text(text + "\n".join(rows) + "\n", encoding="utf-8")


def table() -> Iterator[tuple[str, str, str, str]]:
    for ident, (name, category) in checks().items():
        lowered = name.lower()
        pillar = _PILLARS.get(category) or _first(_BY_NAME, lowered) or "security"
        yield ident, pillar, _first(_SEVERITIES, lowered) or "medium", _first(_SAME, lowered)


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((answer for pattern, answer in table if re.search(pattern, text)), "")


def checks() -> dict[str, tuple[str, str]]:
    """id -> (name, category)."""
    found: dict[str, tuple[str, str]] = {}
    for registry in _registries():
        for by_type in (registry.checks, registry.wildcard_checks):
            for check in (one for listed in by_type.values() for one in listed):
                categories = [category.name for category in check.categories or ()]
                found.setdefault(check.id, (check.name, categories[0] if categories else ""))
    graph: Any = importlib.import_module("checkov.common.checks_infra.registry")
    for framework in FRAMEWORKS:
        registry = graph.get_graph_checks_registry(framework)
        registry.load_checks()
        for check in registry.checks:
            found.setdefault(check.id, (check.name, str(check.category or "").upper()))
    return found


def _registries() -> Iterator[Any]:
    for framework in FRAMEWORKS:
        package = importlib.import_module(f"checkov.{framework}.checks")
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            with contextlib.suppress(Exception):
                importlib.import_module(module.name)
    for place, name in (
        ("terraform.checks.resource.registry", "resource_registry"),
        ("terraform.checks.data.registry", "data_registry"),
        ("terraform.checks.provider.registry", "provider_registry"),
        ("terraform.checks.module.registry", "module_registry"),
        ("cloudformation.checks.resource.registry", "cfn_registry"),
        ("kubernetes.checks.resource.registry", "registry"),
    ):
        yield getattr(importlib.import_module(f"checkov.{place}"), name)


if __name__ == "__main__":
    main()
