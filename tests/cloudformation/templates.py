"""Small templates for the tests."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.frontends.cloudformation import Options, evaluate_templates
from mlarchlint.model.resource import Evaluation, Instance
from mlarchlint.model.value import Value

FIXTURES = Path(__file__).parents[2] / "fixtures" / "cloudformation-language"


def evaluated(text: str, **options: object) -> Evaluation:
    return evaluate_templates({"t.yaml": text}, Options(**options))  # type: ignore[arg-type]


def fixture(*names: str, **options: object) -> Evaluation:
    files = {name: (FIXTURES / name).read_text() for name in names}
    return evaluate_templates(files, Options(**options))  # type: ignore[arg-type]


def by_address(evaluation: Evaluation) -> dict[str, Instance]:
    return {instance.address: instance for instance in evaluation.instances}


def value_of(expression: str, before: str = "", **options: object) -> Value:
    """What an expression is worth as a property of a lone resource."""
    text = f"{before}\nResources:\n  Other: {{Type: 'AWS::S3::Bucket'}}\n  R:\n    Type: Custom::R\n    Properties:\n      P: {expression}\n"
    evaluation = evaluated(text, **options)
    return by_address(evaluation)["R"].get("P")


def codes(evaluation: Evaluation) -> list[str]:
    return [diagnostic.code for diagnostic in evaluation.diagnostics]
