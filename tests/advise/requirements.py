"""Requirements for the tests, from text."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from mlarchlint.config import Config
from mlarchlint.config_layers import config_for
from mlarchlint.requirements import Requirements, frozen_requirements

LESSON = Path(__file__).parent / "lesson.yaml"


def lesson() -> Config:
    return config_for(LESSON)


def lesson_with(**sections: Any) -> str:
    """The lesson's exercise with some of its sections replaced, or left out for None."""
    data = {**yaml.safe_load(LESSON.read_text("utf-8")), **sections}
    return yaml.safe_dump({name: part for name, part in data.items() if part is not None})


def requirements_with(**sections: Any) -> Requirements:
    """The lesson's exercise with some of its sections replaced."""
    data = json.dumps(yaml.safe_load(lesson_with(**sections)))
    return frozen_requirements(json.loads(data, parse_float=Decimal), {})  # as they are read from a file


def config(text: str, folder: Path) -> Config:
    place = folder / "needs.yaml"
    place.write_text(text, "utf-8")
    return config_for(place)


def nothing_required() -> Config:
    return Config(requirements=frozen_requirements({"service": "ranker", "environment": "prod"}, {}))
