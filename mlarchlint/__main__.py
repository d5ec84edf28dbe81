"""`python -m mlarchlint`."""

from __future__ import annotations

from mlarchlint.cli import main

main()
