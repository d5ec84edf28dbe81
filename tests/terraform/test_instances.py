"""Resources: which instances there are, what is in their bodies, what references give."""

from __future__ import annotations

import pytest

from mlarchlint.frontends.terraform import Limits
from mlarchlint.model.resource import Mode
from mlarchlint.model.truth import Truth

# -- count and for_each ------------------------------------------------------------------


def test_count_and_for_each_make_one_instance_per_element(stack):
    found = stack("""
resource "a_b" "c" {
  count = 2
  n     = count.index
}
resource "a_b" "m" {
  for_each = { x = 1, "y z" = 2 }
  n        = "${each.key}${each.value}"
}
resource "a_b" "s" {
  for_each = toset(["q"])
  n        = each.value
}
resource "a_b" "none" { count = 0 }
""")
    assert {i.address: i.get("n").plain() for i in found.evaluation.instances} == {
        "a_b.c[0]": 0,
        "a_b.c[1]": 1,
        'a_b.m["x"]': "x1",
        'a_b.m["y z"]': "y z2",
        'a_b.s["q"]': "q",
    }
    assert found['a_b.m["x"]'].declaration == "a_b.m"
    assert found["a_b.c[1]"].exists is Truth.YES


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("count", "var.n"),
        ("count", "var.n ? 1 : 0"),
        ("for_each", "var.n"),
        ("for_each", "toset([a_b.o.id])"),
    ],
)
def test_an_unknown_number_of_instances_is_one_that_may_exist(stack, argument, value):
    key = "count.index" if argument == "count" else "each.key"
    found = stack(f"""
variable "n" {{}}
resource "a_b" "o" {{}}
resource "a_b" "x" {{
  {argument} = {value}
  kept  = 1
  index = {key}
}}
resource "a_b" "use" {{
  first = a_b.x[0].id
  all   = a_b.x[*].id
  kept  = a_b.x["k"].kept
}}
""")
    instance = found["a_b.x[*]"]
    assert (instance.exists, instance.symbolic) == (Truth.MAYBE, True)
    assert instance.get("kept").raw == 1
    assert instance.get("index").is_unknown
    use = found["a_b.use"]
    assert all(use.get(name).is_unknown for name in ("first", "all", "kept"))
    assert all(ref.startswith("a_b.x") for name in ("first", "all", "kept") for ref in use.get(name).refs[:1])
    assert found.codes == []


@pytest.mark.parametrize("value", ["-1", "1.5", '"x"', "null", "[1]", "count.index", "a_b.x[0].id"])
def test_a_count_that_is_no_number_is_said(stack, value):
    found = stack(f'resource "a_b" "x" {{ count = {value} }}')
    assert found["a_b.x[*]"].exists is Truth.MAYBE
    assert len(found.codes) == 1


@pytest.mark.parametrize("value", ['["a"]', "null", "3", "true"])
def test_a_for_each_that_is_no_map_or_set_is_said(stack, value):
    found = stack(f'resource "a_b" "x" {{ for_each = {value} }}')
    assert found["a_b.x[*]"].exists is Truth.MAYBE
    assert found.codes == ["terraform-expression"]


def test_above_the_limit_one_instance_stands_for_the_rest(stack):
    found = stack(
        'resource "a_b" "x" { count = 1000000000 }\nresource "a_b" "y" { for_each = { for n in range(9) : n => n } }',
        limits=Limits(instances=3),
    )
    assert found.addresses == [f"a_b.x[{k}]" for k in "*012"] + [
        'a_b.y["0"]',
        'a_b.y["1"]',
        'a_b.y["2"]',
        "a_b.y[*]",
    ]
    assert found.codes == ["terraform-limit", "terraform-limit"]
    rest = found["a_b.x[*]"]
    assert (rest.exists, rest.symbolic) == (Truth.YES, True)


def test_the_total_is_limited(stack):
    found = stack('resource "a_b" "x" { count = 100 }', limits=Limits(total=10))
    assert len(found.addresses) == 10
    assert "terraform-limit" in found.codes


