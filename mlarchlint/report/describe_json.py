"""What system was found, for machines: a public interface (data/schema/describe.json)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlarchlint.analysis.patterns import Pattern
from mlarchlint.analysis.stages import Service, Stage
from mlarchlint.report.describe_words import Description

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result


def render_describe_json(result: Result) -> str:
    return json.dumps(describe_report(result), indent=2, ensure_ascii=True) + "\n"


def describe_report(result: Result) -> dict[str, Any]:
    found = Description(result)
    return {
        "summary": found.paragraph(),
        "stages": [_stage(found, stage) for stage in found.stages],
        "patterns": [_pattern(found, pattern) for pattern in found.patterns],
    }


def _stage(found: Description, stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "confidence": stage.confidence,
        "services": [_service(found, service) for service in stage.services],
    }


def _service(found: Description, service: Service) -> dict[str, Any]:
    return {
        "address": found.safe(service.address),
        "kind": service.kind,
        "type": service.type,
        "count": service.count,
        "confidence": service.confidence,
        "reason": found.safe(service.reason),
        "file": service.span.file,
        "line": service.span.line,
    }


def _pattern(found: Description, pattern: Pattern) -> dict[str, Any]:
    return {
        "name": pattern.name,
        "confidence": pattern.confidence,
        "evidence": [
            {
                "component": sign.component,
                "address": found.safe(sign.address),
                "file": sign.span.file,
                "line": sign.span.line,
            }
            for sign in pattern.signs
        ],
        "not_found": list(pattern.lacking),
    }
