"""Modules: where they are, what they are given, how their resources are addressed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlarchlint.frontends.terraform import Limits, TerraformOptions, evaluate_terraform, sources_below
from mlarchlint.model.resource import Mode
from mlarchlint.model.truth import Truth

LEAF = """
variable "zone" {}
resource "aws_instance" "a" {
  availability_zone = var.zone
}
output "id" { value = aws_instance.a.id }
output "zone" { value = aws_instance.a.availability_zone }
"""


def test_a_called_module_is_evaluated_through_its_caller_only(stack):
    found = stack({"main.tf": 'module "m" {\n source = "./m"\n zone = "z1"\n}', "m/main.tf": LEAF})
    assert found.addresses == ["module.m.aws_instance.a"]
    instance = found["module.m.aws_instance.a"]
    assert instance.get("availability_zone").raw == "z1"
    assert instance.scope == "."
    assert instance.whole
    assert [(call.address, call.span.file, call.span.line) for call in instance.calls] == [
        ("module.m", "main.tf", 1)
    ]


def test_the_deciding_value_is_named_down_the_call_chain(stack):
    found = stack(
        {
            "main.tf": 'module "o" {\n  source = "./o"\n  zone = "z1"\n}',
            "o/main.tf": 'variable "zone" {}\nmodule "m" {\n  source = "../m"\n  zone = var.zone\n}',
            "m/main.tf": LEAF,
        }
    )
    value = found["module.o.module.m.aws_instance.a"].get("availability_zone")
    assert value.span.file == "m/main.tf"
    assert value.span.line == 4
    places = [(origin.label, origin.span.file, origin.span.line) for origin in value.origin]
    assert ("var.zone", "main.tf", 3) in places


def test_modules_with_count_and_for_each_get_one_instance_per_key(stack):
    found = stack(
        {
            "main.tf": """
