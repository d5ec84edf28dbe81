"""A change that a rule knows would mend its finding, in neutral terms."""

from __future__ import annotations

from mlarchlint.model.record import record


@record(frozen=True, slots=True)
class Edit:
    """Give a trait of the subject a value, in the words of the vocabulary.

    safe: forces no replacement, costs nothing more and needs no choice; only such edits are made by
    `--fix` alone. note: of an unsafe one, what it costs or risks. blocks: on the way to the attribute,
    Terraform has blocks that may have to be added.
    """

    trait: str
    value: bool | int | str
    safe: bool = False
    note: str = ""
    blocks: bool = False
