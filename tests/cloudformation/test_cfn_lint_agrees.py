"""cfn-lint's resolver as an independent witness: what we know is among the values that it finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlarchlint.frontends.cloudformation import evaluate_templates
from tests.cloudformation.templates import FIXTURES, by_address

cfnlint = pytest.importorskip("cfnlint")


def plain_text(value: object) -> object:
    """Both sides as texts: cfn-lint keeps defaults as written and escapes in place."""
    if isinstance(value, (dict, list)):
        return json.loads(json.dumps(value), parse_int=str, parse_float=str)
    text = str(value).replace("${!", "${")
    try:
        loaded = json.loads(text)
    except ValueError:
        return text
    return json.dumps(loaded) if isinstance(loaded, (dict, list)) else text


def agreements(path: Path) -> int:
    """How many of our values are among those that cfn-lint resolves; one that is not fails."""
    from cfnlint.context import create_context_for_template
    from cfnlint.decode import cfn_json, cfn_yaml
    from cfnlint.jsonschema import CfnTemplateValidator
    from cfnlint.template import Template

    text = path.read_text(encoding="utf-8")
    document = (cfn_json if path.suffix == ".json" else cfn_yaml).loads(text)
    template = Template(path.name, document, ["eu-west-1"])
    validator = CfnTemplateValidator({}).evolve(context=create_context_for_template(template), cfn=template)
    compared = 0
    for address, instance in by_address(evaluate_templates({path.name: text})).items():
        written = document["Resources"].get(address, {}).get("Properties", {})
        for key, expression in written.items():
            value = instance.get(key)
            cases = [one for _, one in value.scenarios] or [value]
            found = [plain_text(one) for one, _, error in validator.resolve_value(expression) if not error]
            if not found or "Fn::" in str(found) or "'Ref'" in str(found):
                continue  # it does not go that deep
            for one in cases:
                if one.is_known and "$unknown" not in str(one.plain()):
                    assert plain_text(one.plain()) in found, f"{address}.{key}"
                    compared += 1
    return compared


@pytest.mark.parametrize("name", ["intrinsics.yaml", "intrinsics.json", "serving.yaml"])
def test_what_we_resolve_is_what_cfn_lint_resolves(name: str) -> None:
    assert agreements(FIXTURES / name) >= (4 if name == "serving.yaml" else 14)


def test_it_is_so_in_the_fixtures_of_the_rules() -> None:
    templates = sorted(FIXTURES.parent.glob("MLA-*/cloudformation*/*.yaml"))
    templates = [path for path in templates if "Resources:" in path.read_text(encoding="utf-8")]
    assert sum(agreements(path) for path in templates) > 600