# -- bodies ------------------------------------------------------------------------------


def test_a_body_holds_arguments_and_lists_of_blocks_and_of_the_meta_arguments_its_lifecycle(stack):
    found = stack("""
resource "a_b" "x" {
  count    = 1
  provider = a.west
  name     = "n"
  tags     = { k = "v" }
  one { p = 1 }
  two {
    inner { q = 1 }
    inner { q = 2 }
  }
  empty {}
  lifecycle { prevent_destroy = true }
  connection { host = "h" }
  provisioner "local-exec" { command = self.name }
}
""")
    assert {name: value.plain() for name, value in found["a_b.x[0]"].body.items()} == {
        "name": "n",
        "tags": {"k": "v"},
        "one": [{"p": 1}],
        "two": [{"inner": [{"q": 1}, {"q": 2}]}],
        "empty": [{}],
        "$lifecycle": [{"prevent_destroy": True}],
    }
    assert found.codes == []
    assert found["a_b.x[0]"].get("two").items()[0].span.line == 8


def test_dynamic_blocks_are_expanded(stack):
    found = stack("""
locals { rules = { web = { port = 80, from = ["a", "b"] }, db = { port = 5432, from = [] } } }
resource "a_b" "x" {
  rule { port = 1 }
  dynamic "rule" {
    for_each = local.rules
    content {
      name = rule.key
      port = rule.value.port
      dynamic "source" {
        for_each = rule.value.from
        iterator = each_source
        content {
          id   = "${rule.key}-${each_source.key}"
          from = each_source.value
        }
      }
    }
  }
  dynamic "none" {
    for_each = []
    content {}
  }
  dynamic "in_set" {
    for_each = toset(["s"])
    content { both = "${in_set.key}${in_set.value}" }
  }
}
""")
    x = found["a_b.x"]
    assert x.get("rule").plain() == [
        {"port": 1},
        {"name": "db", "port": 5432},
        {
            "name": "web",
            "port": 80,
            "source": [{"id": "web-0", "from": "a"}, {"id": "web-1", "from": "b"}],
        },
    ]
    assert x.get("none").is_absent
    assert x.get("in_set").plain() == [{"both": "ss"}]


def test_dynamic_blocks_of_an_unknown_collection_are_unknown_and_name_what_they_hold(stack):
    found = stack("""
variable "v" {}
resource "a_b" "x" {
  dynamic "rule" {
    for_each = var.v
    content { key = aws_kms_key.k.arn }
  }
  both { p = 1 }
  dynamic "both" {
    for_each = var.v
    content {}
  }
}
resource "aws_kms_key" "k" {}
""")
    rule = found["a_b.x"].get("rule")
    assert rule.is_unknown
    assert rule.why == "var.v has no value"
    assert "aws_kms_key.k.arn" in rule.refs
    both = found["a_b.x"].get("both")
    assert [part.is_unknown for part in both.items()] == [False, True]


def test_a_faulty_argument_leaves_the_others(stack):
    found = stack('resource "a_b" "x" {\n bad = 1 + "x"\n also = tonumber("q")\n good = 1\n}')
    x = found["a_b.x"]
    assert x.get("bad").error
    assert x.get("also").error
    assert x.get("good").raw == 1
    assert sorted(d.span.line for d in found.evaluation.diagnostics) == [2, 3]


