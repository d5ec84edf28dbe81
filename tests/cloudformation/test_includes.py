"""`AWS::Include` in every place, read where its file is in the scanned code and open where it is not."""

from __future__ import annotations

from mlarchlint.frontends.cloudformation import Options, evaluate_templates
from mlarchlint.model.resource import Evaluation
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import OTHERS, Value
from tests.cloudformation.templates import by_address, codes

TEMPLATE = """
Transform: {Name: AWS::Include, Parameters: {Location: %(place)s/whole.yaml}}
Parameters: {Env: {Type: String, Default: prod}}
Mappings:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: %(place)s/mappings.yaml}}
Conditions:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: %(place)s/conditions.yaml}}
Resources:
  R:
    Type: Custom::R
    Properties:
      Size: !FindInMap [Sizes, !Ref Env, n]
      Case: !If [IsProd, a, b]
      Ref: !Ref Extra
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: %(place)s/part.yaml}}
"""
FILES = {
    "whole.yaml": "Resources: {Extra: {Type: 'AWS::S3::Bucket'}}\nParameters: {Env: {Type: String, Default: dev}}",
    "mappings.yaml": "Sizes: {prod: {n: 3}}",
    "conditions.yaml": "IsProd: !Equals [!Ref Env, prod]",
    "part.yaml": "Given: 1",
}


def read(place: str) -> Evaluation:
    return evaluate_templates({"t.yaml": TEMPLATE % {"place": place}}, Options(), FILES.__getitem__)


def test_files_in_the_scanned_code_are_part_of_the_template() -> None:
    evaluation = read(".")
    assert not evaluation.diagnostics
    found = by_address(evaluation)
    assert set(found) == {"R", "Extra"}
    body = found["R"].body
    assert {name: body[name].plain() for name in ("Size", "Case", "Given")} == {
        "Size": 3,
        "Case": "a",
        "Given": 1,
    }
    assert body["Ref"].refs == ("Extra",)
    assert found["R"].whole
    assert {"whole.yaml", "part.yaml"} <= evaluation.files_read


def test_what_lies_elsewhere_may_hold_anything() -> None:
    evaluation = read("s3://acme-snippets")
    assert set(codes(evaluation)) == {"template-macro"}  # nothing is called an error of the template
    resource = by_address(evaluation)["R"]
    assert (resource.exists, resource.whole) == (Truth.YES, False)
    for name in ("Size", "Case", "Ref"):
        assert resource.get(name).is_unknown
        assert not resource.get(name).error
    assert resource.get("Case").scenario_where(lambda one: one.equals("b")) == "IsProd is false"
    body = Value.known(resource.body)
    assert body.get("StorageEncrypted").why == "the macro AWS::Include was not applied"
    assert OTHERS in resource.body
