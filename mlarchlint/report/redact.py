"""Keeps sensitive values out of reports."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlarchlint.analysis.credentials import credentials_in
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import SCALAR, Value

MASK = "(sensitive)"
LEAST = 6  # shorter secrets would blank out ordinary words
_LONG = 16  # no ordinary word is so long: these are found inside other words too
# What everybody knows is no secret, though it may stand among them (`AWS_DEFAULT_REGION` in a Secret).
_REGION = regex(
    r"(?:us|eu|europe|ap|asia|sa|southamerica|northamerica|ca|af|africa|me|il|mx|cn|australia)(?:-gov|-iso[bef]?)?"
    r"-(?:north|south|east|west|central)+-?\d{1,2}"
)
_WORD = regex(r"[\w-]+")
# A literal written beside a name that says what it is, sensitive or not as the evaluator sees it.
_NAMED = regex(
    r"""(?ix) ( ["']?  [\w.-]* (?: passwo?r?d | passphrase | secret(?:_?(?:key|string|value|access_key))?
        | (?:api|access|private|account|shared|storage)_?key | token | credentials? | connection_?string )
        ["']? \s* [=:] \s* ) ( "(?:[^"\\]|\\.)*" | '[^']*' )"""
)


class Redactor:
    """Knows the sensitive values of a graph, and the lines they are written on."""

    def __init__(self, graph: ResourceGraph) -> None:
        secrets: set[str] = set()
        self._spans: dict[str, list[SourceSpan]] = {}
        for resource in graph:
            for value in (*resource.instance.body.values(), *resource.attrs.values()):
                if value.sensitive or not isinstance(value.raw, SCALAR):
                    self._collect(value, False, secrets)
        self._add_credentials(graph, secrets)
        # Addresses stand in every report as they are: masked elsewhere, they only puzzle the reader.
        shown = {word for resource in graph for word in _WORD.findall(resource.address)} if secrets else set()
        self._secrets = _pattern(s for s in secrets if s not in shown and not _REGION.fullmatch(s))

    def _add_credentials(self, graph: ResourceGraph, secrets: set[str]) -> None:
        """What nobody declared sensitive, and yet opens a door to whoever reads it."""
        for held in graph.once(credentials_in).values():
            for one in held:
                if (one.whole or one.hidden) and one.at.span.file:
                    self._spans.setdefault(one.at.span.file, []).append(one.at.span)
                if one.sure and len(one.secret) >= LEAST:
                    secrets.add(one.secret)
                if one.hidden:
                    secrets.add(one.at.text() or one.secret)

    def text(self, text: str) -> str:
        """The text with every known secret replaced."""
        return self._secrets.sub(MASK, text) if self._secrets else text

    def line(self, text: str, file: str, number: int) -> str:
        """A source line, with what is sensitive on it replaced up to its end."""
        for span in self._spans.get(file, ()):
            if span.line <= number <= span.end_line:
                start = span.column - 1 if number == span.line else 0
                assigned = re.match(r"\s*[\w\"'.-]+\s*[=:]\s*", text)
                if assigned and start < assigned.end():
                    start = assigned.end()
                text = text[:start] + MASK
                break
        return _NAMED.sub(rf"\1{MASK}", self.text(text))

    def _collect(self, value: Value, inherited: bool, secrets: set[str]) -> None:
        sensitive = inherited or value.sensitive
        parts = (*value.items(), *value.mapping().values())
        if sensitive:
            if value.span.file and not parts:
                self._spans.setdefault(value.span.file, []).append(value.span)
            text = value.text()
            if text is not None and len(text) >= LEAST:
                secrets.add(text)
                secrets.update(line.strip() for line in text.splitlines() if len(line.strip()) >= LEAST)
        for part in parts:
            if sensitive or part.sensitive or not isinstance(part.raw, SCALAR):
                self._collect(part, sensitive, secrets)


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """A shorter secret only as a whole word: `user` of a Secret is no secret in `kubeflow-user`."""
    longest_first = sorted(secrets, key=lambda secret: (-len(secret), secret))
    forms = [
        re.escape(s) if len(s) >= _LONG else rf"(?<![\w-]){re.escape(s)}(?![\w-])" for s in longest_first
    ]
    return re.compile("|".join(forms)) if forms else None
