"""What a change costs: as text, as Markdown for a pull request, and as JSON (data/schema/cost-diff.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlarchlint.analysis.cost_diff import Delta, Difference, Place
from mlarchlint.model.estimate import CostItem, Money, ResourceEstimate
from mlarchlint.report.cost_json import PLACES
from mlarchlint.report.cost_rows import Names, dollars, price, quantity, span_of
from mlarchlint.report.cost_tables import plain
from mlarchlint.report.inert import inert

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_SIGN = {"added": "+", "removed": "-", "changed": "~"}


class DiffNames:
    """Text of both sides, redacted and harmless."""

    def __init__(self, before: Result, after: Result) -> None:
        self._before, self._after = Names(before), Names(after)

    def text(self, text: str) -> str:
        return self._before.text(self._after.text(text))

    def address(self, delta: Delta) -> str:
        """With the place where it stood before, if that was another."""
        here = self._place(delta.place)
        return here if delta.was is None else f"{here}, before {self._place(delta.was)}"

    def _place(self, place: Place) -> str:
        scope, address = place
        return inert(f"{address}  ({scope})" if scope not in ("", ".") else address)


def signed(amount: Decimal) -> str:
    return f"+{dollars(amount)}" if amount >= 0 else f"-{dollars(-amount)}"


def signed_span(money: Money) -> str:
    """`+12.00`, or `+12.00 to +40.00`."""
    low, high = signed(money.low), signed(money.high)
    return low if low == high else f"{low} to {high}"


def render_diff_text(found: Difference, names: DiffNames, verdict: str) -> str:
    return "\n".join(_text(found, names, verdict)) + "\n"


def _text(found: Difference, names: DiffNames, verdict: str) -> Iterator[str]:
    for delta in found.deltas:
        yield f"{_SIGN[delta.action]} {names.address(delta)}  {_way(delta)}"
        for sign, item in _items(delta):
            yield f"    {sign} {names.text(item.name)}: {quantity(item)} x {price(item)} per {item.unit} = {span_of(item.monthly)}"
        for gap in delta.new_gaps:
            yield f"    ? not priced: {names.text(gap.name)}: {names.text(gap.why)}"
    if not found.deltas:
        yield "No cost changes."
    else:
        yield ""
    yield f"{_count(found)}{f'; {_same(found)}' if found.unchanged else ''}."
    yield f"Total: {span_of(found.before)} -> {span_of(found.after)} USD a month ({signed_span(found.change)}), at prices of {found.as_of or '-'} and later"
    if verdict:
        yield verdict


def _way(delta: Delta) -> str:
    if delta.before is None or delta.after is None:
        return signed_span(delta.change)
    return f"{span_of(delta.before.monthly)} -> {span_of(delta.after.monthly)}  ({signed_span(delta.change)})"


def _items(delta: Delta) -> Iterator[tuple[str, CostItem]]:
    """The items that are not the same on both sides."""
    old = delta.before.items if delta.before else ()
    new = delta.after.items if delta.after else ()
    same = {_what(item) for item in old} & {_what(item) for item in new}
    yield from (("-", item) for item in old if _what(item) not in same)
    yield from (("+", item) for item in new if _what(item) not in same)


def _what(item: CostItem) -> tuple[object, ...]:
    return item.name, item.quantity_low, item.quantity_high, item.row.sku, item.row.price


def _count(found: Difference) -> str:
    count = {action: sum(delta.action == action for delta in found.deltas) for action in _SIGN}
    return ", ".join(f"{number} {action}" for action, number in count.items() if number) or "0 changed"


def _same(found: Difference) -> str:
    return f"{found.unchanged} unchanged{f' ({found.moved} moved)' if found.moved else ''}"


def render_diff_markdown(found: Difference, names: DiffNames, verdict: str) -> str:
    change = found.change
    lines = [
        f"### Monthly cost: {signed_span(change)} USD",
        "",
        f"{span_of(found.before)} → **{span_of(found.after)}** ({_count(found)}, {_same(found)})",
        "",
    ]
    if found.deltas:
        lines += ["| | Resource | Before | After | Change |", "|---|---|--:|--:|--:|"]
        lines += [_row(delta, names) for delta in found.deltas]
        lines.append("")
    gaps = [(delta, gap) for delta in found.deltas for gap in delta.new_gaps]
    if gaps:
        lines += ["Not priced, and in no figure:", ""]
        lines += [f"- {plain(names.address(d))}: {plain(names.text(f'{g.name}: {g.why}'))}" for d, g in gaps]
        lines.append("")
    if verdict:
        lines += [f"**{plain(verdict)}**", ""]
    if found.as_of:
        lines.append(f"Prices of {found.as_of} and later.")
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(delta: Delta, names: DiffNames) -> str:
    before = span_of(delta.before.monthly) if delta.before else ""
    after = span_of(delta.after.monthly) if delta.after else ""
    return f"| {delta.action} | {plain(names.address(delta))} | {before} | {after} | {signed_span(delta.change)} |"


def render_diff_json(found: Difference, names: DiffNames, base: str, limit: Decimal | None) -> str:
    report = {
        "currency": "USD",
        "as_of": found.as_of,
        "base": inert(base),
        "before": _money(found.before),
        "after": _money(found.after),
        "change": _money(found.change),
        "judged": "low" if found.new_gaps else "high",
        "max_increase": None if limit is None else _number(limit),
        "exceeded": limit is not None and found.judged > limit,
        "unchanged": found.unchanged,
        "moved": found.moved,
        "resources": [_resource(delta, names) for delta in found.deltas],
    }
    return json.dumps(report, indent=2, ensure_ascii=True) + "\n"


def _resource(delta: Delta, names: DiffNames) -> dict[str, Any]:
    return {
        "address": inert(delta.place[1]),
        "scope": inert(delta.place[0]),
        "was": None if delta.was is None else inert(delta.was[1]),
        "action": delta.action,
        "before": _side(delta.before, names),
        "after": _side(delta.after, names),
        "change": _money(delta.change),
        "new_gaps": [{"name": names.text(gap.name), "why": names.text(gap.why)} for gap in delta.new_gaps],
    }


def _side(found: ResourceEstimate | None, names: DiffNames) -> dict[str, Any] | None:
    if found is None:
        return None
    items = [
        {
            "name": names.text(item.name),
            "quantity": {"low": _number(item.quantity_low), "high": _number(item.quantity_high)},
            "unit": item.unit,
            "price": float(item.row.price),
            "monthly": _money(item.monthly),
        }
        for item in found.items
    ]
    return {"monthly": _money(found.monthly), "items": items}


def _money(money: Money) -> dict[str, float]:
    return {"low": _number(money.low), "high": _number(money.high)}


def _number(number: Decimal) -> float:
    return float(number.quantize(PLACES))