def test_equal_designs_in_both_syntaxes_have_equal_bodies(stack):
    native = stack("""
resource "a_b" "x" {
  for_each = { k = 1 }
  name     = "n-${each.key}"
  tags     = { t = "v" }
  rule { p = 1 }
  dynamic "rule" {
    for_each = [2, 3]
    iterator = it
    content { p = it.value }
  }
  lifecycle { prevent_destroy = true }
}
""")
    written = {name: value.plain() for name, value in native['a_b.x["k"]'].body.items()}
    (native.folder / "main.tf").unlink()
    json = stack(
        {
            "main.tf.json": """
{"resource": {"a_b": {"x": {
  "//": "a comment",
  "for_each": {"k": 1}, "name": "n-${each.key}", "tags": {"t": "v"},
  "rule": [{"p": 1}, {"p": 2}, {"p": 3}],
  "lifecycle": {"prevent_destroy": true}
}}}}"""
        }
    )
    assert {name: value.plain() for name, value in json['a_b.x["k"]'].body.items()} == written


def test_dynamic_blocks_in_json_syntax(stack):
    found = stack(
        {
            "main.tf.json": """
{"resource": {"a_b": {"x": {
  "dynamic": {"rule": [{"for_each": ["a"], "iterator": "it", "content": {"p": "${it.value}"}}]},
  "outer": {"q": 1, "dynamic": {"inner": {"for_each": "${toset([\\"z\\"])}", "content": {"r": "${inner.key}"}}}}
}}}}"""
        }
    )
    assert {name: value.plain() for name, value in found["a_b.x"].body.items()} == {
        "rule": [{"p": "a"}],
        "outer": [{"q": 1, "inner": [{"r": "z"}]}],
    }
    assert found.codes == []


# -- references --------------------------------------------------------------------------


def test_a_written_attribute_gives_its_value_and_names_it(stack):
    found = stack("""
resource "aws_subnet" "a" {
  availability_zone = "z1"
  tags              = { Name = "n" }
  timeouts { create = "5m" }
}
resource "aws_instance" "i" {
  az   = aws_subnet.a.availability_zone
  id   = aws_subnet.a.id
  name = aws_subnet.a.tags["Name"]
  time = aws_subnet.a.timeouts[0].create
  made = aws_subnet.a.timeouts[0].computed
  same = resource.aws_subnet.a.availability_zone
}
""")
    i = found["aws_instance.i"]
    assert (i.get("az").raw, i.get("az").refs) == ("z1", ("aws_subnet.a.availability_zone",))
    assert i.get("id").is_unknown
    assert i.get("id").why == "aws_subnet.a.id is known after apply"
    assert i.get("id").refs == ("aws_subnet.a.id",)
    assert i.get("id").is_set() is Truth.YES
    assert i.get("name").raw == "n"
    assert i.get("time").raw == "5m"
    assert i.get("made").refs == ("aws_subnet.a.timeouts[0].computed",)
    assert i.get("same").raw == "z1"


def test_references_to_counted_resources(stack):
    found = stack("""
resource "aws_subnet" "c" {
  count = 2
  zone  = "z${count.index}"
}
resource "aws_subnet" "e" {
  for_each = { a = "za", b = "zb" }
  zone     = each.value
}
resource "aws_lb" "l" {
  all     = aws_subnet.c[*].id
  legacy  = aws_subnet.c.*.zone
  one     = aws_subnet.c[1].id
  zones   = [for s in aws_subnet.e : s.zone]
  ids     = { for k, s in aws_subnet.e : k => s.id }
  values  = values(aws_subnet.e)[*].id
  by_key  = aws_subnet.e["b"].zone
  length  = length(aws_subnet.c)
  missing = try(aws_subnet.c[7].id, "none")
  whole   = aws_subnet.c[0]
}
""")
    lb = found["aws_lb.l"]
    ids = ("aws_subnet.c[0].id", "aws_subnet.c[1].id")
    assert lb.get("all").all_refs() == ids
    assert len(lb.get("all").items()) == 2
    assert found.plain("aws_lb.l", "legacy") == ["z0", "z1"]
    assert lb.get("one").refs == ids[1:]
    assert found.plain("aws_lb.l", "zones") == ["za", "zb"]
    assert lb.get("ids").all_refs() == ('aws_subnet.e["a"].id', 'aws_subnet.e["b"].id')
    assert lb.get("values").all_refs() == ('aws_subnet.e["a"].id', 'aws_subnet.e["b"].id')
    assert found.plain("aws_lb.l", "by_key") == "zb"
    assert found.plain("aws_lb.l", "length") == 2
    assert found.plain("aws_lb.l", "missing") == "none"
    assert lb.get("whole").is_unknown
    assert lb.get("whole").refs == ("aws_subnet.c[0]",)
    assert found.codes == []


