"""Terraform and OpenTofu configurations, evaluated into instances."""

from __future__ import annotations

from mlarchlint.frontends.terraform.limits import Limits
from mlarchlint.frontends.terraform.sources import TerraformOptions, TerraformSources, sources_below
from mlarchlint.model.resource import Evaluation

__all__ = ["Limits", "TerraformOptions", "TerraformSources", "evaluate_terraform", "sources_below"]


def evaluate_terraform(sources: TerraformSources, options: TerraformOptions | None = None) -> Evaluation:
    """The instances of every root module among the sources, and what could not be read."""
    from mlarchlint.frontends.terraform.scan import evaluate_roots

    return evaluate_roots(sources, options or TerraformOptions())
