"""How charts and overlays become manifests: what the configuration says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlarchlint.model.record import record


@record(frozen=True, slots=True)
class Rendering:
    """helm, kustomize: whether to render at all. values: absolute paths of values files; one that
    lies in a chart's folder is for that chart, others are for all. release: "" is the chart's name."""

    helm: bool = True
    kustomize: bool = True
    values: tuple[Path, ...] = ()
    release: str = ""
    namespace: str = ""

    def layered(self, written: Mapping[str, Any], place: Callable[[str, int], Path]) -> Rendering:
        """This layer with the keys `helm` and `kustomize` of the next laid over it.

        place: the path that a file name at a place of `helm.values` means.
        """
        helm: Mapping[str, Any] = written.get("helm", {})
        files = tuple(place(name, number) for number, name in enumerate(helm.get("values", ())))
        return replace(
            self,
            helm=helm.get("render", self.helm),
            kustomize=written.get("kustomize", {}).get("render", self.kustomize),
            values=(*self.values, *files),
            release=helm.get("release", self.release),
            namespace=helm.get("namespace", self.namespace),
        )
