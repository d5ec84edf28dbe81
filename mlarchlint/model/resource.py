"""Instances as the front ends yield them, and resources as rules read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from functools import wraps
from typing import Any, TypeVar

from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

T = TypeVar("T")


class Format(str, Enum):
    TERRAFORM = "terraform"
    CLOUDFORMATION = "cloudformation"
    KUBERNETES = "kubernetes"


class Mode(str, Enum):
    """managed: a resource. data: a data source. module: a module whose code was not read."""

    MANAGED = "managed"
    DATA = "data"
    MODULE = "module"


@record(frozen=True, slots=True)
class Call:
    """A module call (or nested stack) on the way down to an instance."""

    address: str
    span: SourceSpan


@record(frozen=True, slots=True, eq=False)
class Instance:
    """One `count`/`for_each` element, template resource or manifest, with its evaluated body.

    address: the format's own (`module.svc["ranker"].aws_instance.a[0]`, a logical id,
    `Deployment/namespace/name`). type: `aws_instance`, `AWS::EC2::Instance`,
    `apps/v1/Deployment` (group/version/Kind; core is `v1/Service`); for an opaque
    module its source. scope: what addresses are unique in: the root module's folder,
    the template's file, or "" for manifests. declaration: the address without instance keys;
    instances of one declaration are folded in reports. exists: MAYBE under an unknown
    condition, count or for_each. symbolic: stands for an unknown number of instances.
    body: one Value per top-level attribute or block; a block that may repeat is a list
    of objects. Terraform blocks are always lists of objects (also `health_check {}`).
    provider_config: what the provider block says (region and the like), evaluated.
    whole: the input it belongs to was read as a whole stack, so that missing is missing.
    ignores: (line, text) of the suppression comments inside the declaration and above it.
    """

    address: str
    type: str
    name: str
    format: Format
    body: Mapping[str, Value]
    span: SourceSpan
    scope: str = ""
    declaration: str = ""
    mode: Mode = Mode.MANAGED
    calls: tuple[Call, ...] = ()
    exists: Truth = Truth.YES
    symbolic: bool = False
    whole: bool = True
    provider_config: Mapping[str, Value] = field(default_factory=dict)
    ignores: tuple[tuple[SourceSpan, str], ...] = ()
    absent: Value = field(init=False)  # what it does not say

    def __post_init__(self) -> None:
        object.__setattr__(self, "absent", Value.absent(self.span))

    def get(self, name: str) -> Value:
        found = self.body.get(name)
        return found if found is not None else self.absent


@record(frozen=True, slots=True)
class Evaluation:
    """What a front end makes of its sources.

    renderers: how many charts and overlays each tool rendered; "" counts those that none did.
    """

    instances: tuple[Instance, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    files_read: frozenset[str] = frozenset()
    files_failed: frozenset[str] = frozenset()
    renderers: tuple[tuple[str, int], ...] = ()


@record(frozen=True, slots=True, eq=False)
class Resource:
    """A node of the graph.

    key: unique in the graph; equal to the address unless two scopes share it.
    kind: from the vocabulary (docs/kinds.md), or `other`. attrs: the traits by dotted
    name (`health_check.enabled`), provider defaults marked. part_of: the key of the
    resource whose traits it completes (`aws_s3_bucket_versioning`), if any.
    """

    key: str
    address: str
    kind: str
    provider: str
    attrs: Mapping[str, Value]
    tags: Mapping[str, Value]
    instance: Instance
    part_of: str | None = None
    kept: dict[Any, Any] = field(default_factory=dict, init=False)  # by `once_of`

    def __getitem__(self, trait: str) -> Value:
        found = self.attrs.get(trait)
        return found if found is not None else self.instance.absent

    @property
    def type(self) -> str:
        return self.instance.type

    @property
    def name(self) -> str:
        return self.instance.name

    @property
    def span(self) -> SourceSpan:
        return self.instance.span


def once_of(work: Callable[[Resource], T]) -> Callable[[Resource], T]:
    """What a pure function says of a resource, kept with it: many rules ask the same of one node."""

    @wraps(work)
    def asked(resource: Resource) -> T:
        kept = resource.kept
        if work not in kept:
            kept[work] = work(resource)
        found: T = kept[work]
        return found

    return asked
