"""Who measures the use of accelerators: the service by itself, or an agent that the code has to bring."""

from __future__ import annotations

from mlarchlint.analysis.role_signals import has_accelerator
from mlarchlint.model.resource import Resource

# https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
# https://cloud.google.com/stackdriver/docs/solutions/gke/managing-metrics
_MEASURED = (
    "sagemaker",
    "vertex_ai",
    "machine_learning",
    "machinelearning",
    "databricks",
    "google_container",
    "tpu",
)


def needs_gpu_agent(node: Resource) -> bool:
    """Accelerators of machines that the code sets up: no service measures them, and no unread image could."""
    if has_accelerator(node) is None or any(part in node.type.lower() for part in _MEASURED):
        return False
    return node.provider == "kubernetes" or not node["user_data"].is_absent or "node_group" in node.type
