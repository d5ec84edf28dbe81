"""What the CloudFormation front end is told beside the templates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """instances: of all templates. depth: nested stacks. copies: of one Fn::ForEach.
    scenarios: combinations of unknown conditions that one value is kept for.
    """

    instances: int = 100_000
    depth: int = 16
    copies: int = 1_000
    scenarios: int = 8


@dataclass(frozen=True, slots=True)
class Options:
    """parameters: (name, text), in the order given; the last wins, and wins over the files.
    parameter_files: shown paths, read through the caller's `read`. region: "" is unknown.
    """

    parameters: tuple[tuple[str, str], ...] = ()
    parameter_files: tuple[str, ...] = ()
    region: str = ""
    limits: Limits = Limits()
