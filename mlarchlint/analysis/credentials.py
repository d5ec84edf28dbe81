"""Credentials that stand in the configuration of what runs: in variables, hyper-parameters and start-up scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlarchlint.analysis.credential_kinds import CREDENTIAL_KINDS
from mlarchlint.analysis.credential_words import is_asked, known_form, named_credential
from mlarchlint.analysis.scripts import script_text
from mlarchlint.analysis.variables import variables
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import Value

_TRAITS = ("env", "hyperparameters", "user_data", "commands")
_PAIRS = {"env": "the variable", "hyperparameters": "the hyper-parameter"}
_EXAMPLES = regex(r"(?:^|/)(?:[\w-]*tests?|[\w-]*examples?|samples?|testdata|e2e|mocks?|demos?|docs?)/")
# NAME=value of a shell, `NAME: "value"` of a file that a script writes, --name value of a command.
_SET = regex(
    r"""(?x) (?<![\w.$-])
    (?: --(?P<flag> [A-Za-z][\w.-]{1,60} ) (?: = | \s+ (?!-) ) | (?P<name> [A-Za-z]\w{1,60} ) (?: ["']?:\s?(?=["']) | \s?=\s?(?!=) ) )
    (?: "(?P<double>[^"\n]{4,200})" | '(?P<single>[^'\n]{4,200})' | (?P<bare>[^\s"',;&|)]{4,200}) )"""
)
_OUTSIDE = ("var", "local", "each", "count", "param", "path", "self")


@record(frozen=True, slots=True)
class Credential:
    """where: in words. secret: what no report may show. at: the value that holds it, `whole` if nothing else."""

    what: str
    name: str
    where: str
    secret: str
    at: Value
    sure: bool
    whole: bool

    @property
    def hidden(self) -> bool:
        """It stands in base64: that text is as good as what it says."""
        return self.secret not in (self.at.text() or "")


def credentials_in(graph: ResourceGraph) -> Mapping[str, tuple[Credential, ...]]:
    """By the key of the resource that they are written at; what a template lends is told of the template."""
    found = {}
    for node in graph.of_kind(*CREDENTIAL_KINDS):
        if all(node[trait].is_absent for trait in _TRAITS):
            continue
        lent = {id(one[trait]) for one in graph.targets(node, Relation.USES) for trait in _TRAITS}
        seen: dict[tuple[str, str], Credential] = {}
        for trait in _TRAITS:
            if id(node[trait]) not in lent:
                for one in _in_trait(trait, node[trait], node):
                    seen.setdefault((one.name, one.secret), one)
        if seen:
            found[node.key] = tuple(seen.values())
    return found


def _in_trait(trait: str, held: Value, node: Resource) -> Iterator[Credential]:
    if trait not in _PAIRS:
        where = "its command" if trait == "commands" else "its start-up script"
        for value in held.walk():
            if (text := value.text()) and _is_written(value):
                yield from _in_script(where, script_text(text), value, node)
        return
    for name, value in variables(held):
        text = value.text()
        if not text or not _is_written(value):
            continue
        formed = known_form(text)
        if formed is not None:
            what, secret = formed
            yield Credential(what, name, f"{_PAIRS[trait]} {name}", secret, value, True, secret == text)
        elif is_asked(name) and (named := named_credential(name, text)) and not _is_example(node):
            what, sure = named
            yield Credential(what, name, f"{_PAIRS[trait]} {name}", text, value, sure, True)
        elif "\n" in text:
            yield from _in_script(f"{_PAIRS[trait]} {name}", script_text(text), value, node)


def _in_script(where: str, text: str, value: Value, node: Resource) -> Iterator[Credential]:
    formed = known_form(text)
    if formed is not None:
        what, secret = formed
        yield Credential(what, what.rpartition(" ")[2], where, secret, value, True, text == secret)
        return
    if not is_asked(text) or _is_example(node):
        return
    for found in _SET.finditer(text):
        name, given = found["flag"] or found["name"], found["double"] or found["single"] or found["bare"]
        if "$" in given or "(" in given or "`" in given or not is_asked(name):
            continue
        named = named_credential(name, given)
        if named is not None:
            what, sure = named
            yield Credential(what, name, f"{where} ({name})", given, value, sure, False)


def _is_written(value: Value) -> bool:
    """In the code, and meant to be read there: no reference, nothing that is given when it runs."""
    if value.sensitive or any(not step.span.file for step in value.origin):
        return False
    return all(ref.partition(".")[0].partition("[")[0] in _OUTSIDE for ref in value.refs)


def _is_example(node: Resource) -> bool:
    return _EXAMPLES.search(node.span.file) is not None
