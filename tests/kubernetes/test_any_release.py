"""Whatever a release or a text of Terraform says: read or refused, and nothing invented."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mlarchlint.frontends.kubernetes import from_terraform
from mlarchlint.frontends.kubernetes.release_values import release_values
from mlarchlint.frontends.kubernetes.renderer import RenderFailed
from mlarchlint.frontends.kubernetes.two_renderings import laid_together
from mlarchlint.model.resource import Format, Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value, from_plain, plain_raw

SPAN = SourceSpan("main.tf", 1, 1, 9, 2)
texts = st.text(alphabet="ab:*{}[]-.,\\ \n\"'|#&<1", max_size=40)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def values(draw: st.DrawFn) -> Value:
    """Known, absent, unknown, unknown with a pattern, secret."""
    known = from_plain(draw(plain), SPAN)
    unknown = Value.unknown("var.x has no value", SPAN, refs=("var.x",))
    return draw(
        st.sampled_from(
            [
                known,
                Value.absent(SPAN),
                unknown,
                replace(unknown, pattern=draw(texts)),
                replace(unknown, inside=known),
                replace(known, sensitive=True),
            ]
        )
    )


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["values", "set", "set_list", "set_sensitive", "set_wo"]), values()))
def test_any_values_are_read_or_refused(body: dict[str, Value]) -> None:
    with contextlib.suppress(RenderFailed):
        given_values = release_values(body)
        assert "731946" not in str(given_values.without())


@settings(max_examples=300, deadline=None)
@given(st.lists(values(), max_size=3), texts, values())
def test_any_entries_are_read_or_refused(documents: list[Value], name: str, value: Value) -> None:
    entry = Value.known({"name": Value.known(name, SPAN), "value": value}, SPAN)
    body = {"values": Value.known(tuple(documents), SPAN), "set": Value.known((entry,), SPAN)}
    with contextlib.suppress(RenderFailed):
        given_values = release_values(body)
        assert "731946" not in str(given_values.without())


@settings(max_examples=200, deadline=None)
@given(values())
def test_any_text_of_a_manifest_is_converted(body: Value) -> None:
    instance = Instance(
        "kubectl_manifest.a", "kubectl_manifest", "a", Format.TERRAFORM, {"yaml_body": body}, SPAN
    )
    assert from_terraform(instance)


@settings(max_examples=200, deadline=None)
@given(plain, plain, st.integers(0, 3))
def test_what_two_renderings_agree_on_is_kept_and_nothing_else_is_known(
    one: Any, other: Any, holes: int
) -> None:
    def rendered(data: Any) -> Instance:
        return Instance("A/b/c", "v1/A", "c", Format.KUBERNETES, {"spec": from_plain(data, SPAN)}, SPAN)

    made = release_values({})
    for _ in range(holes):
        made.stand_in("a", Value.unknown("var.x has no value", SPAN))
    [same] = laid_together([rendered(one)], [rendered(one)], made)
    assert plain_raw(same.body) == plain_raw(rendered(one).body)
    [mixed] = laid_together([rendered(one)], [rendered(other)], made)
    if plain_raw(rendered(one).body) != plain_raw(rendered(other).body):
        assert any(part.is_unknown for part in mixed.body["spec"].walk())
