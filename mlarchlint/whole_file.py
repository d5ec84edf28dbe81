"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(place: Path, data: bytes, mode: int = 0o644) -> None:
    """The old file stays until the new one is complete; nothing else is left behind. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".mlarchlint-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode)
        os.replace(name, place)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise
