"""What a scan holds is not all deployed, and what serves is not all a machine."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from mlarchlint.analysis.stages import find_stages
from mlarchlint.pipeline import scan

ROOT = """
provider "azurerm" {
  features {}
}

module "chat" {
  source   = "./modules/chat"
  location = "westeurope"
}
"""
CHAT = """
variable "location" {}

resource "azurerm_cognitive_account" "openai" {
  name                = "acme-chat"
  location            = var.location
  resource_group_name = "acme"
  kind                = "OpenAI"
  sku_name            = "S0"
}

resource "azurerm_cognitive_deployment" "gpt" {
  name                 = "gpt-4o"
  cognitive_account_id = azurerm_cognitive_account.openai.id
  model {
    format = "OpenAI"
    name   = "gpt-4o"
  }
  sku {
    name = "Standard"
  }
}
"""
FIREWALL = """
variable "location" {}

resource "azurerm_firewall" "this" {
  name                = "acme"
  location            = var.location
  resource_group_name = "acme"
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
}
"""


def lay_out(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        place = folder / name.replace("__", "/") / "main.tf" if name != "root" else folder / "main.tf"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def test_a_module_that_nothing_calls_costs_nothing_beside_a_design(tmp_path: Path) -> None:
    lay_out(tmp_path, root=ROOT, modules__chat=CHAT, modules__firewall=FIREWALL)
    found = scan([tmp_path]).estimate.resources["azurerm_firewall.this"]
    assert found.monthly.high == 0
    assert found.assumptions == ("nothing calls the module that it stands in: not counted",)


def test_a_library_of_modules_is_priced_as_if_it_were_called(tmp_path: Path) -> None:
    lay_out(tmp_path, modules__chat=CHAT, modules__firewall=FIREWALL)
    assert scan([tmp_path]).estimate.resources["azurerm_firewall.this"].monthly.low > Decimal(500)


def test_a_model_that_the_cloud_hosts_is_a_workload_and_a_deployment(tmp_path: Path) -> None:
    result = scan([lay_out(tmp_path, root=ROOT, modules__chat=CHAT)])
    assert [(one.name, one.role) for one in result.workloads] == [("gpt-4o", "inference")]
    [filled] = [stage for stage in find_stages(result.graph, result.roles) if stage.services]
    assert filled.name == "deployment"


def test_keys_of_service_accounts_are_free(tmp_path: Path) -> None:
    account = 'resource "google_service_account" "ci" {\n  account_id = "ci"\n}\n'
    key = 'resource "google_service_account_key" "ci" {\n  service_account_id = google_service_account.ci.name\n}\n'
    assert not scan([lay_out(tmp_path, root=account + key)]).estimate.resources


JOBS = """
variable "suffix" {}
module "clean" {
  source = "./job"
  suffix = var.suffix
}
module "load" {
  source = "./job"
  suffix = var.suffix
}
"""
JOB = """
variable "suffix" {}
resource "aws_glue_job" "job" {
  name     = "glue-${var.suffix}"
  role_arn = "arn:aws:iam::111122223333:role/glue"
  command { script_location = "s3://scripts/job.py" }
}
"""


def test_workloads_without_a_name_of_their_own_are_told_apart(tmp_path: Path) -> None:
    result = scan([lay_out(tmp_path, root=JOBS, job=JOB)])
    names = [one.name for one in result.workloads]
    assert names == ["module.clean.aws_glue_job.job", "module.load.aws_glue_job.job"]


def test_a_place_that_is_still_to_be_filled_in_is_not_known(tmp_path: Path) -> None:
    text = CHAT.replace('variable "location" {}', 'variable "location" {\n  default = "<westeurope>"\n}')
    node = scan([lay_out(tmp_path, root=text)]).graph["azurerm_cognitive_account.openai"]
    assert node["region"].why == "`<westeurope>` is a placeholder"
