"""Regular expressions that are compiled when they are first looked for.

The modules of a scan hold some 150 of them, and a scan needs a few: to compile all takes longer than to
start Python.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr

_ASKED = ("search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split")


class _Regex:
    """What it is asked for it keeps as attributes of its own, so that only the first question costs more."""

    def __init__(self, text: Any, flags: int) -> None:
        self.pattern, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _ASKED:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for asked in _ASKED:
            setattr(self, asked, getattr(compiled, asked))
        return getattr(compiled, name)


if TYPE_CHECKING:

    def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]: ...
else:

    def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """As `re.compile`. A fault of the text shows when it is first used: a test compiles them all."""
        return _Regex(text, flags)
