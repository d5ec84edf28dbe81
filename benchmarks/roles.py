"""How well roles are inferred: precision, recall and a confusion matrix over labelled snippets.

    python benchmarks/roles.py            every set in figures, the mistakes of all but the held-out one
    python benchmarks/roles.py roles-dev  one set

Precision: of the roles given, the share that is right. Recall: of the roles that should be
given, the share that is given rightly. What each set was used for is told in docs/roles.md;
the mistakes on the held-out set are never printed, so that nobody tunes on them by accident.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from mlarchlint.analysis.roles import infer_roles
from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
TUNED, DEV, HELD_OUT = "roles", "roles-dev", "roles-held-out"
NONE = "none"


@dataclass(frozen=True)
class Verdict:
    file: str
    address: str
    expected: str
    given: str
    confidence: float

    @property
    def format(self) -> str:
        if self.file.startswith("kubernetes/"):
            return "kubernetes"
        return f"terraform-{self.file.partition('/')[0]}" if self.file.endswith(".tf") else "cloudformation"


def verdicts(folder: Path) -> Iterator[Verdict]:
    """One per labelled address; KeyError for an address that the snippet does not declare."""
    config, kinds = Config(), built_in_kinds()
    for entry in yaml.safe_load((folder / "index.yaml").read_text("utf-8")):
        instances = evaluate(discover([folder / entry["file"]], config), config).instances
        graph = normalise(instances, kinds)
        roles = infer_roles(graph)
        by_address = {node.address: node.part_of or node.key for node in graph}
        for address, expected in entry["roles"].items():
            found = roles.get(by_address[address])
            given, confidence = (found.role or NONE, found.confidence) if found else (NONE, 0.0)
            yield Verdict(entry["file"], address, expected, given, confidence)


def precision(found: list[Verdict]) -> float:
    given = [one for one in found if one.given != NONE]
    return sum(one.given == one.expected for one in given) / len(given) if given else 1.0


def recall(found: list[Verdict]) -> float:
    wanted = [one for one in found if one.expected != NONE]
    return sum(one.given == one.expected for one in wanted) / len(wanted) if wanted else 1.0


def matrix(found: list[Verdict]) -> str:
    """Rows are what is expected, columns what is given."""
    cells = Counter((one.expected, one.given) for one in found)
    names = sorted({name for pair in cells for name in pair}, key=lambda name: (name == NONE, name))
    width = max(len(name) for name in names) + 2
    lines = ["expected".ljust(width) + "".join(name.rjust(width) for name in names)]
    for row in names:
        counts = (str(cells[row, column] or ".") for column in names)
        lines.append(row.ljust(width) + "".join(count.rjust(width) for count in counts))
    return "\n".join(lines)


def by(found: list[Verdict], group: Callable[[Verdict], str]) -> str:
    """Precision and recall of each group; a wrong role counts against the format that it was given in."""
    groups = sorted({group(one) for one in found})
    return "\n".join(
        f"  {name:18} precision {precision(part):.3f}  recall {recall(part):.3f}  of {len(part)}"
        for name in groups
        for part in [[one for one in found if group(one) == name]]
    )


def by_role(found: list[Verdict]) -> str:
    lines = []
    for role in sorted({one.expected for one in found} - {NONE}):
        given = [one for one in found if one.given == role]
        wanted = [one for one in found if one.expected == role]
        lines.append(
            f"  {role:18} precision {precision(given):.3f}  recall {recall(wanted):.3f}  of {len(wanted)}"
        )
    return "\n".join(lines)


def show(name: str) -> None:
    found = list(verdicts(FIXTURES / name))
    files = len({one.file for one in found})
    print(f"== {name}: {files} snippets, {len(found)} addresses: ", end="")
    print(f"precision {precision(found):.3f}, recall {recall(found):.3f}")
    print(by_role(found))
    print(by(found, lambda one: one.format))
    if name == HELD_OUT:
        return
    print(matrix(found))
    for one in found:
        if one.given != one.expected:
            print(f"{one.file}: {one.address} is {one.expected}, given {one.given} ({one.confidence})")


def main() -> int:
    for name in sys.argv[1:] or (TUNED, DEV, HELD_OUT):
        show(name)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
