"""Data that is in use belongs in a hot storage class; data that is marked as cold does not.

## What it does
Reports stores in a cold or archive class, or whose lifecycle rules archive objects within a week, which training,
pipelines or serving read. Where the catalog has the prices, it reports a class only if reading the content as often as
it is read costs more than the class saves. The other way round, it reports stores that are tagged as cold and lie in a
hot class without a rule that moves them.

## Why is this bad
Cold classes are cheap to keep and dear to read: each training run pays for the whole dataset again. From S3 Glacier
and the archive tier of Azure nothing can be read at all before hours of restoring.

## Example
```hcl
resource "google_storage_bucket" "training_data" {
  storage_class = "COLDLINE"
}
```

## Use instead
```hcl
resource "google_storage_bucket" "training_data" {
  storage_class = "STANDARD"

  lifecycle_rule {
    condition {
      age = 90
    }
    action {
      type          = "SetStorageClass"
      storage_class = "NEARLINE"
    }
  }
}
```

## When it does not fire
Stores that move objects by their use (Autoclass, Intelligent-Tiering), and those of logs, backups and archives. Where
nothing in the code reads a dataset or model in an archive class, the verdict is unknown.

## References
- https://cloud.google.com/storage/docs/storage-classes
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
- https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview
"""

from decimal import Decimal

from mlarchlint.api import (
    RUNS_A_MONTH,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    Value,
    data_role,
    dollars,
    reading_costs,
    rule,
    saved_by_tiering,
)

_COOL = ("nearline", "standard-ia", "onezone-ia", "cool", "glacier-ir")
_COLD = ("coldline", "archive", "cold")
_RESTORED = ("glacier", "deep-archive")
_SOON_DAYS = 7
_READERS = ("training", "tuning", "pipeline", "inference", "inference-batch", "notebook")
_USED = ("dataset", "features", "model")
_LEAST_CONFIDENCE = 0.6
_MARKS = ("access", "access-pattern", "data-temperature", "storage-temperature", "temperature")
_COLD_MARKS = ("cold", "archive", "archived", "infrequent")
_PUT_AWAY = ("archive", "backup", "coldstore", "cold-storage")


@rule(id="MLA-DG005", severity=Severity.LOW, on=Kind("object_store"), since="0.1")
def storage_class_mismatch(node: Resource, design: Design) -> Hits:
    moved = node["auto_tiering"].is_true()
    if moved is Truth.YES or data_role(node) in ("logs", "state") or _is_put_away(node):
        yield from _marked_cold(node, design)
        return
    at, kind = _coldest(node)
    if not kind:
        yield from _marked_cold(node, design)
        return
    readers = _readers(node, design)
    fix = "keep what is in use in the standard class, and move it when it has not been read for a month"
    if readers and moved is Truth.MAYBE:
        why = node["auto_tiering"].why
        yield Hit(at, f"whether {kind} is left when objects are read is not known: {why}", certain=False)
    elif readers:
        claim = _claim(node, kind, readers, design)
        if claim:
            related = tuple(Related(f"{one.address} reads from here", one.span) for one in readers[:3])
            yield Hit(at, claim, related=related, fix=fix)
    elif kind not in _COOL and data_role(node) in _USED:
        held = "a dataset" if data_role(node) == "dataset" else data_role(node)
        claim = f"holds {held} in the class {kind}; whether anything in use reads it is not known"
        yield Hit(at, claim, certain=False, fix=fix)


def _coldest(node: Resource) -> tuple[Value, str]:
    """The class of new objects, or the one that they are in within days."""
    kind = _plain(node["storage_class"])
    if kind in (*_COOL, *_COLD, *_RESTORED):
        return node["storage_class"], kind
    days, classes = node["transition_days"], [_plain(one) for one in node["transition_classes"].items()]
    soon = days.number()
    if soon is not None and soon <= _SOON_DAYS and "intelligent-tiering" not in classes:
        archives = [one for one in classes if one in _RESTORED]
        if archives:
            return days, archives[0]
    return node["storage_class"], ""


def _plain(value: Value) -> str:
    return (value.text() or "").lower().replace("_", "-")


def _claim(node: Resource, kind: str, readers: list[Resource], design: Design) -> str:
    """Empty where the class is cheaper than hot storage, reading included."""
    names = f"{readers[0].address} read{'s' if len(readers) == 1 else ' and others read'} it"
    if kind in _RESTORED:
        return f"keeps objects in {kind}, from which nothing is read before it is restored, and {names}"
    costs = reading_costs(design.cost(node), node.provider, design.catalog)
    if costs is None:
        return "" if kind in _COOL else f"keeps objects in the class {kind}, and {names}"
    read, saved = costs
    runs = _runs(readers, design)
    if read * runs <= saved:
        return ""
    times = "once a month" if runs == 1 else f"{runs:f} times a month"
    return f"keeps objects in the class {kind}, and {names}: to read all of it {times} costs up to {dollars(read * runs)}, where the class saves {dollars(saved)}"


def _runs(readers: list[Resource], design: Design) -> Decimal:
    """How often training reads all of it; what serves reads it when it starts, once at least."""
    training = [one for one in readers if design.role(one) in ("training", "tuning", "pipeline")]
    if not training:
        return Decimal(1)
    said = design.needs(training[0]).number("training.runs_per_month")
    return Decimal(str(said)) if said is not None else RUNS_A_MONTH


def _readers(node: Resource, design: Design) -> list[Resource]:
    """What works with data, and names the store or may reach it by its identity."""
    found = {one.key: one for one in design.consumers(node)}
    for other in design.once(_users).get(node.key, ()):
        found.setdefault(other.key, other)
    return [one for one in found.values() if _works(one, design)]


def _users(design: Design) -> dict[str, list[Resource]]:
    """By store, what has a role and gets to it, if only by its identity."""
    found: dict[str, list[Resource]] = {}
    for key in design.roles:
        other = design.graph.get(key)
        if other is not None:
            for store in design.stores(other):
                found.setdefault(store.key, []).append(other)
    return found


def _works(one: Resource, design: Design) -> bool:
    role = design.role_of(one)
    return role is not None and role.role in _READERS and role.confidence >= _LEAST_CONFIDENCE


def _is_put_away(node: Resource) -> bool:
    name = f"{node.name} {node['name'].text() or ''}".lower().replace("_", "-")
    return any(word in name for word in _PUT_AWAY)


def _marked_cold(node: Resource, design: Design) -> Hits:
    """A tag says that it is seldom read, and it is paid as if it were in use."""
    marks = {name.lower().replace("_", "-"): value.text() or "" for name, value in node.tags.items()}
    mark = next((name for name in _MARKS if marks.get(name, "").lower() in _COLD_MARKS), "")
    kind = _plain(node["storage_class"]) or "standard"
    moves = node["lifecycle_rules"].more_than(0) | node["auto_tiering"].is_true()
    if not mark or kind not in ("standard", "hot") or moves is not Truth.NO:
        return
    saved = saved_by_tiering(design.cost(node), node.provider, design.catalog)
    saving = f"; {saved[0]} saves up to {dollars(saved[1])} a month" if saved else ""
    claim = f"is marked as {marks[mark]} ({mark}), and lies in the class {kind}{saving}"
    yield Hit(
        node["storage_class"], claim, attribute="marked", missing=("part",), fix="choose a colder class"
    )
