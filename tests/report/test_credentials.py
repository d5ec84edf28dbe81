"""A credential that is written out in the code is found, and no output shows it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.pipeline import Result, scan
from mlarchlint.report.formats import EXTENSIONS, render
from mlarchlint.report.graph_json import render_graph_json

TOKEN = "hf_" + "QkWzRtYpLmNbVcXsDfGhJkPoIuYtReWqAz"
SECRETS = {
    "token": TOKEN,
    "password": "Vq7-rT2m-Xk9w",
    "variable": "Lw0x-Tz81-mKq2",
    "script": "Rt5wQ8zLk2mPv3",
    "address": "mN4vR8tYqLp2",
    "short": "k9#Z",
    "encoded": "Bn6xCw1yDv8z",
}
ENCODED = base64.b64encode(f"#!/bin/bash\nexport DB_PASSWORD={SECRETS['encoded']}\n".encode()).decode()
CODE = f"""
variable "tracker_password" {{
  default = "{SECRETS["variable"]}"
}}

resource "aws_lambda_function" "features" {{
  function_name = "features"
  environment {{
    variables = {{
      HF_TOKEN          = "{TOKEN}"
      DB_PASSWORD       = "{SECRETS["password"]}"
      PIN_PASSWORD      = "{SECRETS["short"]}"
      TRACKING_PASSWORD = var.tracker_password
      DB_URL            = "postgresql://app:{SECRETS["address"]}@db.internal:5432/app"
    }}
  }}
}}

resource "aws_instance" "trainer" {{
  instance_type = "g5.xlarge"
  user_data     = "#!/bin/bash\\nexport WANDB_PASSWORD={SECRETS["script"]}\\n"
}}

resource "aws_instance" "encoded" {{
  instance_type    = "g5.xlarge"
  user_data_base64 = "{ENCODED}"
}}
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(tmp_path)
    Path("main.tf").write_text(CODE, "utf-8")
    return scan([Path()], Config(uncertain=True))


def test_each_is_found(found: Result) -> None:
    named = [f.message for f in found.findings if f.rule == "MLA-SE012" and f.certain]
    assert len(named) == len(SECRETS)


@pytest.mark.parametrize("form", sorted(EXTENSIONS))
def test_no_report_shows_it(found: Result, form: str) -> None:
    text = render(form, found)
    assert "MLA-SE012" in text
    assert [name for name, secret in SECRETS.items() if secret in text] == []
    assert ENCODED not in text


def test_the_graph_does_not_show_it(found: Result) -> None:
    text = render_graph_json(found.graph)
    assert "aws_lambda_function.features" in text
    assert [name for name, secret in SECRETS.items() if secret in text] == []
    assert ENCODED not in text
