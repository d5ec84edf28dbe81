"""cfn-lint's resolver as an independent witness: what we know is among the values that it finds."""

from __future__ import annotations

import json

import pytest

from tests.cloudformation.templates import FIXTURES, by_address, fixture

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


@pytest.mark.parametrize("name", ["intrinsics.yaml", "intrinsics.json", "serving.yaml"])
def test_what_we_resolve_is_what_cfn_lint_resolves(name: str) -> None:
    from cfnlint.context import create_context_for_template
    from cfnlint.decode import cfn_json, cfn_yaml
    from cfnlint.jsonschema import CfnTemplateValidator
    from cfnlint.template import Template

    text = (FIXTURES / name).read_text()
    document = (cfn_json if name.endswith("json") else cfn_yaml).loads(text)
    template = Template(name, document, ["eu-west-1"])
    validator = CfnTemplateValidator({}).evolve(context=create_context_for_template(template), cfn=template)
    compared = 0
    for address, instance in by_address(fixture(name)).items():
        written = document["Resources"].get(address, {}).get("Properties", {})
        for key, expression in written.items():
            value = instance.get(key)
            cases = [one for _, one in value.scenarios] or [value]
            found = [plain_text(one) for one, _, error in validator.resolve_value(expression) if not error]
            if not found or "Fn::" in str(found) or "'Ref'" in str(found):
                continue  # it does not go that deep
            for one in cases:
                if one.is_known and "$unknown" not in str(one.plain()):
                    assert plain_text(one.plain()) in found, key
                    compared += 1
    assert compared >= (4 if name == "serving.yaml" else 14)