def test_data_sources_are_instances_with_symbolic_attributes(stack):
    found = stack("""
data "aws_availability_zones" "a" { state = "available" }
data "aws_iam_policy_document" "d" {
  statement { actions = ["s3:*"] }
}
resource "aws_subnet" "s" {
  count  = 2
  zone   = data.aws_availability_zones.a.names[count.index]
  policy = data.aws_iam_policy_document.d.json
  state  = data.aws_availability_zones.a.state
}
""")
    data = found["data.aws_availability_zones.a"]
    assert (data.mode, data.type) == (Mode.DATA, "aws_availability_zones")
    assert found.plain("data.aws_iam_policy_document.d", "statement") == [{"actions": ["s3:*"]}]
    zones = [found[f"aws_subnet.s[{n}]"].get("zone") for n in (0, 1)]
    assert [zone.refs for zone in zones] == [
        ("data.aws_availability_zones.a.names[0]",),
        ("data.aws_availability_zones.a.names[1]",),
    ]
    assert found["aws_subnet.s[0]"].get("policy").refs == ("data.aws_iam_policy_document.d.json",)
    assert found.plain("aws_subnet.s[0]", "state") == "available"


def test_ephemeral_resources_are_unknown_and_no_instances(stack):
    found = stack('ephemeral "e_f" "x" {}\nresource "a_b" "x" { v = ephemeral.e_f.x.secret }')
    assert found.addresses == ["a_b.x"]
    assert found["a_b.x"].get("v").refs == ("ephemeral.e_f.x.secret",)


def test_resources_that_name_each_other_are_no_circle_where_values_are_not(stack):
    found = stack("""
resource "aws_sg" "a" {
  name = "a"
  peer = aws_sg.b.id
  echo = aws_sg.b.name
}
resource "aws_sg" "b" {
  name = "b"
  peer = aws_sg.a.id
  echo = aws_sg.a.name
}
""")
    assert found.plain("aws_sg.a", "echo") == "b"
    assert found.codes == []


@pytest.mark.parametrize(
    "source",
    [
        'locals {\n a = local.a\n}\nresource "a_b" "x" { v = local.a }',
        'locals {\n a = local.b\n b = [local.c]\n c = local.a\n}\nresource "a_b" "x" { v = local.a }',
        'resource "a_b" "x" { v = a_b.x.v }',
        'resource "a_b" "x" { v = a_b.y.v }\nresource "a_b" "y" { v = a_b.x.v }',
        'resource "a_b" "x" {\n v = 1\n count = length(a_b.x)\n}',
    ],
    ids=["itself", "three", "attribute", "two resources", "count"],
)
def test_circles_are_said_and_end(stack, source):
    found = stack(source)
    assert "terraform-cycle" in found.codes
    assert any(address.startswith("a_b.x") for address in found.addresses)


def test_a_long_chain_of_locals_is_no_recursion(stack):
    links = "\n".join(f" l{n} = local.l{n - 1} + 1" for n in range(1, 3000))
    found = stack(f'locals {{\n l0 = 0\n{links}\n}}\nresource "a_b" "x" {{ v = local.l2999 }}')
    assert found.plain("a_b.x", "v") == 2999
    assert found.codes == []


def test_a_local_is_evaluated_once(stack, monkeypatch):
    from mlarchlint.frontends.terraform import module_tree

    seen = []
    evaluate = module_tree.evaluate

    def counted(expression, scope):
        seen.append(expression.span.line)
        return evaluate(expression, scope)

    monkeypatch.setattr(module_tree, "evaluate", counted)
    stack(
        'locals {\n  big = [for n in range(3) : n]\n}\nresource "a_b" "x" {\n  count = 50\n  v = local.big\n}'
    )
    assert seen.count(2) == 1


