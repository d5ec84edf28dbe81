"""What one module directory declares, its files taken together and override files merged in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from mlarchlint.frontends.terraform.blocks import blocks_of, static_text
from mlarchlint.frontends.terraform.merging import merge_blocks
from mlarchlint.frontends.terraform.nodes import Argument, Block, File
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan

Ignores = tuple[tuple[SourceSpan, str], ...]


@record(frozen=True, slots=True, eq=False)
class Source:
    """A parsed file. comment_lines: the lines that hold nothing but a comment."""

    file: File
    override: bool = False
    comment_lines: frozenset[int] = frozenset()


@record(frozen=True, slots=True, eq=False)
class Declared:
    """One block, with the suppression comments in it and directly above it."""

    block: Block
    ignores: Ignores = ()


@record(frozen=True, slots=True, eq=False)
class ModuleSyntax:
    """Names are those used in expressions: `aws_subnet.a`, `data.aws_ami.x`, provider `aws.west`.

    backend: it has a `backend` or `cloud` block, so it is applied on its own.
    """

    directory: str
    variables: Mapping[str, Declared] = field(default_factory=dict)
    locals: Mapping[str, Argument] = field(default_factory=dict)
    outputs: Mapping[str, Declared] = field(default_factory=dict)
    resources: Mapping[str, Declared] = field(default_factory=dict)
    calls: Mapping[str, Declared] = field(default_factory=dict)
    providers: Mapping[str, Declared] = field(default_factory=dict)
    backend: bool = False


# Block type -> (labels, what Terraform calls it). Blocks of other types say nothing that is
# evaluated (`moved`, `import`, `check`, ...), or come from a version newer than this reader.
_NAMED = {
    "variable": (1, "variable declaration"),
    "output": (1, "output"),
    "module": (1, "module call"),
    "provider": (1, "provider configuration"),
    "resource": (2, "resource"),
    "data": (2, "data resource"),
    "ephemeral": (2, "ephemeral resource"),
}


class _Builder:
    def __init__(self) -> None:
        self.named: dict[str, dict[str, Declared]] = {type_: {} for type_ in _NAMED}
        self.locals: dict[str, Argument] = {}
        self.backend = False
        self.diagnostics: list[Diagnostic] = []

    def add(self, source: Source) -> None:
        for block in blocks_of(source.file.body, "terraform"):
            kinds = {inner.type for inner in block.body.blocks} | set(block.body.arguments)
            self.backend = self.backend or bool(kinds & {"backend", "cloud"})
        for block in blocks_of(source.file.body, "locals"):
            for argument in block.body.arguments.values():
                self._add_local(argument, source.override)
        for type_, (labels, _) in _NAMED.items():
            for block in blocks_of(source.file.body, type_, labels):
                if len(block.labels) == labels:
                    self._add_block(block, source)
                else:
                    self._refuse(block.header, f"`{type_}` needs {labels} label(s)")

    def _add_local(self, argument: Argument, override: bool) -> None:
        earlier = self.locals.get(argument.name)
        if override and earlier is None:
            self._refuse(argument.span, f"override of local.{argument.name}, which no other file declares")
        elif not override and earlier is not None:
            self._duplicate(f"local.{argument.name}", argument.span, earlier.span)
            return
        self.locals[argument.name] = argument

    def _add_block(self, block: Block, source: Source) -> None:
        known, name = self.named[block.type], _name(block)
        earlier = known.get(name)
        if source.override and earlier is not None:
            ignores = earlier.ignores + ignores_of(block, source)
            known[name] = Declared(merge_blocks(earlier.block, block), ignores)
        elif source.override and block.type != "provider":
            what = _NAMED[block.type][1]
            self._refuse(block.header, f"override of the {what} {name}, which no other file declares")
        elif earlier is not None:
            self._duplicate(f"{_NAMED[block.type][1]} {name}", block.header, earlier.block.header)
        else:
            known[name] = Declared(block, ignores_of(block, source))

    def _refuse(self, span: SourceSpan, summary: str) -> None:
        self.diagnostics.append(Diagnostic("terraform-declaration", summary, "It is left out.", span))

    def _duplicate(self, what: str, span: SourceSpan, first: SourceSpan) -> None:
        detail = f"The first stands at {first}; this one is left out."
        self.diagnostics.append(Diagnostic("terraform-duplicate", f"{what} is declared twice", detail, span))


def declarations(directory: str, sources: Iterable[Source]) -> tuple[ModuleSyntax, list[Diagnostic]]:
    """Primary files first, then override files, each in name order, as the caller sorted them."""
    ordered = list(sources)
    builder = _Builder()
    for source in sorted(ordered, key=lambda source: source.override):
        builder.add(source)
    named = builder.named
    resources = {**named["resource"], **named["data"], **named["ephemeral"]}
    syntax = ModuleSyntax(
        directory,
        named["variable"],
        builder.locals,
        named["output"],
        resources,
        named["module"],
        named["provider"],
        builder.backend,
    )
    return syntax, builder.diagnostics


def _name(block: Block) -> str:
    if block.type in ("resource", "variable", "output", "module"):
        return ".".join(block.labels)
    if block.type == "provider":
        alias = block.body.arguments.get("alias")
        text = static_text(alias.expression) if alias else None
        return f"{block.labels[0]}.{text}" if text else block.labels[0]
    return f"{block.type}." + ".".join(block.labels)


def ignores_of(block: Block, source: Source) -> Ignores:
    """The suppression comments inside the block and in the run of comment lines above it."""
    if not source.file.comments:
        return ()
    top = block.span.line
    while top - 1 in source.comment_lines:
        top -= 1
    return tuple(
        (comment.span, comment.text)
        for comment in source.file.comments
        if top <= comment.span.line <= block.span.end_line
    )


def comment_lines(text: str) -> frozenset[int]:
    """The lines that hold only a line comment."""
    lines = enumerate(text.splitlines(), start=1)
    return frozenset(number for number, line in lines if line.lstrip().startswith(("#", "//", "/*", "*")))


def called_sources(syntax: ModuleSyntax) -> Iterator[tuple[str, str]]:
    """(call name, source) of the module calls whose source is a constant."""
    for name, declared in syntax.calls.items():
        argument = declared.block.body.arguments.get("source")
        source = static_text(argument.expression) if argument else None
        if source is not None:
            yield name, source
