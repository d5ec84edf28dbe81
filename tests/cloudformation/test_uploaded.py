"""Nested templates that are uploaded before deployment: a URL stands for the scanned file."""

from __future__ import annotations

import pytest

from mlarchlint.frontends.cloudformation import Options, evaluate_templates
from mlarchlint.model.diagnostic import Level
from mlarchlint.model.resource import Mode
from tests.cloudformation.templates import by_address, codes

ROOT = """
Parameters: {Bucket: {Type: String}}
Resources:
  Net:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: %s, Parameters: {Cidr: 10.0.0.0/16}}
"""
CHILD = "Parameters: {Cidr: {Type: String}, Name: {Type: String, Default: a}}\nResources: {Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr}}}"
OTHER = "Parameters: {Size: {Type: String}}\nResources: {Vpc: {Type: 'AWS::EC2::VPC'}}"


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.s3.amazonaws.com/v1/templates/network.yaml",
        "!Sub 'https://${Bucket}.s3.${AWS::Region}.${AWS::URLSuffix}/v1/templates/network.yaml'",
        "!Join ['', ['https://', !Ref Bucket, '/templates/network.yaml']]",
    ],
)
def test_a_url_is_the_scanned_template_of_its_name_that_takes_the_parameters(url: str) -> None:
    files = {"root.yaml": ROOT % url, "templates/network.yaml": CHILD, "old/network.yaml": OTHER}
    evaluation = evaluate_templates(files)
    found = by_address(evaluation)
    assert found["Net.Vpc"].get("CidrBlock").plain() == "10.0.0.0/16"
    assert found["Net"].mode is Mode.MANAGED
    (note,) = evaluation.diagnostics
    assert (note.code, note.level) == ("nested-template", Level.NOTE)
    assert "is taken for templates/network.yaml" in note.summary


def test_one_file_that_two_urls_stand_for_is_noted_once() -> None:
    nested = (
        "Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: mid.yaml, Parameters: {Bucket: %s}}"
    )
    root = f"Resources: {{A: {{{nested % 'beta'}}}, B: {{{nested % 'prod'}}}}}"
    mid = ROOT % "!Sub 'https://acme-${Bucket}.s3.amazonaws.com/v1/network.yaml'"
    evaluation = evaluate_templates({"root.yaml": root, "mid.yaml": mid, "network.yaml": CHILD})
    assert codes(evaluation) == ["nested-template"]


def test_of_two_that_fit_the_one_in_the_folder_of_the_url_is_taken_or_none() -> None:
    url = "https://acme.s3.amazonaws.com/v2/network.yaml"
    files = {"root.yaml": ROOT % url, "v1/network.yaml": CHILD, "v2/network.yaml": CHILD}
    assert by_address(evaluate_templates(files))["Net.Vpc"].span.file == "v2/network.yaml"
    files = {"root.yaml": ROOT % url, "a/network.yaml": CHILD, "b/network.yaml": CHILD}
    assert by_address(evaluate_templates(files))["Net"].mode is Mode.MODULE


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.s3.amazonaws.com/5f2b8f4e9d0c.template",  # aws cloudformation package
        "!Sub 'https://${Bucket}.s3.amazonaws.com/${Bucket}.yaml'",
        "!Ref Bucket",
    ],
)
def test_a_packaged_template_is_not_guessed(url: str) -> None:
    evaluation = evaluate_templates({"root.yaml": ROOT % url, "network.yaml": CHILD}, Options())
    assert by_address(evaluation)["Net"].mode is Mode.MODULE
    assert codes(evaluation) == ["nested-template"]
    assert "Vpc" in by_address(evaluation)  # judged as a stack of its own
