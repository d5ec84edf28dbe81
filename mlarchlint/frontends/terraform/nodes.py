"""The syntax tree of the Terraform language, for native and JSON syntax alike.

Frozen nodes with positions; what a node means is the evaluator's business.
"""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import Union

from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan


@record(frozen=True, slots=True, eq=False)
class Literal:
    """A number, bool, null or string without interpolation."""

    value: bool | int | Decimal | str | None
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Template:
    """A quoted template or heredoc with at least one interpolation or directive.

    Strip markers and heredoc indentation are already applied. One part alone that is an
    interpolation keeps the type of its value.
    """

    parts: tuple[TemplatePart, ...]
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class TemplateIf:
    condition: Expression
    then: tuple[TemplatePart, ...]
    otherwise: tuple[TemplatePart, ...]
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class TemplateFor:
    key: str | None
    value: str
    collection: Expression
    body: tuple[TemplatePart, ...]
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Variable:
    """The root name of a traversal: `var`, `local`, `aws_instance`, `each`, `x` in a for."""

    name: str
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Attribute:
    """`of.name`; also the legacy index `of.0`, whose name is all digits."""

    of: Expression
    name: str
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Index:
    of: Expression
    key: Expression
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Splat:
    """`of[*]...` (full) or `of.*...`. each: what is done to every element, over SplatItem."""

    of: Expression
    each: Expression
    full: bool
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class SplatItem:
    """The element that the innermost Splat is at."""

    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Unary:
    """operator: `-` or `!`."""

    operator: str
    operand: Expression
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Binary:
    """operator: one of `+ - * / % == != < > <= >= && ||`."""

    operator: str
    left: Expression
    right: Expression
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Tuple:
    items: tuple[Expression, ...]
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Object:
    """items: (key, value). A bare identifier key is a Literal string; a parenthesised key is Paren."""

    items: tuple[tuple[Expression, Expression], ...]
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class For:
    """A tuple (`result_key` is None) or an object for-expression; grouped: `...` after the value."""

    key: str | None
    value: str
    collection: Expression
    result_key: Expression | None
    result: Expression
    condition: Expression | None
    grouped: bool
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Call:
    """name: with its namespace if any (`provider::x::f`, `core::f`). expand: `...` after the last argument."""

    name: str
    arguments: tuple[Expression, ...]
    expand: bool
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Paren:
    inner: Expression
    span: SourceSpan


Expression = Union[
    Literal, Template, Variable, Attribute, Index, Splat, SplatItem, Unary, Binary,
    Conditional, Tuple, Object, For, Call, Paren,
]  # fmt: skip
TemplatePart = Union[Expression, TemplateIf, TemplateFor]


@record(frozen=True, slots=True, eq=False)
class Argument:
    """`name = expression` in a body."""

    name: str
    expression: Expression
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Body:
    """arguments and blocks in source order. json: from JSON syntax, where whether a member is
    an argument or a block depends on the schema: it stands in `arguments`, and a reader that
    knows better may take it as blocks (`blocks_of_argument`)."""

    arguments: dict[str, Argument] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    span: SourceSpan = NOWHERE
    json: bool = False


@record(frozen=True, slots=True, eq=False)
class Block:
    """span: the whole block; header: its type and labels."""

    type: str
    labels: tuple[str, ...]
    body: Body
    span: SourceSpan
    header: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Comment:
    text: str
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class File:
    """One parsed file. comments: only those that mention mlarchlint."""

    path: str
    body: Body
    comments: tuple[Comment, ...] = ()
