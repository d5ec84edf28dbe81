"""What a start-up script says: its lines without comments, and the images it runs."""

from __future__ import annotations

import base64
import binascii
import contextlib

from mlarchlint.model.regex import regex

_CONTAINER = regex(r"\b(?:docker|podman|nerdctl|ctr)\b[^\n;&|]*")
_IMAGE = regex(r"(?<![\w/.-])[\w.-]+(?:/[\w.-]+)+(?::[\w.-]+)?")
_BASE64 = regex(r"[A-Za-z0-9+/\s]+={0,2}\s*")


def script_text(text: str) -> str:
    """The script as written, also where it stands in base64; comments and folded lines are gone."""
    if len(text) >= 16 and _BASE64.fullmatch(text):
        with contextlib.suppress(binascii.Error, ValueError):
            text = base64.b64decode(text, validate=False).decode("utf-8")
    lines = text.replace("\\\n", " ").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def images_run(script: str) -> tuple[str, ...]:
    """The container images that a script pulls or runs."""
    found = (image for call in _CONTAINER.findall(script) for image in _IMAGE.findall(call))
    return tuple(dict.fromkeys(found))
