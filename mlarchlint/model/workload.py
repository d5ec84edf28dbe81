"""Parts of the design with one role: what trains, serves, moves and stores."""

from __future__ import annotations

from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan

ROLES = (
    "training", "tuning", "inference", "inference-batch", "pipeline", "notebook",
    "feature_store", "registry", "tracking", "shared",
)  # fmt: skip
DATA_ROLES = ("dataset", "features", "model", "checkpoints", "artifacts", "captured", "logs", "state")


@record(frozen=True, slots=True)
class Evidence:
    """Why a role was given. weight: as in data/roles.yaml; 0 for an override."""

    reason: str
    weight: float
    span: SourceSpan


@record(frozen=True, slots=True)
class RoleOf:
    """The role of one resource, with its probability (0 to 1). role is None below the threshold."""

    role: str | None
    confidence: float
    evidence: tuple[Evidence, ...]


@record(frozen=True, slots=True)
class Workload:
    """members: resource keys in graph order. Every workload has evidence."""

    name: str
    role: str
    confidence: float
    evidence: tuple[Evidence, ...]
    members: tuple[str, ...]
