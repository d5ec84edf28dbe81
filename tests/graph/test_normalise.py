from __future__ import annotations

import pytest

from mlarchlint.kinds import parse_path
from mlarchlint.model.graph import Relation
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.module_sources import registry_name
from tests.graph.build import graph, instance, ref

DATABASE = """\
- kind: database
  terraform: aws_db_instance
  attrs:
    ha: {terraform: multi_az, values: {true: multi_zone, false: none}, default: none}
    storage_gib: {terraform: allocated_storage, type: number}
    key_set: {terraform: kms_key_id, op: exists}
    subnets: {terraform: "group[].subnets[]", op: parts}
    retries: {terraform: [new_name, old_name], type: int, default: 3}
    memory_gib: {terraform: memory_mib, scale: 0.0009765625}
    unencrypted: {terraform: encrypted, type: bool, not: true, default: true}
    image: {terraform: "definitions<json>[].image", op: first}
    engine_mode: {terraform: mode, default_when: [{path: engine, equals: aurora, value: managed}], default: plain}
    port: {terraform: "setting[name=port].value"}
  edges:
    - {relation: encrypts_with, terraform: kms_key_id, to: [key]}
- kind: key
  terraform: aws_kms_key
"""


def trait(name: str, **body: object) -> Value:
    return graph(DATABASE, instance("aws_db_instance.a", **body))["aws_db_instance.a"][name]


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("ha", {"multi_az": True}, "multi_zone"),
        ("ha", {"multi_az": "true"}, "multi_zone"),
        ("ha", {}, "none"),
        ("ha", {"multi_az": None}, "none"),
        ("storage_gib", {"allocated_storage": "20"}, 20),
        ("key_set", {"kms_key_id": ref("aws_kms_key.k.arn")}, True),
        ("key_set", {}, False),
        ("retries", {"old_name": 5}, 5),
        ("retries", {"old_name": 5, "new_name": "7"}, 7),
        ("retries", {}, 3),
        ("memory_gib", {"memory_mib": 2048}, 2),
        ("unencrypted", {"encrypted": True}, False),
        ("unencrypted", {}, True),
        ("engine_mode", {"engine": "aurora"}, "managed"),
        ("engine_mode", {"engine": "aurora", "mode": "fast"}, "fast"),
        ("engine_mode", {}, "plain"),
        ("image", {"definitions": '[{"image": "vllm"}, {"image": "proxy"}]'}, "vllm"),
        ("port", {"setting": [{"name": "host", "value": "h"}, {"name": "port", "value": 5}]}, 5),
    ],
)
def test_a_trait_is_read_by_path_operator_and_default(
    name: str, body: dict[str, object], expected: object
) -> None:
    assert trait(name, **body).plain() == expected


def test_a_default_is_marked_and_stands_at_the_block() -> None:
    value = trait("ha")
    assert value.default
    assert value.span.line == 1
    assert not trait("ha", multi_az=False).default


def test_an_unknown_on_the_way_makes_the_trait_unknown() -> None:
    value = trait("ha", multi_az=Value.unknown("var.x has no value", refs=("var.x",)))
    assert value.is_unknown
    assert value.why == "var.x has no value"
    assert trait("key_set", kms_key_id=Value.unknown("var.k has no value", refs=("var.k",))).is_unknown


def test_a_scenario_without_the_attribute_has_the_default() -> None:
    either = Value.unknown("IsProd is not known")
    scenarios = (("IsProd is true", Value.known(True)), ("IsProd is false", Value.absent()))
    value = trait("ha", multi_az=Value(either.state, why=either.why, scenarios=scenarios))
    assert [one.raw for _, one in value.scenarios] == ["multi_zone", "none"]
    assert value.equals("none") is Truth.MAYBE
    assert value.scenario_where(lambda one: one.equals("none")) == "IsProd is false"


def test_lists_of_lists_become_one_list() -> None:
    subnets = trait("subnets", group=[{"subnets": ["a", "b"]}, {"subnets": ["b", "c"]}])
    assert subnets.plain() == ["a", "b", "c"]


def test_a_reference_becomes_an_edge_although_the_value_is_unknown() -> None:
    found = graph(
        DATABASE,
        instance("aws_kms_key.k", line=20),
        instance("aws_db_instance.a", kms_key_id=ref("aws_kms_key.k.arn")),
    )
    assert [(e.source, e.relation, e.target) for e in found.edges] == [
        ("aws_db_instance.a", Relation.ENCRYPTS_WITH, "aws_kms_key.k")
    ]


def test_a_reference_to_a_declaration_means_all_its_instances() -> None:
    found = graph(
        "- kind: key\n  terraform: aws_kms_key\n",
        instance("aws_kms_key.k[0]"),
        instance("aws_kms_key.k[1]"),
        instance("aws_s3_bucket.b", line=9, key=ref("aws_kms_key.k")),
        instance("aws_s3_bucket.c", line=9, key=ref("aws_kms_key.k[1].arn")),
    )
    targets = {(e.source, e.target) for e in found.edges}
    assert targets == {
        ("aws_s3_bucket.b", "aws_kms_key.k[0]"),
        ("aws_s3_bucket.b", "aws_kms_key.k[1]"),
        ("aws_s3_bucket.c", "aws_kms_key.k[1]"),
    }


