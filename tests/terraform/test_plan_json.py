"""Plans in JSON become the same instances as the code they were made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlarchlint.frontends.terraform import TerraformOptions, evaluate_terraform, sources_below
from mlarchlint.frontends.terraform.limits import Limits
from mlarchlint.frontends.terraform.plan_json import evaluate_plan, is_plan, without_keys
from mlarchlint.model.resource import Mode
from mlarchlint.model.value import Value

ORACLE = Path(__file__).parent.parent / "oracle"
RECORDED = sorted(path.stem for path in (ORACLE / "plan_json").glob("*.json"))


def shape(value: Value) -> Any:
    """What is known of a value, and what is not."""
    if value.is_unknown:
        return "?"
    if isinstance(value.raw, tuple):
        return [shape(part) for part in value.raw]
    if value.mapping():
        return {name: shape(part) for name, part in value.mapping().items()}
    return value.raw


@pytest.mark.parametrize("name", RECORDED)
def test_a_plan_gives_what_its_code_gives(name: str) -> None:
    data = json.loads((ORACLE / "plan_json" / f"{name}.json").read_text())
    sources = sources_below(ORACLE / "plans" / name)
    code = {instance.address: instance for instance in evaluate_terraform(sources).instances}
    plan = evaluate_plan(data, "plan.json", sources)
    assert plan.diagnostics == ()
    assert sorted(instance.address for instance in plan.instances) == sorted(code)
    for instance in plan.instances:
        same = code[instance.address]
        assert instance.span == same.span
        assert instance.declaration == same.declaration
        assert [call.address for call in instance.calls] == [call.address for call in same.calls]
        assert [call.span for call in instance.calls] == [call.span for call in same.calls]
        assert shape(instance.get("input")) == shape(same.get("input")), instance.address
        assert instance.get("input").sensitive == same.get("input").sensitive


PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "variables": {"region": {"value": "eu-west-1"}},
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_db_instance.d",
                    "mode": "managed",
                    "type": "aws_db_instance",
                    "name": "d",
                    "values": {
                        "multi_az": False,
                        "password": "s3cret",
                        "port": None,
                        "timeouts": None,
                        "restore": [{"bucket": "b"}],
                    },
                    "sensitive_values": {"password": True},
                }
            ],
            "child_modules": [
                {
                    "address": 'module.net["a.b"]',
                    "resources": [
                        {
                            "address": 'module.net["a.b"].aws_subnet.s[0]',
                            "mode": "managed",
                            "type": "aws_subnet",
                            "name": "s",
                            "index": 0,
                            "values": {"availability_zone": "z"},
                        }
                    ],
                }
            ],
        }
    },
    "prior_state": {
        "values": {
            "root_module": {
                "resources": [
                    {
                        "address": "data.aws_ami.a",
                        "mode": "data",
                        "type": "aws_ami",
                        "name": "a",
                        "values": {"id": "ami-1"},
                    },
                    {
                        "address": "aws_old.gone",
                        "mode": "managed",
                        "type": "aws_old",
                        "name": "gone",
                        "values": {},
                    },
                ]
            }
        }
    },
    "resource_changes": [
        {
            "address": "aws_db_instance.d",
            "change": {
                "after_unknown": {
                    "arn": True,
                    "kms_key_id": True,
                    "subnet": True,
                    "restore": [{"prefix": True, "role": True}],
                }
            },
        },
        {"address": 'module.net["a.b"].aws_subnet.s[0]', "change": {"after_unknown": {"vpc_id": True}}},
    ],
    "configuration": {
        "provider_config": {
            "aws": {"name": "aws", "expressions": {"region": {"references": ["var.region"]}}},
            "aws.us": {
                "name": "aws",
                "alias": "us",
                "expressions": {"region": {"constant_value": "us-east-1"}},
            },
        },
        "root_module": {
            "resources": [
                {
                    "address": "aws_db_instance.d",
                    "provider_config_key": "aws",
                    "expressions": {
                        "kms_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]},
                        "multi_az": {"constant_value": False},
                        "subnet": {"references": ['module.net["a.b"].id', 'module.net["a.b"]']},
                        "restore": [{"bucket": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}}],
                    },
                },
                {"address": "aws_vpc.v", "expressions": {}},
            ],
            "module_calls": {
                "net": {
                    "source": "./net",
                    "expressions": {"vpc": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}},
                    "module": {
                        "outputs": {
                            "id": {"expression": {"references": ["aws_subnet.s[0].id", "aws_subnet.s"]}}
                        },
                        "resources": [
                            {
                                "address": "aws_subnet.s",
                                "provider_config_key": "aws.us",
                                "expressions": {"vpc_id": {"references": ["var.vpc"]}},
                            }
                        ],
                    },
                }
            },
        },
    },
}


@pytest.fixture(name="instances")
def of_plan() -> dict[str, Any]:
    return {instance.address: instance for instance in evaluate_plan(PLAN, "out/plan.json").instances}


def test_values_unknowns_and_sensitive_values_are_read(instances):
    database = instances["aws_db_instance.d"]
    assert database.get("multi_az").raw is False
    assert database.get("multi_az").span.file == "out/plan.json"
    assert database.get("port").is_absent
    assert database.get("password").plain() == {"$sensitive": True}
    key = database.get("kms_key_id")
    assert (key.is_unknown, key.refs, key.why) == (
        True,
        ("aws_kms_key.k.arn",),
        "aws_kms_key.k.arn is known after apply",
    )
    assert database.whole


def test_what_the_provider_computes_and_nobody_wrote_is_absent(instances):
    assert instances["aws_db_instance.d"].get("arn").is_absent
    assert set(instances["aws_db_instance.d"].get("restore").items()[0].mapping()) == {"bucket"}


def test_references_are_followed_through_modules(instances):
    assert instances["aws_db_instance.d"].get("subnet").refs == ('module.net["a.b"].aws_subnet.s[0].id',)
    subnet = instances['module.net["a.b"].aws_subnet.s[0]']
    assert subnet.get("vpc_id").refs == ("aws_vpc.v.id",)
    assert subnet.declaration == "module.net.aws_subnet.s"
    assert [call.address for call in subnet.calls] == ['module.net["a.b"]']
    restore = instances["aws_db_instance.d"].get("restore").items()[0]
    assert restore.get("bucket").refs == ("aws_s3_bucket.b.id",)


def test_providers_and_data_sources_are_read(instances):
    assert instances["aws_db_instance.d"].provider_config["region"].raw == "eu-west-1"
    subnet = instances['module.net["a.b"].aws_subnet.s[0]']
    assert subnet.provider_config["region"].raw == "us-east-1"
    assert instances["data.aws_ami.a"].mode is Mode.DATA
    assert instances["data.aws_ami.a"].get("id").raw == "ami-1"
    assert "aws_old.gone" not in instances


@pytest.mark.parametrize(
    "data", [None, [], {}, {"format_version": "9.0", "planned_values": {}}, {"planned_values": 1}]
)
def test_what_is_no_plan_is_said(data):
    evaluation = evaluate_plan(data, "p.json")
    assert [diagnostic.code for diagnostic in evaluation.diagnostics] == ["terraform-plan"]
    assert evaluation.files_failed == {"p.json"}


def test_odd_plans_are_read_as_far_as_they_go():
    odd = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [1, {"values": []}], "child_modules": 3}},
    }
    assert is_plan(odd)
    assert len(evaluate_plan(odd, "p.json").instances) == 1


def test_an_incomplete_plan_is_a_part():
    evaluation = evaluate_plan({**PLAN, "complete": False}, "p.json")
    assert not any(instance.whole for instance in evaluation.instances)
    assert len(evaluation.diagnostics) == 1


def test_the_number_of_instances_is_limited():
    evaluation = evaluate_plan(PLAN, "p.json", limits=Limits(total=2))
    assert len(evaluation.instances) == 2
    assert [diagnostic.code for diagnostic in evaluation.diagnostics] == ["terraform-limit"]


def test_outputs_that_name_each_other_end():
    outputs = {"a": {"expression": {"references": ["module.m.a"]}}}
    inner: dict[str, Any] = {"outputs": outputs}
    inner["module_calls"] = {"m": {"module": inner}}
    module = {
        "resources": [{"address": "a_b.x", "expressions": {"v": {"references": ["module.m.a"]}}}],
        "module_calls": {"m": {"module": inner}},
    }
    values = {
        "resources": [{"address": "a_b.x", "mode": "managed", "type": "a_b", "name": "x", "values": {"v": 1}}]
    }
    plan = {
        "format_version": "1.0",
        "planned_values": {"root_module": values},
        "configuration": {"root_module": module},
    }
    (instance,) = evaluate_plan(plan, "p.json").instances
    assert instance.get("v").raw == 1


def test_keys_are_taken_off_addresses():
    assert without_keys('module.a["x.y[\\"0\\"]"].b.c[0]') == "module.a.b.c"


def test_a_folder_with_a_plan_is_not_evaluated_twice():
    sources = sources_below(ORACLE / "plans" / "modules_nested")
    evaluation = evaluate_terraform(sources, TerraformOptions(planned=frozenset({"."})))
    assert evaluation.instances == ()


ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.sampled_from(["a_b.x", "module.m", "var.v", "data", '["'])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "address",
                    "mode",
                    "type",
                    "name",
                    "values",
                    "resources",
                    "child_modules",
                    "references",
                    "constant_value",
                    "expressions",
                    "module_calls",
                    "module",
                    "outputs",
                    "expression",
                    "change",
                    "after_unknown",
                    "v",
                    "provider_config_key",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_any_plan_ends(module, changes, configuration, more):
    resource = {"address": "a_b.x", "type": "a_b", "name": "x", "values": module, "sensitive_values": more}
    declared = {"address": "a_b.x", "expressions": more, "provider_config_key": "p"}
    data = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [resource, module], "child_modules": [module]}},
        "resource_changes": [{"address": "a_b.x", "change": {"after_unknown": changes}}, changes],
        "prior_state": more,
        "configuration": {
            "root_module": {"resources": [declared], "module_calls": configuration},
            "provider_config": {"p": more},
        },
    }
    assert evaluate_plan(data, "p.json").instances
