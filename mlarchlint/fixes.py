"""Findings with typed edits to changes of text: what `mlarchlint scan --fix` and `--diff` do.

Only a literal is replaced, and only what a root module, template or manifest writes itself is added to: a
value that comes from elsewhere is not this place's to change. Every changed file is parsed before it is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlarchlint import hcl_edit, yaml_edit
from mlarchlint.kinds import Kind, Kinds, Trait
from mlarchlint.model.edit import Edit
from mlarchlint.model.finding import Finding
from mlarchlint.model.record import record
from mlarchlint.model.resource import Format, Mode, Resource
from mlarchlint.model.value import Value
from mlarchlint.text_change import Offsets, TextChange, applied
from mlarchlint.whole_file import write_whole

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_TERRAFORM = (".tf", ".tofu")
_JSON = (".json",)
_YAML = (".yaml", ".yml", ".template")


@record(frozen=True, slots=True)
class Fix:
    """A finding with the changes that mend it. safe: every one of them is. note: what an unsafe one costs."""

    finding: Finding
    changes: tuple[TextChange, ...]
    safe: bool
    note: str


@record(frozen=True, slots=True)
class FixedFile:
    """made: the fixes that changed it."""

    file: str
    before: str
    after: str
    made: tuple[Fix, ...] = field(default=())


def fixes_of(result: Result, kinds: Kinds) -> list[Fix]:
    """What can be mended of the findings that count."""
    found = []
    for finding in result.findings:
        if finding.certain and finding.suppressed is None and finding.edits:
            changes = _changes(finding, result, kinds)
            if changes:
                safe = all(edit.safe for edit in finding.edits)
                note = "; ".join(dict.fromkeys(edit.note for edit in finding.edits if edit.note))
                found.append(Fix(finding, changes, safe, note))
    return found


def fixed_files(result: Result, fixes: Iterable[Fix]) -> list[FixedFile]:
    """The files with the changes made, those left out that would not parse afterwards."""
    by_file: dict[str, list[Fix]] = {}
    for fix in fixes:
        if len({change.file for change in fix.changes}) == 1:
            by_file.setdefault(fix.changes[0].file, []).append(fix)
    found = []
    for file, of_file in sorted(by_file.items()):
        before = result.sources.texts.read(file).decode("utf-8", "surrogateescape")
        after, made = applied(before, [change for fix in of_file for change in fix.changes])
        whole = tuple(fix for fix in of_file if set(fix.changes) <= set(made))
        if len(whole) < len(of_file):
            after, _ = applied(before, [change for fix in whole for change in fix.changes])
        if whole and after != before and parses(file, after):
            found.append(FixedFile(file, before, after, whole))
    return found


def written(base: Path, files: Iterable[FixedFile]) -> list[str]:
    """Writes them, each one whole or not at all; the places that could not be written."""
    failed = []
    for file in files:
        place = Path(os.path.realpath(base / file.file))
        try:
            write_whole(place, file.after.encode("utf-8", "surrogateescape"), os.stat(place).st_mode & 0o7777)
        except OSError as error:
            failed.append(f"{file.file}: {error.strerror}")
    return failed


def difference(file: FixedFile) -> Iterator[str]:
    """A unified diff, as `patch` and `git apply` take it."""
    import difflib

    before, after = file.before.splitlines(keepends=True), file.after.splitlines(keepends=True)
    yield from difflib.unified_diff(before, after, f"a/{file.file}", f"b/{file.file}")


def parses(file: str, text: str) -> bool:
    if file.endswith(_TERRAFORM):
        from mlarchlint.frontends.terraform.syntax import parses as hcl_parses

        return hcl_parses(text)
    if file.endswith(_JSON):
        import json

        try:
            json.loads(text)
        except ValueError:
            return False
        return True
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while loader.check_node():
            loader.get_node()
    except yaml.YAMLError:
        return False
    finally:
        loader.dispose()
    return True


# -- one finding --------------------------------------------------------------------------


def _changes(finding: Finding, result: Result, kinds: Kinds) -> tuple[TextChange, ...]:
    """Empty where one of the edits has no place or form here."""
    found: list[TextChange] = []
    for key in finding.keys:
        node = result.graph.get(key)
        if node is None:
            return ()
        for edit in finding.edits:
            change = _change(node, edit, result, kinds)
            if change is None:
                return ()
            found.append(change)
    return tuple(dict.fromkeys(found))


def _change(node: Resource, edit: Edit, result: Result, kinds: Kinds) -> TextChange | None:
    value = node[edit.trait]
    written_here = value.is_known and not value.default and value.span.file and value.span != node.span
    owner = node if not written_here else _owner(node, value, result)
    form = owner.instance.format.value
    kind = kinds.find(form, owner.type)
    trait = _trait(kind, edit.trait)
    if trait is None or form not in trait.paths:
        return None
    raw = _raw(trait, edit.value)
    if raw is None:
        return None
    if written_here:
        # What a variable or a parameter decides is for its callers to change.
        return None if value.origin else _replaced(value, raw, result)
    return _added(node, trait, edit, raw, result)


def _owner(node: Resource, value: Value, result: Result) -> Resource:
    """The part whose block the value is written in, else the node itself."""
    for part in result.graph:
        here = part.part_of == node.key and part.span.file == value.span.file
        if here and part.span.line <= value.span.line <= part.span.end_line:
            return part
    return node


def _trait(kind: Kind | None, name: str) -> Trait | None:
    return next((trait for trait in kind.traits if trait.name == name), None) if kind else None


def _raw(trait: Trait, value: bool | int | str) -> bool | int | str | None:
    """The provider's value for a neutral one; None where it is computed or not told."""
    if trait.op != "value" or trait.match is not None or trait.scale:
        return None
    if trait.values:
        raw = trait.written.get(str(value).lower())
        return raw if isinstance(raw, (bool, int, str)) else None
    return (not value) if trait.negate and isinstance(value, bool) else value