def test_a_reference_to_nothing_dangles_and_an_input_does_not() -> None:
    found = graph("", instance("aws_s3_bucket.b", key=ref("aws_kms_key.gone.arn"), name=ref("var.name")))
    assert [d.reference for d in found.dangling] == ["aws_kms_key.gone.arn"]


BUCKET = """\
- kind: object_store
  terraform: aws_s3_bucket
  attrs:
    versioning: {terraform: versioning.enabled, type: bool, default: false}
- kind: part
  terraform: aws_s3_bucket_versioning
  part_of: {terraform: bucket, to: [object_store], by: bucket}
  attrs:
    versioning: {terraform: versioning_configuration.status, values: {Enabled: true, Suspended: false}}
- kind: identity
  terraform: aws_iam_role
  edges:
    - {relation: reads, terraform: reads, to: [object_store]}
"""


@pytest.mark.parametrize("bucket", [ref("aws_s3_bucket.models.id"), "acme-models"])
def test_a_part_is_laid_onto_its_owner_by_reference_or_by_name(bucket: object) -> None:
    found = graph(
        BUCKET,
        instance("aws_s3_bucket.models", bucket="acme-models"),
        instance(
            "aws_s3_bucket_versioning.models",
            line=9,
            bucket=bucket,
            versioning_configuration=[{"status": "Enabled"}],
        ),
        instance("aws_iam_role.r", line=30, reads=ref("aws_s3_bucket_versioning.models.id")),
    )
    owner = found["aws_s3_bucket.models"]
    assert owner["versioning"].plain() is True
    assert found["aws_s3_bucket_versioning.models"].part_of == owner.key
    # a reference to the part counts as one to its owner
    assert ("aws_iam_role.r", owner.key) in {
        (e.source, e.target) for e in found.edges if e.relation is Relation.READS
    }


GROUP = """\
- kind: compute_template
  terraform: aws_launch_template
  attrs:
    instance_type: {terraform: instance_type}
  edges:
    - {relation: encrypts_with, terraform: kms, to: [key]}
- kind: compute_group
  terraform: aws_autoscaling_group
  attrs:
    instance_type: {terraform: override}
  inherit:
    - {terraform: launch_template.id, to: [compute_template], attrs: [instance_type]}
- kind: key
  terraform: aws_kms_key
"""


def test_a_group_inherits_from_its_template_what_it_lacks() -> None:
    template = instance("aws_launch_template.t", instance_type="g5.xlarge", kms=ref("aws_kms_key.k.arn"))
    group = instance(
        "aws_autoscaling_group.g", line=20, launch_template=[{"id": ref("aws_launch_template.t.id")}]
    )
    found = graph(GROUP, template, group, instance("aws_kms_key.k", line=40))
    assert found["aws_autoscaling_group.g"]["instance_type"].plain() == "g5.xlarge"
    assert found.targets(found["aws_autoscaling_group.g"], Relation.ENCRYPTS_WITH)[0].key == "aws_kms_key.k"


def test_a_template_that_was_not_read_leaves_its_traits_unknown() -> None:
    given = Value.unknown("var.template has no value", refs=("var.template",))
    found = graph(GROUP, instance("aws_autoscaling_group.g", launch_template=[{"id": given}]))
    assert found["aws_autoscaling_group.g"]["instance_type"].why == "var.template has no value"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("terraform-aws-modules/vpc/aws", "terraform-aws-modules/vpc/aws"),
        ("registry.terraform.io/terraform-aws-modules/vpc/aws", "terraform-aws-modules/vpc/aws"),
        (
            "terraform-aws-modules/eks/aws//modules/karpenter",
            "terraform-aws-modules/eks/aws//modules/karpenter",
        ),
        (
            "git::https://github.com/terraform-aws-modules/terraform-aws-vpc.git?ref=v5",
            "terraform-aws-modules/vpc/aws",
        ),
        ("github.com/terraform-aws-modules/terraform-aws-vpc", "terraform-aws-modules/vpc/aws"),
        (
            "git::ssh://git@github.com/acme/terraform-google-ml-net.git//modules/a?ref=1",
            "acme/ml-net/google//modules/a",
        ),
    ],
)
def test_the_registry_name_of_a_module_source(source: str, name: str) -> None:
    assert registry_name(source) == name


def test_a_path_with_an_open_bracket_is_refused() -> None:
    with pytest.raises(ValueError, match="not a path"):
        parse_path("a[.b")


def test_what_reaches_a_network_card_reaches_its_machine() -> None:
    kinds = """\
- kind: backend_pool
  terraform: pool
  edges:
    - {relation: routes_to, terraform: card, to: [network_interface]}
- kind: network_interface
  terraform: card
- kind: compute_instance
  terraform: machine
  inherit:
    - {terraform: card, to: [card], attrs: [public_ip]}
"""
    found = graph(
        kinds,
        instance("pool.p", line=1, card=ref("card.c.id")),
        instance("card.c", line=2),
        instance("machine.m", line=3, card=ref("card.c.id")),
    )
    reached = found.targets(found["pool.p"], Relation.ROUTES_TO)
    assert [node.key for node in reached] == ["card.c", "machine.m"]
