"""Secrets are masked wherever they show, and ordinary words are not."""

from __future__ import annotations

import pytest

from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value
from mlarchlint.report.redact import MASK, Redactor
from tests.report.results import resource


def redactor(*secrets: str) -> Redactor:
    body = {
        f"secret_{place}": Value.known(text, SourceSpan("db.tf", place + 1, 12), sensitive=True)
        for place, text in enumerate(secrets)
    }
    return Redactor(ResourceGraph([resource(body=body)]))


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "the password {} is written here",
        "postgres://admin:{}@db:5432/x",
        '"{}"',
        "token={}.",
    ],
)
@pytest.mark.parametrize("secret", ["hunter", "s3cr3t!", "s3cr3t-v4lu3", "QWxhZGRpbg=="])
def test_a_secret_is_masked_as_a_whole_word(text: str, secret: str) -> None:
    assert redactor(secret).text(text.format(secret)) == text.format(MASK)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("user", "kubeflow-user-example-com"),
        ("user", "the user asks"),
        ("admin", "admin"),
        ("example", "kubeflow-example-com"),
        ("predict", "predictor"),
    ],
)
def test_an_ordinary_word_stays(secret: str, text: str) -> None:
    assert redactor(secret).text(text) == text


def test_a_long_secret_is_found_inside_other_words() -> None:
    secret = "0123456789abcdef"
    assert redactor(secret).text(f"prefix-{secret}-suffix") == f"prefix-{MASK}-suffix"


def test_the_line_of_a_short_secret_is_masked_all_the_same() -> None:
    assert redactor("abc").line('  pin     = "abc"', "db.tf", 1) == f"  pin     = {MASK}"
    assert redactor("abc").line('  pin     = "abc"', "db.tf", 2) == '  pin     = "abc"'


@pytest.mark.parametrize(
    "region", ["us-east-1", "us-gov-west-1", "ap-southeast-2", "europe-west4", "us-central1"]
)
def test_a_region_among_secrets_is_no_secret(region: str) -> None:
    text = f"lies outside the allowed regions ({region})"
    assert redactor(region).text(text) == text


def test_what_stands_in_an_address_is_no_secret() -> None:
    held = {"name": Value.known("tracker", SourceSpan("db.tf", 1, 12), sensitive=True)}
    design = ResourceGraph([resource("Deployment/experiments/tracker", body=held)])
    assert (
        Redactor(design).text("Deployment/experiments/tracker waits")
        == "Deployment/experiments/tracker waits"
    )
    assert redactor("tracker").text("tracker waits") == f"{MASK} waits"
