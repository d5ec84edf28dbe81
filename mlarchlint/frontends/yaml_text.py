"""What is read off the text of a YAML or JSON file before, or instead of, parsing it."""

from __future__ import annotations

import re

from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan


@record(frozen=True, slots=True, eq=False)
class Comment:
    """A comment that mentions mlarchlint; text: without the `#`."""

    text: str
    span: SourceSpan


_COMMENT = regex(r"(?:^|(?<=\s))#[ \t]*((?=[^\n#]*mlarchlint)[^\n]*)", re.MULTILINE)


def comments(text: str, path: str) -> tuple[Comment, ...]:
    """The comments that mention mlarchlint, which the composer drops."""
    if "mlarchlint" not in text:
        return ()
    found = []
    for match in _COMMENT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        words = match.group(1).rstrip()
        end = match.start(1) - match.start() + column + len(words)
        found.append(Comment(words, SourceSpan(path, line, column, line, end)))
    return tuple(found)


_SEPARATORS = "\x85\u2028\u2029"  # line breaks for YAML 1.1, but not for editors
_LONE_SURROGATE = regex("[\ud800-\udfff]")


def decode(data: str | bytes, path: str) -> str | Diagnostic:
    """The text without byte order mark, or why it is none."""
    if isinstance(data, bytes):
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return Diagnostic("not-utf8", "UTF-16 text", "Save the file as UTF-8.", SourceSpan(path))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            column = error.start - data.rfind(b"\n", 0, error.start)
            span = SourceSpan(path, line, column, line, column + 1)
            return Diagnostic("not-utf8", "not UTF-8 text", "Save the file as UTF-8.", span)
    else:
        text = data
    text = text.removeprefix("\ufeff")
    place = text.find("\0")
    if place >= 0 or _LONE_SURROGATE.search(text):
        line = text.count("\n", 0, max(place, 0)) + 1
        return Diagnostic("not-text", "binary data, not text", "", SourceSpan(path, line, 1, line, 2))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for separator in _SEPARATORS:
        text = text.replace(separator, " ")
    return text


_SURROGATES = regex(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def join_surrogates(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes, which YAML refuses; YAML has `\\U`."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _SURROGATES.sub(_joined, text)


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[1], 16), int(match[2], 16)
    return f"\\U{0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF):08x}"


# -- classification ----------------------------------------------------------------------

_LANGUAGES = (
    ("Helm", regex(r"\{\{-?\s*(?:\(*\s*\.(?:Values|Release|Chart|Capabilities|Files|Template)\b"
                        r"|/\*|(?:include|template|define|block|range|if|with|end|else|toYaml|tpl|\$\w*)\b)")),
    ("Jinja", regex(r"\{%[-+]?\s*\w+.*?%\}|\{#.*?#\}")),
    ("Terraform", regex(r"%\{~?\s*(?:if|for|else|endif|endfor)\b")),
    ("ytt", regex(r"^\s*#@", re.MULTILINE)),
    ("Cookiecutter", regex(r"\{\{\s*cookiecutter\.")),
    ("text", regex(r"\{\{.*?\}\}|<%.*?%>|<<\w+>>")),
)  # fmt: skip


def template_language(text: str) -> str:
    """The language of a template that renders to YAML; empty if there is no sign of one."""
    return next((name for name, sign in _LANGUAGES if sign.search(text)), "")


_CLOUDFORMATION = regex(
    r"""(?:^|\{)\s?["']?AWSTemplateFormatVersion["']?\s*:|"AWSTemplateFormatVersion"\s*:|^Transform\s*:.{0,80}AWS::""",
    re.MULTILINE,
)
# A list of resources is something else: the specification of a deployment by CodeDeploy.
_RESOURCES = regex(r"""(?:^Resources|["']Resources["'])\s*:(?!\s*(?:\[|-\s))""", re.MULTILINE)
_RESOURCE_TYPE = regex(r"""["']?Type["']?\s*:\s*["']?(?:AWS|Alexa|Custom)::\w""")
_API_VERSION = regex(r"""^apiVersion\s*:|["']apiVersion["']\s*:""", re.MULTILINE)
_KIND = regex(r"""^kind\s*:|["']kind["']\s*:""", re.MULTILINE)
_PLAN = regex(r'"format_version"\s*:')
_PLAN_BODY = regex(r'"(?:planned_values|resource_changes|terraform_version)"\s*:')


def sniff(text: str) -> set[str]:
    """What the file may be: `cloudformation`, `kubernetes`, `plan`; `other` if none of them."""
    found = set()
    # The plain look comes first: most documents are large and neither.
    aws = any(word in text for word in ("AWS::", "AWSTemplateFormatVersion", "Alexa::", "Custom::"))
    if aws and (_CLOUDFORMATION.search(text) or (_RESOURCES.search(text) and _RESOURCE_TYPE.search(text))):
        found.add("cloudformation")
    if "apiVersion" in text and _API_VERSION.search(text) and _KIND.search(text):
        found.add("kubernetes")
    start = text[:4000]
    if _PLAN.search(start) and start.lstrip()[:1] == "{" and _PLAN_BODY.search(text):
        found = {"plan"}
    return found or {"other"}
