"""CloudFormation and SAM templates.

>>> evaluate_templates({"stack.yaml": text}, Options(parameters=(("Env", "prod"),)), read)
"""

from __future__ import annotations

from mlarchlint.frontends.cloudformation.evaluate import evaluate_templates
from mlarchlint.frontends.cloudformation.options import Limits, Options

__all__ = ["Limits", "Options", "evaluate_templates"]
