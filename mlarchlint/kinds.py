"""Loads the kind entries of data/kinds: how a provider's type becomes a neutral resource.

The form of an entry is docs/kinds.md. Files are split by text and an entry is parsed only
when a scan meets one of its types, so that start-up does not grow with the catalog.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cache, lru_cache
from typing import Any

from mlarchlint.data import FOLDER, compiled, mark_of, packed, text_of, unpacked
from mlarchlint.model.graph import Relation
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex

FORMATS = ("terraform", "cloudformation", "kubernetes", "module")
_TYPES = regex(r"\n  (terraform|cloudformation|kubernetes|module): *([^\n#]+)")  # without its comment
_NAME = regex(r"[\w:./*@-]+")


@record(frozen=True, slots=True)
class Step:
    """One step of a path: a member, and what is done to it."""

    name: str
    mode: str = "member"  # member, each ([]), values ({}), json (<json>), where ([key=value])
    key: str = ""
    equals: str = ""


Path = tuple[Step, ...]


@record(frozen=True, slots=True)
class Condition:
    """`default_when`: the default is `value` where the value at `paths` equals `equals`."""

    paths: Mapping[str, tuple[Path, ...]]
    equals: str
    value: Any


@record(frozen=True, slots=True)
class Trait:
    name: str
    paths: Mapping[str, tuple[Path, ...]]
    op: str = "value"
    values: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)  # neutral -> raw, as the entry spells it
    match: re.Pattern[str] | None = None
    type: str = ""
    scale: str = ""
    negate: bool = False
    default: Any = None
    default_when: tuple[Condition, ...] = ()
    const: Any = None
    referenced: str | None = None
    join: bool = False
    because: str = ""
    heads: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by format: where the paths start


@record(frozen=True, slots=True)
class EdgeForm:
    """How edges (also `part_of` and `inherit`) are read off a body."""

    relation: Relation
    paths: Mapping[str, tuple[Path, ...]]
    to: tuple[str, ...] = ()
    reverse: bool = False
    by: str = ""
    attrs: tuple[str, ...] = ()
    wins: bool = False  # of `inherit`: what is inherited stands over what the heir says


@record(frozen=True, slots=True)
class Kind:
    kind: str
    provider: str
    traits: tuple[Trait, ...]
    edges: tuple[EdgeForm, ...]
    inherit: tuple[EdgeForm, ...]
    part_of: EdgeForm | None
    tags: Mapping[str, tuple[Path, ...]]
    reference: str = ""
    plans: dict[str, Any] = field(
        default_factory=dict
    )  # by format: how its traits are read (mlarchlint.traits)


_STEP = regex(
    r"(\"[^\"]+\"|[^.\[\]{}<>\"]+)(\[\]|\{\}|<json>(?:\[\]|\{\})?|\[([\w$:.-]+)=([^\]]*)\])?(?:\.|$)"
)


@cache
def parse_path(text: str) -> Path:
    """The steps of a dotted path; ValueError where it has no such form."""
    steps = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise ValueError(f"not a path: {text!r}")
        name, suffix, key, equals = found.groups()
        name = name.strip('"')
        if suffix is None:
            steps.append(Step(name))
        elif key is not None:
            steps.append(Step(name, "where", key, equals))
        elif suffix in ("<json>[]", "<json>{}"):
            steps += [Step(name, "json"), Step("", "each" if suffix.endswith("[]") else "values")]
        else:
            steps.append(Step(name, {"[]": "each", "{}": "values", "<json>": "json"}[suffix]))
        at = found.end()
    return tuple(steps)


def _paths(entry: Mapping[str, Any]) -> dict[str, tuple[Path, ...]]:
    paths = {}
    for name in FORMATS:
        given = entry.get(name)
        if given is not None:
            texts = given if isinstance(given, list) else [given]
            paths[name] = tuple(parse_path(str(text)) for text in texts)
    return paths


def _value_key(raw: object) -> str:
    """YAML reads `true:` as a bool and `1:` as a number; raw values are compared as text."""
    return str(raw).lower()


def _trait(name: str, entry: Mapping[str, Any]) -> Trait:
    paths = _paths(entry)
    return Trait(
        name=name,
        paths=paths,
        op=entry.get("op", "value"),
        values={_value_key(raw): neutral for raw, neutral in entry.get("values", {}).items()},
        written={_value_key(neutral): raw for raw, neutral in reversed(entry.get("values", {}).items())},
        match=re.compile(entry["match"]) if "match" in entry else None,
        type=entry.get("type", ""),
        scale=str(entry.get("scale", "")),
        negate=bool(entry.get("not", False)),
        default=entry.get("default"),
        default_when=tuple(_condition(form) for form in entry.get("default_when", ())),
        const=entry.get("const"),
        referenced=entry.get("referenced"),
        join=entry.get("join", False),
        because=entry.get("because", ""),
        heads={form: frozenset(path[0].name for path in given) for form, given in paths.items()},
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    paths = _paths(entry)
    if "path" in entry:
        path = (parse_path(str(entry["path"])),)
        paths = dict.fromkeys(FORMATS, path)
    return Condition(paths, _value_key(entry["equals"]), entry["value"])


def _edge(entry: Mapping[str, Any], relation: Relation) -> EdgeForm:
    to = entry.get("to", ())
    return EdgeForm(
        relation=relation,
        paths=_paths(entry),
        to=(to,) if isinstance(to, str) else tuple(to),
        reverse=bool(entry.get("reverse", False)),
        by=entry.get("by", ""),
        attrs=tuple(entry.get("attrs", ())),
        wins=bool(entry.get("wins", False)),
    )


def parse_entry(entry: Mapping[str, Any], provider: str) -> Kind:
    """A Kind from its YAML data. Raises KeyError or ValueError where the schema is broken."""
    part_of = entry.get("part_of")
    tags = entry.get("tags", ["tags", "Tags", "labels", "metadata.labels"])
    tag_paths = tuple(parse_path(text) for text in (tags if isinstance(tags, list) else [tags]))
    return Kind(
        kind=entry["kind"],
        provider=provider,
        traits=tuple(_trait(name, form) for name, form in (entry.get("attrs") or {}).items()),
        edges=tuple(_edge(form, Relation(form["relation"])) for form in entry.get("edges", ())),
        inherit=tuple(_edge(form, Relation.USES) for form in entry.get("inherit", ())),
        part_of=_edge(part_of, Relation.DEPENDS_ON) if part_of else None,
        tags=dict.fromkeys(FORMATS, tag_paths),
        reference=str(entry.get("reference", "")),
    )


class Kinds:
    """The catalog: find(format, type) -> Kind or None. Entries are parsed when first asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """texts: file name (its first word is the provider) -> YAML text."""
        self._chunks: dict[tuple[str, str], tuple[str, str]] = {}
        self._wild: list[tuple[str, str, tuple[str, str]]] = []
        self._parsed: dict[int, Kind] = {}
        for name in sorted(texts):
            provider = name.partition("-")[0]
            if provider == "modules":
                provider = name.removesuffix(".yaml").rpartition("-")[2]
            for chunk in texts[name].split("\n- kind:")[0:]:
                self._index(chunk, provider)

    @classmethod
    def of_compiled(cls, twin: str) -> Kinds:
        """twin: as `compiled` writes it. The first line is the index, each other one an entry."""
        found = cls({})
        first, *entries = twin.split("\n")
        index = json.loads(first)
        for (form, provider), types in ((tuple(key.split()), value) for key, value in index["types"].items()):
            for name, line in types.items():
                found._chunks[form, name] = (entries[line], provider)
        found._wild = [
            (form, name, (entries[line], provider)) for form, name, line, provider in index["wild"]
        ]
        return found

    def compiled(self) -> str:
        """All of it as text: what `of_compiled` reads."""
        lines: dict[str, int] = {}
        types: dict[str, dict[str, int]] = {}
        for (form, name), (text, provider) in self._chunks.items():
            entry = packed(_load(text))
            line = lines.setdefault(f"{provider} {entry}", len(lines))
            types.setdefault(f"{form} {provider}", {})[name] = line
        wild = []
        for form, name, (text, provider) in self._wild:
            entry = packed(_load(text))
            wild.append([form, name, lines.setdefault(f"{provider} {entry}", len(lines)), provider])
        entries = (line.partition(" ")[2] for line in lines)
        return "\n".join((json.dumps({"types": types, "wild": wild}), *entries))

    def _index(self, chunk: str, provider: str) -> None:
        text = chunk if chunk.startswith("- kind:") else "- kind:" + chunk
        for found in _TYPES.finditer(text):
            form = found.group(1)
            for type_name in _NAME.findall(found.group(2)):
                if "*" in type_name:
                    self._wild.append((form, type_name, (text, provider)))
                else:
                    self._chunks.setdefault((form, type_name), (text, provider))

    def types(self, form: str) -> Iterator[str]:
        """The type names of one format, wildcards excluded."""
        return (name for found, name in self._chunks if found == form)

    def find(self, form: str, type_name: str) -> Kind | None:
        chunk = self._chunks.get((form, type_name))
        if chunk is None:
            chunk = self._match(form, type_name)
        if chunk is None:
            return None
        key = id(chunk[0])
        if key not in self._parsed:
            self._parsed[key] = parse_entry(_load(chunk[0]), chunk[1])
        return self._parsed[key]

    def _match(self, form: str, type_name: str) -> tuple[str, str] | None:
        for wild_form, pattern, chunk in self._wild:
            if wild_form == form and _wildcard(pattern).fullmatch(type_name):
                self._chunks[form, type_name] = chunk
                return chunk
        return None


@cache
def _wildcard(pattern: str) -> re.Pattern[str]:
    """Compiled when a type is first looked for: most scans meet few formats."""
    return re.compile(re.escape(pattern).replace(r"\*", "[^/]*"))


def _load(text: str) -> Mapping[str, Any]:
    """An entry as it is written, or as it was compiled."""
    if text.startswith("{"):
        made: Mapping[str, Any] = unpacked(text)
        return made
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    [entry] = yaml.load(text, Loader=loader)
    if not isinstance(entry, Mapping):
        raise ValueError("a kind entry is a mapping")
    return entry


@lru_cache(maxsize=1)
def built_in_kinds() -> Kinds:
    """The catalog that ships with the package."""
    names = sorted(name for name in os.listdir(os.path.join(FOLDER, "kinds")) if name.endswith(".yaml"))
    texts = {name: text_of(f"kinds/{name}") for name in names}
    twin = compiled("kinds", mark_of("".join(texts.values())))
    return Kinds(texts) if twin is None else Kinds.of_compiled(twin)
