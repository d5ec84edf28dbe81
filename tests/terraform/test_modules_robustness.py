"""Whatever is in a folder, the front end ends, without a traceback, the same each time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlarchlint.frontends.terraform import Limits, TerraformOptions, evaluate_terraform, sources_below
from mlarchlint.model.resource import Evaluation

NAMES = st.sampled_from(["a", "b", "m"])
REFERENCES = st.sampled_from([
    "var.a", "var.b", "local.a", "local.b", "module.a", "module.a.a", "module.b[0].b", 'module.m["a"]',
    "a_b.a", "a_b.a.b", "a_b.b[0].a", "a_b.b[*].a", 'a_b.m["a"].id', "data.a_b.a.b", "each.key", "each.value.a",
    "count.index", "self.a", "path.module", "path.x", "terraform.workspace", "nope", "a.b.c.d", "ephemeral.a_b.a.x",
])  # fmt: skip
LEAVES = st.one_of(
    REFERENCES, st.sampled_from(["1", "-1", "null", "true", '"x"', "[]", "{}", '"${', "1.5", "*"])
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{ a = {}, b = {} }}".format, inner, inner),
        st.builds("{} ? {} : {}".format, inner, inner, inner),
        st.builds("[for x in {} : {}]".format, inner, inner),
        st.builds("toset({})".format, inner),
        st.builds("length({})".format, inner),
        st.builds("try({}, {})".format, inner, inner),
        st.builds('"${{{}}}-x"'.format, inner),
    ),
    max_leaves=5,
)
ARGUMENTS = st.lists(
    st.builds(
        "{} = {}".format,
        st.sampled_from(["a", "b", "count", "for_each", "provider", "depends_on"]),
        EXPRESSIONS,
    ),
    max_size=3,
    unique_by=lambda argument: argument.split(" ")[0],
).map("\n".join)
DYNAMIC = st.builds(
    'dynamic "r" {{\nfor_each = {}\ncontent {{\nv = {}\n}}\n}}'.format, EXPRESSIONS, EXPRESSIONS
)
BLOCKS = st.one_of(
    st.builds('resource "a_b" "{}" {{\n{}\n}}'.format, NAMES, ARGUMENTS),
    st.builds('resource "a_b" "{}" {{\n{}\n{}\n}}'.format, NAMES, ARGUMENTS, DYNAMIC),
    st.builds('data "a_b" "{}" {{\n{}\n}}'.format, NAMES, ARGUMENTS),
    st.builds("locals {{\n{} = {}\n}}".format, NAMES, EXPRESSIONS),
    st.builds('variable "{}" {{\ndefault = {}\n}}'.format, NAMES, EXPRESSIONS),
    st.builds('variable "{}" {{\ntype = {}\n}}'.format, NAMES, EXPRESSIONS),
    st.builds('output "{}" {{\nvalue = {}\n}}'.format, NAMES, EXPRESSIONS),
    st.builds(
        'module "{}" {{\nsource = "{}"\n{}\n}}'.format,
        NAMES,
        st.sampled_from(["./m", "./n", "./", "../", "x/y/z", "./m/../m"]),
        ARGUMENTS,
    ),
    st.builds(
        "{} {{\n{}\n}}".format, st.sampled_from(["moved", "terraform", "provider", "check", "x"]), ARGUMENTS
    ),
)
FILES = st.lists(BLOCKS, max_size=8).map("\n".join)
LIMITS = Limits(instances=5, total=50, modules=20, depth=5, blocks=5)


def evaluated(folder: Path, files: dict[str, str]) -> Evaluation:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return evaluate_terraform(sources_below(folder), TerraformOptions(limits=LIMITS))


def summary(evaluation: Evaluation) -> object:
    bodies = [
        (i.address, i.scope, i.exists, {k: v.plain() for k, v in i.body.items()})
        for i in evaluation.instances
    ]
    return bodies, evaluation.diagnostics


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES, FILES, FILES, FILES)
def test_any_configuration_ends_in_the_same_instances_and_diagnostics(main, override, inner, values):
    files = {"main.tf": main, "x_override.tf": override, "m/main.tf": inner, "terraform.tfvars": values}
    with tempfile.TemporaryDirectory() as place:
        first = evaluated(Path(place), files)
        again = evaluated(Path(place), files)
    assert summary(first) == summary(again)
    addresses = [(instance.scope, instance.address) for instance in first.instances]
    assert len(addresses) == len(set(addresses))
    for instance in first.instances:
        assert instance.span.file in ("main.tf", "x_override.tf", "m/main.tf")
        assert all(value.why for value in instance.body.values() if value.is_unknown)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["x", "${var.a}", "${", "./m", "//"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "resource",
                    "a_b",
                    "a",
                    "b",
                    "count",
                    "for_each",
                    "dynamic",
                    "content",
                    "module",
                    "source",
                    "locals",
                    "variable",
                    "type",
                    "default",
                    "provider",
                    "alias",
                    "providers",
                    "lifecycle",
                    "//",
                    "depends_on",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, JSON)
def test_any_json_configuration_ends(main, variables):
    import json

    wrapped = {
        "resource": {"a_b": {"a": main}},
        "module": {"m": main},
        "locals": variables,
        "variable": variables,
    }
    files = {
        "main.tf.json": json.dumps(wrapped),
        "x.tf.json": json.dumps(main),
        "terraform.tfvars.json": json.dumps(variables),
    }
    with tempfile.TemporaryDirectory() as place:
        evaluated(Path(place), files)
