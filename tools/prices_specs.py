"""Instance specifications: vCPU, memory, accelerators, burstable or not, retired or not."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from prices_rows import Catalog, plain, write_lines

HEADER = (
    "sku\tvcpu\tmemory_gib\taccelerator_type\taccelerator_count\taccelerator_memory_gib"
    "\tburstable\tcurrent\tretired\tarch\tsource\n"
)  # fmt: skip


def gib(mib: str) -> str:
    return plain((Decimal(mib) / 1024).quantize(Decimal("0.001")).normalize()) if mib else ""


def flag(value: object) -> str:
    return "yes" if str(value).lower() in ("true", "1", "yes") else "no"


def aws(source: Path, folder: Path) -> int:
    lines = []
    with (source / "specs/aws-ec2-instance-specs.moto-2026-08-02.csv").open() as text:
        for line in csv.DictReader(text):
            kind, count = accelerator(line)
            fields = (
                line["instance_type"], line["vcpu"], gib(line["memory_mib"]), kind, count,
                gib(line["gpu_memory_mib_total"]), flag(line["burstable"]),
                flag(line["current_generation"]), "no", line["arch"], "moto",
            )  # fmt: skip
            lines.append("\t".join(fields) + "\n")
    with (source / "specs/aws-ec2-retired-types.moto-2026-04-01.csv").open() as text:
        for line in csv.DictReader(text):
            fields = (
                line["instance_type"], line["vcpu"], gib(line["memory_mib"]), line["gpu_name"].lower(),
                line["gpu_count"], gib(line["gpu_memory_mib_total"]), "no", "no", "yes", "x86_64", "moto",
            )  # fmt: skip
            lines.append("\t".join(fields) + "\n")
    write_lines(folder / "aws.tsv", HEADER, lines)
    return len(lines)


def accelerator(line: dict[str, str]) -> tuple[str, str]:
    """(name, count): `T4`, 4, or `16xTrainium` taken apart. A fraction of a card has no count."""
    if line["gpu_name"]:
        return line["gpu_name"].lower().replace(" ", "-"), line["gpu_count"]
    found = re.match(r"(\d+)x(.+)", line["inference_accelerator"] or line["neuron_devices"])
    return (found[2].lower().replace(" ", "-"), found[1]) if found else ("", "")


GPU_KEYS = {
    "a100": ("a100", 40), "a100-80gb": ("a100", 80), "h100-80gb": ("h100", 80), "h100-80gb-mega": ("h100", 80),
    "l4": ("l4", 24), "rtx6000": ("rtx-pro-6000", 96),
}  # fmt: skip


def google(source: Path, folder: Path) -> int:
    with (source / "gcp/pricing.gcosts-2026-07-30.yml").open() as text:
        types = yaml.load(text, Loader=yaml.CSafeLoader)["compute"]["instance"]
    lines = []
    with (source / "gcp/gcosts-machinetypes.csv").open() as text:
        for line in csv.DictReader(text, delimiter=";"):
            name = line["NAME"]
            kind, count, memory = google_gpu(types.get(name, {}))
            fields = (
                name, line["CPUS"], plain(Decimal(line["MEMORY_GB"]).normalize()), kind, count, memory,
                flag(line["SHARED_CPU"]), "no" if name.startswith(("f1-", "g1-", "n1-")) else "yes",
                "yes" if line["DEPRECATED"] == "OBSOLETE" else "no", "arm64" if name.startswith(("t2a", "c4a", "n4a")) else "x86_64", "gcosts",
            )  # fmt: skip
            lines.append("\t".join(fields) + "\n")
    write_lines(folder / "google.tsv", HEADER, lines)
    return len(lines)


def google_gpu(entry: dict[str, Any]) -> tuple[str, str, str]:
    for key, (name, memory) in GPU_KEYS.items():
        if entry.get(key):
            cards = Decimal(str(entry[key]))
            # A share of a card (g4-standard-6) counts as one accelerator with its share of the memory.
            return name, plain(max(Decimal(1), cards)), plain((cards * memory).normalize())
    return "", "", ""


# Sizes name their card, or their series has one: https://learn.microsoft.com/azure/virtual-machines/sizes/overview
AZURE_GPUS = (
    (r"_T4_", "t4", 16), (r"_A10_", "a10", 24), (r"NC\d+ads_A100", "a100", 80),
    (r"ND96amsr_A100", "a100", 80), (r"ND96asr_v4", "a100", 40), (r"_H100_", "h100", 80),
    (r"_H200_", "h200", 141), (r"_MI300X_", "mi300x", 192), (r"NC\d+r?s_v3", "v100", 16),
    (r"ND40rs_v2", "v100", 32), (r"NC\d+r?s_v2", "p100", 16), (r"NC\d+r?(_Promo)?$", "k80", 12),
    (r"NV\d+s_v[23]", "m60", 8), (r"NV\d+as_v4", "mi25", 16), (r"NP\d+s", "u250", 64),
)  # fmt: skip
# https://learn.microsoft.com/azure/virtual-machines/sizes/retirement: no longer deployable
AZURE_RETIRED = re.compile(
    r"_(NC\d+r?(_Promo)?|NC\d+r?s_v2|ND\d+r?s|NV\d+(_Promo)?|NV\d+s_v2|HB60rs|HC44rs|NC\d+r?s_v3)$"
)


def azure(source: Path, folder: Path, catalog: Catalog) -> int:
    """Sizes that are priced but in no specification keep the vCPU of their name, and no memory."""
    lines, seen = [], set()
    with (source / "specs/azure-vm-specs.autoscaler-2026-06-23.csv").open() as text:
        for line in csv.DictReader(text):
            seen.add(line["vm_size"])
            kind, each = azure_gpu(line["vm_size"])
            gpus = int(line["gpu"] or 0)
            count, memory = str(gpus), str(gpus * each) if each else ""
            size = (line["vm_size"], line["vcpu"], gib(line["memory_mb"]))
            card = (kind, count, memory) if gpus else ("", "", "")
            lines.append(azure_line(*size, *card, line["arch"], "autoscaler-azure"))
    for _, _, service, size in catalog.rows:
        if service == "vm" and size not in seen:
            seen.add(size)
            found = re.match(r"Standard_[A-Z]+?(\d+)(?:-(\d+))?", size)
            vcpu = (found[2] or found[1]) if found else ""
            kind, _ = azure_gpu(size)
            lines.append(azure_line(size, "" if kind else vcpu, "", kind, "", "", "", "name"))
    write_lines(folder / "azure.tsv", HEADER, lines)
    return len(lines)


def azure_gpu(size: str) -> tuple[str, int]:
    return next(((kind, memory) for pattern, kind, memory in AZURE_GPUS if re.search(pattern, size)), ("", 0))


def azure_line(
    size: str, vcpu: str, memory: str, gpu: str, count: str, gpu_memory: str, arch: str, source: str
) -> str:
    burstable = flag(re.match(r"Standard_B\d", size) is not None)
    retired = flag(AZURE_RETIRED.search(size) is not None)
    current = (
        "no"
        if retired == "yes" or re.match(r"(Basic_|Standard_A\d+$|Standard_[DFGL]S?\d+$)", size)
        else "yes"
    )
    arch = "x86_64" if arch == "amd64" else arch
    fields = (size, vcpu, memory, gpu, count, gpu_memory, burstable, current, retired, arch, source)
    return "\t".join(fields) + "\n"
