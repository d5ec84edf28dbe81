"""Renders one chart with helm-python-sdk; run as a process of its own: `python -m ... FOLDER OPTIONS`.

The SDK opens no connection to render a chart: `lookup` finds nothing, DNS is off. It is run
apart all the same, because what it renders is untrusted.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import yaml


def main(folder: str, options: str) -> None:
    """Writes `{template: text}` as JSON."""
    import helm_python

    given: dict[str, Any] = json.loads(options)
    values: dict[str, Any] = {}
    for name in given["values"]:
        with open(name, encoding="utf-8") as file:
            written = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        values = laid_over(values, written if isinstance(written, dict) else {})
    with helm_python.Chart.load(folder) as chart:
        rendered = chart.render(
            values, name=given["release"], namespace=given["namespace"], is_install=True, is_upgrade=False
        )
    json.dump(rendered, sys.stdout)


def laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Values as helm merges them: maps key by key, everything else replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
