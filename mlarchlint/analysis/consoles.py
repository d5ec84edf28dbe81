"""Consoles of ML tools: their ports, and those that let in whoever reaches them."""

from __future__ import annotations

import re

from mlarchlint.analysis.firewalls import Ports
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource

# https://docs.ray.io/en/latest/ray-core/configure.html#ports-configurations
# https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/getting_started/quickstart.html
# https://spark.apache.org/docs/latest/security.html#configuring-ports-for-network-security
CONSOLE_PORTS = {
    22: "SSH", 4040: "the Spark UI", 5000: "MLflow", 6006: "TensorBoard", 6379: "Redis", 8000: "Triton",
    8001: "Triton", 8002: "Triton", 8080: "Airflow or another console", 8265: "the Ray dashboard", 8888: "Jupyter",
    10001: "Ray clients", 18080: "the Spark history",
}  # fmt: skip
# Without a word of their own these ask nobody for a password.
_OPEN = (
    (regex(r"\bmlflow\b"), "MLflow"),
    (regex(r"\btensorboard\b"), "TensorBoard"),
    (regex(r"(^|/)ray(project)?/|\bray +start\b.*--head"), "the Ray dashboard, which runs code"),
    (regex(r"\bspark[\w-]*history|HistoryServer"), "the Spark history"),
    (regex(r"\baim(hubio|stack)?\b.* up\b|(^|/)aimhubio/|(^|/)aimstack/"), "Aim"),
    (regex(r"\bdask[- ]scheduler\b"), "the Dask scheduler, which runs code"),
)
_WITH_LOGIN = regex(
    # A server that is given a name and a password asks its callers for them.
    r"basic[-_]auth|oidc[-_]auth|oauth2?[-_]proxy|--app-name|RAY_AUTH_MODE|\bMLFLOW_(TRACKING_PASSWORD|AUTH_\w+)",
    re.IGNORECASE,
)
_JUPYTER = regex(r"(Notebook|Server|Identity)\w*\.(token|password)=(''|\"\"|\s|$)|--no-auth|--auth[ =]none")


def consoles_on(ports: Ports) -> tuple[str, ...]:
    """The consoles that listen on some of the ports, with the port; none are named of all ports."""
    found = [
        f"{port} ({name})"
        for port, name in CONSOLE_PORTS.items()
        if any(low <= port <= high for low, high in ports)
    ]
    return tuple(found)


def open_console(graph: ResourceGraph, node: Resource) -> str:
    """The console that it serves to whoever asks; empty if none is known of it."""
    parts = [node, *graph.targets(node, Relation.USES)]
    texts = [
        text
        for part in parts
        for trait in ("images", "commands", "env_names")
        for value in part[trait].walk()
        if (text := value.clue())
    ]
    whole = " ".join(texts)
    if _JUPYTER.search(whole):
        return "Jupyter without a token"
    if _WITH_LOGIN.search(whole):
        return ""
    return next(
        (name for pattern, name in _OPEN if any(pattern.search(text) for text in (*texts, whole))), ""
    )
