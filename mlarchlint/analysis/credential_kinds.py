"""Where credentials are looked for."""

from __future__ import annotations

# What has a place for variables, arguments or a script.
CREDENTIAL_KINDS = (
    "batch_job", "compute_group", "compute_instance", "compute_template", "container_service", "container_template",
    "data_processor", "experiment_tracker", "lifecycle_script", "model", "model_endpoint", "notebook", "orchestrator",
    "serverless_container", "serverless_function", "training_cluster",
)  # fmt: skip