def _replaced(value: Value, raw: bool | int | str, result: Result) -> TextChange | None:
    file = value.span.file
    text = _text(file, result)
    try:
        start, end = Offsets(text).span(value.span)
    except IndexError:
        return None
    if file.endswith(_TERRAFORM):
        return (
            TextChange(file, start, end, hcl_edit.literal(raw))
            if hcl_edit.is_literal(text[start:end])
            else None
        )
    new = yaml_edit.replacement(text, start, end, raw, is_json=file.endswith(_JSON))
    return TextChange(file, start, end, new) if new is not None else None


def _added(
    node: Resource, trait: Trait, edit: Edit, raw: bool | int | str, result: Result
) -> TextChange | None:
    instance, span = node.instance, node.span
    path = trait.paths[instance.format.value][0]
    names = [step.name for step in path]
    if instance.mode is not Mode.MANAGED or instance.calls or any(step.mode != "member" for step in path):
        return None
    text = _text(span.file, result)
    if instance.format is Format.TERRAFORM:
        if not span.file.endswith(_TERRAFORM) or (len(names) > 1 and not edit.blocks):
            return None
        return _added_to_block(instance.body, names, raw, text, span, node)
    key = ""
    if instance.format is Format.CLOUDFORMATION:
        key = instance.name
        names = [names[0][1:], *names[1:]] if names[0].startswith("$") else ["Properties", *names]
    placed = yaml_edit.insertion(text, span.line, key, names, raw, is_json=span.file.endswith(_JSON))
    return TextChange(span.file, placed[0], placed[0], placed[1]) if placed else None


def _added_to_block(
    body: Mapping[str, Value], names: list[str], raw: bool | int | str, text: str, span: Any, node: Resource
) -> TextChange | None:
    """In the innermost block on the way that is written, once."""
    while len(names) > 1:
        written = body.get(names[0])
        if written is None or written.is_absent:
            break
        blocks = written.items()
        if len(blocks) != 1 or not blocks[0].span.file or blocks[0].span.file != span.file:
            return None
        span, body, names = blocks[0].span, blocks[0].mapping(), names[1:]
    try:
        start, end = Offsets(text).span(span)
    except IndexError:
        return None
    placed = hcl_edit.insertion(text, start, end, names, raw)
    return TextChange(node.span.file, *placed) if placed else None


def _text(file: str, result: Result) -> str:
    try:
        return result.sources.texts.read(file).decode("utf-8", "surrogateescape")
    except (OSError, ValueError):
        return ""