module "c" {
  source = "./m"
  count = 2
  zone = "z${count.index}"
}
module "e" {
  source = "./m"
  for_each = { a = "za", b = "zb" }
  zone = each.value
}
resource "aws_lb" "l" {
  subnets = [module.c[1].id, module.e["a"].id]
  zones   = concat(module.c[*].zone, values(module.e)[*].zone)
}
""",
            "m/main.tf": LEAF,
        }
    )
    assert found.addresses == [
        "aws_lb.l",
        "module.c[0].aws_instance.a",
        "module.c[1].aws_instance.a",
        'module.e["a"].aws_instance.a',
        'module.e["b"].aws_instance.a',
    ]
    assert found.plain("aws_lb.l", "zones") == ["z0", "z1", "za", "zb"]
    assert found["aws_lb.l"].get("subnets").all_refs() == (
        "module.c[1].aws_instance.a.id",
        'module.e["a"].aws_instance.a.id',
    )
    assert found["module.c[1].aws_instance.a"].declaration == "module.c.aws_instance.a"


def test_a_module_whose_count_is_zero_has_no_instances(stack):
    found = stack({"main.tf": 'module "m" {\n source = "./m"\n count = 0\n zone = "z"\n}', "m/main.tf": LEAF})
    assert found.addresses == []
    assert found.codes == []


def test_a_module_with_an_unknown_count_stands_for_all_its_instances(stack):
    found = stack(
        {
            "main.tf": 'variable "n" {}\nmodule "m" {\n source = "./m"\n count = var.n\n zone = "z"\n}\n'
            'resource "aws_lb" "l" {\n x = module.m[0].id\n}',
            "m/main.tf": LEAF,
        }
    )
    instance = found["module.m[*].aws_instance.a"]
    assert (instance.exists, instance.symbolic) == (Truth.MAYBE, True)
    value = found["aws_lb.l"].get("x")
    assert value.is_unknown
    assert value.why == "var.n has no value"


def test_a_registry_module_is_an_opaque_instance(stack):
    found = stack("""
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"
  azs     = ["a", "b"]
}
resource "aws_lb" "l" { subnets = module.vpc.private_subnets }
""")
    opaque = found["module.vpc"]
    assert (opaque.mode, opaque.type, opaque.name) == (Mode.MODULE, "terraform-aws-modules/vpc/aws", "vpc")
    assert {name: value.plain() for name, value in opaque.body.items()} == {
        "azs": ["a", "b"],
        "version": "~> 5.0",
    }
    subnets = found["aws_lb.l"].get("subnets")
    assert subnets.is_unknown
    assert subnets.refs == ("module.vpc.private_subnets",)
    assert "terraform-aws-modules/vpc/aws" in subnets.why
    assert found.codes == []


def test_an_installed_registry_module_is_read(stack):
    manifest = {
        "Modules": [
            {"Key": "", "Source": "", "Dir": "."},
            {
                "Key": "m",
                "Source": "registry.example.org/x/y/z",
                "Version": "1.2.0",
                "Dir": ".terraform/modules/m",
            },
            {"Key": "m.n", "Source": "git::x", "Dir": ".terraform/modules/m.n"},
        ]
    }
    found = stack(
        {
            "main.tf": 'module "m" {\n source = "x/y/z"\n version = "1.2.0"\n}',
            ".terraform/modules/modules.json": json.dumps(manifest),
            ".terraform/modules/m/main.tf": 'module "n" {\n source = "git::x"\n zone = "z"\n}',
            ".terraform/modules/m.n/main.tf": LEAF,
        }
    )
    assert found.addresses == ["module.m.module.n.aws_instance.a"]


def test_an_installed_module_outside_the_root_is_not_read(tmp_path, stack):
    (tmp_path.parent / "elsewhere").mkdir(exist_ok=True)
    (tmp_path.parent / "elsewhere" / "main.tf").write_text(LEAF)
    found = stack(
        {
            "main.tf": 'module "m" {\n source = "x/y/z"\n}',
            ".terraform/modules/modules.json": json.dumps({"Modules": [{"Key": "m", "Dir": "../elsewhere"}]}),
        }
    )
    assert [instance.mode for instance in found.evaluation.instances] == [Mode.MODULE]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"main.tf": 'module "m" {\n source = "./nope"\n}'}, "terraform-module-source"),
        ({"main.tf": 'module "m" {\n source = "../../../.."\n}'}, "terraform-module-source"),
        ({"main.tf": 'module "m" {}'}, "terraform-module-source"),
        ({"main.tf": 'variable "s" {}\nmodule "m" {\n source = var.s\n}'}, "terraform-module-source"),
        ({"main.tf": 'module "m" {\n source = "./"\n}'}, "terraform-module-cycle"),
        (
            {
                "a/main.tf": 'module "b" {\n source = "../b"\n}',
                "b/main.tf": 'module "a" {\n source = "../a"\n}',
            },
            "terraform-module-cycle",
        ),
    ],
    ids=["missing", "outside", "none", "variable", "itself", "each other"],
)
def test_a_module_that_cannot_be_followed_is_said_and_stays_opaque(stack, files, code):
    found = stack(files)
    assert code in found.codes
    diagnostic = found.evaluation.diagnostics[0]
    assert diagnostic.detail
    assert diagnostic.span.line >= 1
    assert [instance.mode for instance in found.evaluation.instances] == [Mode.MODULE]


def test_depth_and_number_of_modules_are_limited(stack):
    files = {f"m{n}/main.tf": f'module "d" {{\n source = "../m{n + 1}"\n count = 3\n}}' for n in range(12)}
    files["m12/main.tf"] = 'resource "aws_instance" "a" {}'
    found = stack(files, limits=Limits(modules=50))
    assert "terraform-limit" in found.codes
    deep = stack(files, limits=Limits(depth=4))
    assert "terraform-module-cycle" in deep.codes


def test_providers_reach_resources_through_the_maps_of_module_calls(stack):
    found = stack(
        {
            "main.tf": """
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { team = "ml" }
  }
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
}
resource "aws_instance" "here" {}
resource "aws_instance" "there" { provider = aws.us }
module "inherit" { source = "./m" }
module "mapped" {
  source    = "./m"
  providers = { aws = aws.us }
}
module "alias" {
  source    = "./n"
  providers = { aws.peer = aws.us }
}
""",
            "m/main.tf": 'resource "aws_instance" "x" {}',
            "n/main.tf": 'resource "aws_instance" "x" { provider = aws.peer }\nresource "google_x" "y" {}',
        }
    )
    regions = {
        instance.address: {k: v.plain() for k, v in instance.provider_config.items()}.get("region")
        for instance in found.evaluation.instances
    }
    assert regions == {
        "aws_instance.here": "eu-west-1",
        "aws_instance.there": "us-east-1",
        "module.inherit.aws_instance.x": "eu-west-1",
        "module.mapped.aws_instance.x": "us-east-1",
        "module.alias.aws_instance.x": "us-east-1",
        "module.alias.google_x.y": None,
    }
    config = found["aws_instance.here"].provider_config
    assert config["default_tags"].plain() == [{"tags": {"team": "ml"}}]


def test_depends_on_names_what_it_waits_for(stack):
    found = stack(
        {
            "main.tf": 'module "m" {\n source = "./m"\n}',
            "m/main.tf": 'resource "a_b" "x" {}\nresource "a_b" "y" { depends_on = [a_b.x] }',
        }
    )
    assert found["module.m.a_b.y"].get("depends_on").all_refs() == ("module.m.a_b.x",)


# -- root modules ------------------------------------------------------------------------


def test_a_module_without_a_caller_is_scanned_as_a_part(stack):
    found = stack(
        {"lib/queue/main.tf": 'variable "zone" {}\nresource "aws_instance" "a" { zone = var.zone }'}
    )
    instance = found["aws_instance.a"]
    assert not instance.whole
    assert instance.get("zone").why == "var.zone has no value"


@pytest.mark.parametrize(
    "more",
    [
        {"d/provider.tf": 'provider "aws" {}'},
        {"d/backend.tf": 'terraform {\n  backend "s3" {}\n}'},
        {"d/terraform.tfvars": 'zone = "a"'},
    ],
)
def test_a_folder_with_provider_backend_or_values_is_a_whole_stack(stack, more):
    found = stack(
        {"d/main.tf": 'variable "zone" {}\nresource "aws_instance" "a" { zone = var.zone }', **more}
    )
    assert found["aws_instance.a"].whole


def test_examples_are_roots_and_can_be_excluded(stack):
    files = {
        "main.tf": 'variable "zone" {}\nresource "aws_instance" "a" { zone = var.zone }',
        "examples/simple/main.tf": 'module "m" {\n source = "../.."\n zone = "z"\n}',
    }
    found = stack(files)
    assert found.addresses == ["module.m.aws_instance.a"]
    assert found["module.m.aws_instance.a"].scope == "examples/simple"
    without = stack(files, exclude=("examples",))
    assert without.addresses == ["aws_instance.a"]
    assert not without["aws_instance.a"].whole


def test_a_single_file_is_evaluated_alone(tmp_path):
    (tmp_path / "a.tf").write_text('resource "aws_lb" "l" { x = [local.y, aws_vpc.v.id, "k"] }')
    (tmp_path / "b.tf").write_text('locals {\n y = 1\n}\nresource "aws_vpc" "v" {}')
    given = sources_below(tmp_path)
    sources = type(given)(given.base, given.root, {".": ("a.tf",)}, given.read, frozenset({"."}))
    evaluation = evaluate_terraform(sources, TerraformOptions())
    (instance,) = evaluation.instances
    assert not instance.whole
    values = instance.get("x").items()
    assert [value.is_unknown for value in values] == [True, True, False]
    assert values[1].refs == ("aws_vpc.v.id",)
    assert "not declared" in values[0].why
    assert evaluation.diagnostics == ()


def test_a_link_inside_the_root_counts_once_per_root_module(stack, tmp_path: Path):
    stack({"common/shared.tf": 'resource "aws_instance" "a" {}', "dev/main.tf": "", "prod/main.tf": ""})
    for name in ("dev", "prod"):
        (tmp_path / name / "shared.tf").symlink_to("../common/shared.tf")
        (tmp_path / name / "again.tf").symlink_to("shared.tf")
    (tmp_path / "alias").symlink_to("prod")
    evaluation = evaluate_terraform(sources_below(tmp_path))
    assert sorted(instance.scope for instance in evaluation.instances) == ["common", "dev", "prod"]
    assert evaluation.diagnostics == ()


def test_a_link_that_leaves_the_root_is_refused(stack, tmp_path: Path):
    outside = tmp_path.parent / "outside.tf"
    outside.write_text('resource "aws_instance" "secret" {}')
    stack({"main.tf": 'resource "aws_instance" "a" {}'})
    (tmp_path / "link.tf").symlink_to(outside)
    evaluation = evaluate_terraform(sources_below(tmp_path))
    assert [instance.address for instance in evaluation.instances] == ["aws_instance.a"]
    assert [(d.code, d.span.file) for d in evaluation.diagnostics] == [("terraform-outside-root", "link.tf")]
    assert evaluation.files_failed == {"link.tf"}


def test_suppression_comments_of_the_block_and_its_callers_are_kept(stack):
    found = stack(
        {
            "main.tf": '# mlarchlint: ignore[MLA-HA001] call\n# why\nmodule "m" {\n  source = "./m"\n}\n',
            "m/main.tf": (
                'resource "a_b" "other" {}\n'
                "# mlarchlint: ignore[MLA-HA002] above\n"
                'resource "a_b" "x" {\n'
                "  y = 1 # mlarchlint: ignore[MLA-HA003] inside\n"
                "}\n"
            ),
        }
    )
    texts = [(span.file, span.line) for span, _ in found["module.m.a_b.x"].ignores]
    assert sorted(texts) == [("m/main.tf", 2), ("m/main.tf", 4), ("main.tf", 1)]
    assert [span.file for span, _ in found["module.m.a_b.other"].ignores] == ["main.tf"]


# -- files -------------------------------------------------------------------------------


def test_tofu_files_stand_in_for_terraform_files_of_the_same_name(stack):
    found = stack(
        {
            "main.tf": 'resource "a_b" "tf" {}',
            "main.tofu": 'resource "a_b" "tofu" {}',
            "more.tofu": 'resource "a_b" "more" {}',
            ".hidden.tf": 'resource "a_b" "hidden" {}',
            "old.tf~": "broken {",
        }
    )
    assert found.addresses == ["a_b.more", "a_b.tofu"]


def test_declarations_that_clash_are_said(stack):
    found = stack(
        {
            "a.tf": 'resource "a_b" "x" { n = 1 }\nlocals {\n l = 1\n}',
            "b.tf": 'resource "a_b" "x" { n = 2 }\nlocals {\n l = 2\n}',
            "c_override.tf": 'resource "a_b" "nope" { n = 2 }',
        }
    )
    assert found.plain("a_b.x", "n") == 1
    assert sorted(found.codes) == ["terraform-declaration", "terraform-duplicate", "terraform-duplicate"]
    assert {diagnostic.span.file for diagnostic in found.evaluation.diagnostics} == {"b.tf", "c_override.tf"}


def test_override_files_replace_arguments_and_blocks(stack):
    found = stack(
        {
            "main.tf": """
