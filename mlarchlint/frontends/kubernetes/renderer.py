"""Runs a renderer (helm, kustomize) as a process that has nothing to reach for.

Its input is untrusted: it gets an empty environment, a home of its own, limits of time, memory and
output, and only the copy of the files that was made for it.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from mlarchlint.model.record import record
from mlarchlint.model.regex import regex

SECONDS = 20
AT_ONCE = 3  # renderers that run beside each other
OUTPUT_BYTES = 20 * 1024 * 1024
MEMORY_BYTES = 4 * 1024 * 1024 * 1024


# `Error: …`, or how kubectl logs one
_ERROR = regex(r"""^error|(\berr=["<])""", re.IGNORECASE)


class RenderFailed(Exception):
    """Why there is no output, in a few words."""


@record(frozen=True, slots=True)
class Limits:
    seconds: float = SECONDS
    output_bytes: int = OUTPUT_BYTES


DEFAULT_LIMITS = Limits()


class Run:
    """A command that has been started; `output` waits for it.

    home: an empty folder of this run's own; nothing of the user's environment is passed on.
    """

    def __init__(self, command: Sequence[str], home: Path, limits: Limits = DEFAULT_LIMITS) -> None:
        self.home, self.limits = home, limits
        self.began = time.monotonic()
        with contextlib.ExitStack() as opened:
            self.written = opened.enter_context(tempfile.TemporaryFile())
            self.errors = opened.enter_context(tempfile.TemporaryFile())
            try:
                self.process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=self.written,
                    stderr=self.errors,
                    cwd=home,
                    env=_environment(home),
                    start_new_session=True,
                    preexec_fn=_limiter(limits),
                )
            except OSError as error:
                name = os.path.basename(command[0])
                raise RenderFailed(f"{name} cannot be run: {error.strerror}") from None
            opened.pop_all()

    def output(self) -> str:
        """What it writes to standard output. Raises RenderFailed."""
        with self.written as written, self.errors as errors:
            try:
                code = self.process.wait(max(self.began + self.limits.seconds - time.monotonic(), 0.01))
            except subprocess.TimeoutExpired:
                raise RenderFailed(f"it took more than {self.limits.seconds:g} seconds") from None
            finally:
                _end(self.process)
            if written.seek(0, os.SEEK_END) >= self.limits.output_bytes:
                raise RenderFailed(f"it writes more than {self.limits.output_bytes // 1048576} MiB")
            if code != 0:
                errors.seek(0)
                raise RenderFailed(_reason(errors.read(20_000).decode("utf-8", "replace"), self.home))
            written.seek(0)
            return written.read().decode("utf-8", "replace")

    def stop(self) -> None:
        """Ends what nobody waits for any more."""
        _end(self.process)
        self.written.close()
        self.errors.close()


class Job(Protocol):
    def stop(self) -> None: ...


Started = TypeVar("Started", bound=Job)


def ahead(starts: Iterable[Callable[[], Started]], most: int = AT_ONCE) -> Iterator[Started]:
    """The jobs in their order, with the next ones started while the caller waits for one.

    Processes do the work, so no threads are needed; whoever stops early leaves none behind.
    """
    waiting: deque[Started] = deque()
    try:
        for start in starts:
            waiting.append(start())
            if len(waiting) >= most:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for job in waiting:
            job.stop()


def _environment(home: Path) -> dict[str, str]:
    """A PATH, and folders that are thrown away; no token, no proxy, no kubeconfig."""
    place = str(home)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": place, "USERPROFILE": place, "TMPDIR": place, "TEMP": place, "LC_ALL": "C", "KUBECONFIG": os.devnull,
        "HELM_CACHE_HOME": place, "HELM_CONFIG_HOME": place, "HELM_DATA_HOME": place, "HELM_NO_PLUGINS": "1",
        "GOMAXPROCS": "2",
    }  # fmt: skip


def _limiter(limits: Limits) -> Callable[[], None] | None:
    if os.name != "posix":
        return None
    import resource

    def limit() -> None:
        seconds = int(limits.seconds) + 1
        for what, most in (
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_FSIZE, limits.output_bytes),
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))

    return limit


def _end(process: subprocess.Popen[bytes]) -> None:
    """The process and what it has started."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _reason(errors: str, home: Path) -> str:
    """The first line that tells of the error, without the names of temporary folders."""
    text = errors.replace(f"{home.parent}/", "").replace('\\"', "'")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = next((line for line in lines if _ERROR.search(line)), lines[0] if lines else "")
    logged = _ERROR.search(said)
    if logged and logged[1]:
        place = lines.index(said) + 1
        said = said[logged.end() :].rstrip('"') or " ".join(lines[place : place + 4])
    return _without_chain(said)[:300] or "it failed without a word"


def _without_chain(said: str) -> str:
    """Templates that call each other: where it began, and what went wrong in the last of them."""
    began, *called = said.split(": error calling include: ")
    return f"{began.partition(' executing ')[0]}: {called[-1]}" if called else said
