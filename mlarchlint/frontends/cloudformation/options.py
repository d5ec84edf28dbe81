"""What the CloudFormation front end is told beside the templates."""

from __future__ import annotations

from mlarchlint.model.record import record


@record(frozen=True, slots=True)
class Limits:
    """instances: of all templates. depth: nested stacks. copies: of one Fn::ForEach."""

    instances: int = 100_000
    depth: int = 32
    copies: int = 1_000


@record(frozen=True, slots=True)
class Options:
    """parameters: (name, text), in the order given; the last wins, and wins over the files. A name may be
    that of a pseudo parameter (`AWS::Region`). parameter_files: shown paths, read through the caller's `read`.
    """

    parameters: tuple[tuple[str, str], ...] = ()
    parameter_files: tuple[str, ...] = ()
    limits: Limits = Limits()