resource "a_b" "x" {
  kept = 1
  n    = 1
  rule { p = 1 }
  rule { p = 2 }
  other { q = 1 }
}
""",
            "override.tf": 'resource "a_b" "x" {\n n = 2\n dynamic "rule" {\n for_each = [9]\n content {\n p = rule.value\n }\n }\n}',
        }
    )
    body = {name: value.plain() for name, value in found["a_b.x"].body.items()}
    assert body == {"kept": 1, "n": 2, "rule": [{"p": 9}], "other": [{"q": 1}]}


def test_a_file_that_cannot_be_read_does_not_stop_the_rest(stack, tmp_path: Path):
    (tmp_path / "latin.tf").write_bytes(b'resource "a_b" "\xff" {}')
    found = stack({"main.tf": 'resource "a_b" "x" {}', "broken.tf": 'resource "a_b" "y" {'})
    assert "a_b.x" in found.addresses
    assert found.evaluation.files_failed == {"latin.tf", "broken.tf"}
    assert all(diagnostic.detail for diagnostic in found.evaluation.diagnostics)


@pytest.mark.parametrize(
    "block", ["moved", "import", "removed", "check", "ephemeral", "action", "list", "newthing"]
)
def test_blocks_that_say_nothing_about_instances_never_stop_a_scan(stack, block):
    found = stack(f'{block} "a" "b" {{\n  to = a.b\n  inner {{}}\n}}\n{block} {{}}\nresource "a_b" "x" {{}}')
    assert found.addresses == ["a_b.x"]
    assert [code for code in found.codes if code != "terraform-declaration"] == []