def test_the_workspace_and_the_paths(stack):
    found = stack(
        {
            "live/main.tf": 'module "m" {\n source = "../mod"\n}\nresource "a_b" "x" {\n'
            " w = terraform.workspace\n p = [path.module, path.root]\n}",
            "mod/main.tf": 'resource "a_b" "y" { p = [path.module, path.root, file("${path.module}/t.txt")] }',
            "mod/t.txt": "text",
        },
        workspace="prod",
    )
    assert found.plain("a_b.x", "w") == "prod"
    assert found.plain("a_b.x", "p") == [".", "."]
    assert found.plain("module.m.a_b.y", "p") == ["../mod", ".", "text"]


def test_names_that_nothing_declares_are_unknown_and_make_the_module_a_part(stack):
    found = stack(
        'resource "a_b" "x" {\n  l = local.nope\n  r = [a_b.gone.id, module.m.out, var.v]\n}\n'
        'resource "a_b" "y" {}'
    )
    x = found["a_b.x"]
    assert x.get("l").why == "the local value local.nope is not declared in the scanned code"
    assert x.get("r").all_refs() == ("a_b.gone.id", "module.m.out", "var.v")
    assert not any(instance.whole for instance in found.evaluation.instances)
    (diagnostic,) = found.evaluation.diagnostics
    assert (diagnostic.code, diagnostic.span.line) == ("terraform-undeclared", 2)
    assert "local.nope, a_b.gone, module.m and 1 more" in diagnostic.summary


def test_a_value_that_grows_without_end_is_refused(stack):
    doubled = "\n".join(f" l{n} = [local.l{n - 1}, local.l{n - 1}]" for n in range(1, 40))
    found = stack(f'locals {{\n l0 = 1\n{doubled}\n}}\nresource "a_b" "x" {{ v = local.l39 }}')
    assert found["a_b.x"].get("v").error
    assert "too large" in found.evaluation.diagnostics[0].summary


def test_values_go_through_deeply_nested_modules(stack):
    inner = 'variable "v" {{}}\nmodule "m" {{\n  source = "../m{n}"\n  v = "${{var.v}}."\n}}\noutput "o" {{ value = module.m.o }}'
    files = {f"m{n}/main.tf": inner.format(n=n + 1) for n in range(30)}
    files["m30/main.tf"] = 'variable "v" {}\nresource "a_b" "x" { v = var.v }\noutput "o" { value = a_b.x.v }'
    files["main.tf"] = (
        'module "m" {\n  source = "./m0"\n  v = "v"\n}\nresource "a_b" "top" { v = module.m.o }'
    )
    found = stack(files)
    assert found.plain("a_b.top", "v") == "v" + "." * 30
    assert found.codes == []


def test_an_unknown_condition_keeps_both_results(stack):
    found = stack("""
variable "n" {}
resource "a_k" "k" {}
resource "a_b" "x" {
  both  = var.n == "prod" ? true : true
  maybe = var.n == "prod" ? a_k.k.arn : null
  deep  = (var.n == "prod" ? 1 : (var.n == "x" ? 2 : 3))
  fails = var.n == "prod" ? [][0] : 1
  known = true ? var.n : 1
}
""")
    x = found["a_b.x"]
    assert x.get("both").is_true() is Truth.YES
    assert x.get("maybe").is_set() is Truth.MAYBE
    assert x.get("maybe").scenario_where(lambda value: value.is_set()) == 'var.n == "prod" is true'
    assert x.get("deep").at_least(1) is Truth.YES
    assert x.get("deep").at_least(2) is Truth.MAYBE
    assert x.get("fails").equals(1) is Truth.MAYBE
    assert x.get("known").scenarios == ()
    assert found.codes == []
