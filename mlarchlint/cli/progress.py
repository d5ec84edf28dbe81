"""What a long scan is doing, on standard error and only on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Timer

_PATIENCE = 1.0  # seconds that need no explanation
_CLEAR = "\r\x1b[2K"


class Progress:
    """Shows the current stage once the run is long; leaves nothing behind."""

    def __init__(self, enabled: bool | None = None) -> None:
        self.enabled = sys.stderr.isatty() if enabled is None else enabled
        self.stage = ""
        self.visible = False
        self.timer: Timer | None = None

    def __enter__(self) -> Progress:
        if self.enabled:
            from threading import Lock, Timer

            self.lock = Lock()
            self.timer = Timer(_PATIENCE, self._appear)
            self.timer.daemon = True
            self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.timer is None:
            return
        self.timer.cancel()
        with self.lock:
            if self.visible:
                self._write(_CLEAR)
            self.visible = self.enabled = False

    def __call__(self, stage: str) -> None:
        self.stage = stage
        if self.timer is not None:
            with self.lock:
                if self.visible:
                    self._write(f"{_CLEAR}mlarchlint: {stage} ...")

    def _appear(self) -> None:
        with self.lock:
            if self.enabled:
                self.visible = True
                self._write(f"{_CLEAR}mlarchlint: {self.stage} ...")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
