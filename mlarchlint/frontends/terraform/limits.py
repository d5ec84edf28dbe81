"""How far an expansion may go. Every limit ends in a Diagnostic, never in a hang."""

from __future__ import annotations

from mlarchlint.model.record import record


@record(frozen=True, slots=True)
class Limits:
    """instances: of one declaration; one symbolic instance stands for the rest.
    total: instances of one root module. modules: module instances of one root module.
    depth: module calls below a root module. blocks: made by one `dynamic` block.
    """

    instances: int = 1_000
    total: int = 100_000
    modules: int = 5_000
    depth: int = 32
    blocks: int = 1_000


DEFAULT_LIMITS = Limits()
