"""Instances and kinds become one provider-neutral ResourceGraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mlarchlint.embedded import described_by, embedded_in, is_host, with_embedded
from mlarchlint.kinds import EdgeForm, Kind, Kinds, Path
from mlarchlint.model.graph import Dangling, Edge, OpenEnd, Relation, ResourceGraph
from mlarchlint.model.resource import Format, Instance, Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import State, Value
from mlarchlint.module_parts import parts_of
from mlarchlint.module_sources import registry_name
from mlarchlint.place import host_region, place
from mlarchlint.references import Addresses, Names, literals, means_resource
from mlarchlint.tags import read_tags
from mlarchlint.traits import read_path, read_paths, read_traits

_PROVIDERS = {
    "aws": "aws", "awscc": "aws", "google": "google", "azurerm": "azure", "azapi": "azure", "azuread": "azure",
    "kubernetes": "kubernetes", "kubectl": "kubernetes", "helm": "kubernetes",
}  # fmt: skip

# What a state machine starts by name.
_STARTED = ("batch_job", "data_processor", "container_template", "cluster")


@dataclass(slots=True)
class _Draft:
    """A resource in the making."""

    resource: Resource
    kind: Kind | None
    form: str


def normalise(instances: Iterable[Instance], kinds: Kinds) -> ResourceGraph:
    """The graph of all instances, also of types without a kind (`other`)."""
    drafts = _drafts(list(with_embedded(_with_manifests(instances))), kinds)
    resources = {draft.resource.key: draft.resource for draft in drafts}
    weave = _Weave(drafts, resources)
    weave.lay_parts()
    weave.inherit()
    weave.draw_edges()
    weave.draw_embedded()
    weave.draw_manifest_links()
    weave.draw_dependencies()
    weave.lend_regions()
    return ResourceGraph(resources.values(), weave.edges.values(), weave.dangling, weave.open_ends)


def _with_manifests(instances: Iterable[Instance]) -> Iterator[Instance]:
    """Kubernetes objects that Terraform declares take the form of manifests; modules bring their parts."""
    for instance in instances:
        if instance.type.startswith(("kubernetes_", "kubectl_")) and instance.mode is Mode.MANAGED:
            from mlarchlint.frontends.kubernetes import from_terraform

            converted = from_terraform(instance)
            yield from converted or [instance]
        else:
            yield instance
            yield from parts_of(instance)


def _drafts(instances: list[Instance], kinds: Kinds) -> list[_Draft]:
    drafts = []
    for instance, key in zip(instances, _keys(instances), strict=True):
        form = _form(instance)
        kind = _find(kinds, form, instance)
        attrs = read_traits(kind, form, instance) if kind else {}
        name = kind.kind if kind else "other"
        if form == "kubernetes":
            from mlarchlint.frontends.kubernetes import kubernetes_kind, kubernetes_traits

            attrs.update(kubernetes_traits(instance))
            name = kubernetes_kind(instance, name)
        provider = kind.provider if kind else _provider(instance)
        place(attrs, provider, instance)
        tags = read_tags(kind, form, instance)
        # Two templates may share a logical id; only with its file is it an address.
        address = key if instance.format is Format.CLOUDFORMATION else instance.address
        drafts.append(_Draft(Resource(key, address, name, provider, attrs, tags, instance), kind, form))
    return drafts


def _keys(instances: list[Instance]) -> list[str]:
    """The address where it is unique, else with its scope or file before it."""
    count = Counter(instance.address for instance in instances)
    keys: list[str] = []
    taken: set[str] = set()
    for instance in instances:
        key = instance.address
        if count[key] > 1:
            key = f"{instance.scope or instance.span.file}:{key}"
        number = 2
        unique = key
        while unique in taken:
            unique, number = f"{key}#{number}", number + 1
        taken.add(unique)
        keys.append(unique)
    return keys


def _form(instance: Instance) -> str:
    if instance.mode is Mode.MODULE:
        return "module"
    # What a state machine of Terraform describes has the form of the service's own requests.
    if instance.format is Format.CLOUDFORMATION or instance.type.startswith("AWS::"):
        return "cloudformation"
    return "kubernetes" if "/" in instance.type else "terraform"


def _find(kinds: Kinds, form: str, instance: Instance) -> Kind | None:
    if instance.mode is Mode.DATA:
        return None
    return kinds.find(form, _type_name(form, instance))


def _type_name(form: str, instance: Instance) -> str:
    if form == "module":
        return registry_name(instance.type)
    if instance.type == "azapi_resource":
        # One type for everything: what it is stands in its `type`, before the API version.
        return "azapi:" + (instance.get("type").text() or "").partition("@")[0]
    return _type_of_workspace(instance)


def _type_of_workspace(instance: Instance) -> str:
    """The type; a workspace of Azure Machine Learning that is a feature store says so by its `kind`."""
    if instance.type != "azurerm_machine_learning_workspace" or instance.get("kind").text() != "FeatureStore":
        return instance.type
    return f"{instance.type}:FeatureStore"


def _provider(instance: Instance) -> str:
    if instance.format is Format.CLOUDFORMATION or instance.type.startswith("AWS::"):
        return "aws"
    if instance.format is Format.KUBERNETES or "/" in instance.type:
        return "kubernetes" if instance.mode is not Mode.MODULE else ""
    prefix = instance.type.partition("_")[0]
    return _PROVIDERS.get(prefix, prefix)


class _Weave:
    """Lays parts onto owners, follows templates and draws the edges."""

    def __init__(self, drafts: list[_Draft], resources: dict[str, Resource]) -> None:
        self._drafts = drafts
        self._resources = resources
        self._addresses = Addresses.of(resources.values())
        self._names = Names(resources)
        self._owners: dict[str, str] = {}
        self.edges: dict[tuple[str, str, Relation], Edge] = {}
        self.dangling: dict[Dangling, None] = {}
        self.open_ends: list[OpenEnd] = []

    # -- who a value means -----------------------------------------------------------------

    def _meant(self, draft: _Draft, form: EdgeForm) -> Iterator[tuple[Resource, Value]]:
        """Every resource that the paths of a form name, with the value that names it."""
        instance = draft.resource.instance
        paths = _written(form, draft)
        body = Value.known(instance.body, instance.span) if paths else Value.absent()
        for path in paths:
            value = read_path(path, body)
            for key in self._keys_of(draft.resource, value, form):
                yield self._resources[key], value

    def _keys_of(self, source: Resource, value: Value, form: EdgeForm) -> Iterator[str]:
        found = False
        for reference in value.all_refs():
            for key in self._addresses.find(source.instance.scope, reference):
                found = True
                owner = self._owners.get(key, key)
                if owner != source.key and (self._fits(key, form) or self._fits(owner, form)):
                    yield owner
        if found or not form.by:
            return
        for text in literals(value):
            for key in self._names.find(form.by, text, source.provider):
                if key != source.key and self._fits(key, form):
                    yield key

    def _fits(self, key: str, form: EdgeForm) -> bool:
        resource = self._resources[key]
        if not form.to or resource.kind in form.to or resource.type in form.to:
            return True
        # What was not read could be anything: a data source, or a module without code.
        return resource.instance.mode is not Mode.MANAGED

    # -- parts and templates ---------------------------------------------------------------

    def lay_parts(self) -> None:
        for draft in self._drafts:
            form = draft.kind.part_of if draft.kind else None
            if form is None:
                continue
            for owner, _ in self._meant(draft, form):
                part = draft.resource
                self._owners[part.key] = owner.key
                draft.resource = self._put(replace(part, part_of=owner.key))
                self._put(replace(owner, attrs=_overlaid(owner.attrs, part)))
                break
        self._refresh()

    def inherit(self) -> None:
        for draft in self._drafts:
            for form in draft.kind.inherit if draft.kind else ():
                self._inherit(draft, form)
        self._refresh()

    def _inherit(self, draft: _Draft, form: EdgeForm) -> None:
        heir = self._resources[draft.resource.key]
        attrs = dict(heir.attrs)
        for origin, value in self._meant(draft, form):
            if origin.instance.mode is not Mode.MANAGED:
                continue
            for name, trait in origin.attrs.items():
                if (not form.attrs or name in form.attrs) and (form.wins or _lacks(attrs, name, trait)):
                    attrs[name] = trait
            self._draw(heir.key, origin.key, Relation.USES, value)
            self._put(replace(heir, attrs=attrs))
            return
        body = Value.known(heir.instance.body, heir.instance.span)
        named = read_paths(form.paths.get(draft.form, ()), body)
        if named.is_absent:
            return
        if form.wins:
            return
        why = named.why or f"{named.text() or 'what it refers to'} is not in the scanned code"
        for name in form.attrs:
            if _lacks(attrs, name, Value.unknown(why)):
                attrs[name] = Value.unknown(why, named.span, refs=named.all_refs(), origin=named.origin)
        self._put(replace(heir, attrs=attrs))

    def _put(self, resource: Resource) -> Resource:
        self._resources[resource.key] = resource
        return resource

    def _refresh(self) -> None:
        for draft in self._drafts:
            draft.resource = self._resources[draft.resource.key]

    # -- edges -----------------------------------------------------------------------------

    def draw_edges(self) -> None:
        for draft in self._drafts:
            source = self._owners.get(draft.resource.key, draft.resource.key)
            for form in draft.kind.edges if draft.kind else ():
                for target, value in self._meant(draft, form):
                    ends = (target.key, source) if form.reverse else (source, target.key)
                    self._draw(*ends, form.relation, value)
                if _may_stay_open(form):
                    self.open_ends.extend(self._open_ends(draft, source, form))
        self._lend_edges()

    def _open_ends(self, draft: _Draft, source: str, form: EdgeForm) -> Iterator[OpenEnd]:
        """The places that are written but not read: inputs, literals, data sources, modules without code."""
        body = Value.known(draft.resource.instance.body, draft.resource.instance.span)
        for path in form.paths.get(draft.form, ()):
            value = read_paths((path,), body)
            for part in () if value.raw == () else value.items() or (value,):
                keys = list(self._keys_of(draft.resource, part, form))
                whole = part is value and part.is_unknown
                read = any(self._resources[key].instance.mode is Mode.MANAGED for key in keys)
                if not part.is_absent and (not read or (whole and _takes_inputs(part))):
                    yield OpenEnd(source, form.relation, part, whole)

    def _lend_edges(self) -> None:
        """What a template points at, its users point at; what reaches a network card, reaches its machine."""
        offered: dict[str, list[Edge]] = {}
        reached: dict[str, list[Edge]] = {}
        for edge in self.edges.values():
            if edge.relation not in (Relation.USES, Relation.DEPENDS_ON, Relation.SCALES):
                offered.setdefault(edge.source, []).append(edge)
            card = self._resources[edge.target].kind == "network_interface"
            if card and edge.relation in (Relation.ROUTES_TO, Relation.PROTECTS):
                reached.setdefault(edge.target, []).append(edge)
        for use in [edge for edge in self.edges.values() if edge.relation is Relation.USES]:
            if self._resources[use.target].kind == "network" or self._resources[use.source].kind == "policy":
                # A network module stands for its subnet groups, and what it contains is not theirs; a policy
                # names what it gives access to, and does nothing itself.
                continue
            for edge in offered.get(use.target, ()):
                self._add(replace(edge, source=use.source))
            for edge in reached.get(use.target, ()):
                self._add(replace(edge, target=use.source))

    def draw_embedded(self) -> None:
        """A state machine or pipeline triggers what its definition describes, and what it names there."""
        hosts = {draft.resource.key for draft in self._drafts if is_host(draft.resource.instance)}
        if not hosts:
            return
        for draft in self._drafts:
            node = draft.resource
            host = embedded_in(node.instance)
            for key in self._addresses.find(node.instance.scope, host) if host else ():
                if key in hosts:
                    self._add(Edge(key, node.key, Relation.TRIGGERS, node.span))
            for found in described_by(node.instance) if node.key in hosts else ():
                for key in self._names.find("name", found.started_name or "", node.provider):
                    if self._resources[key].kind in _STARTED:
                        self._add(Edge(node.key, key, Relation.TRIGGERS, found.request.span))

    def draw_manifest_links(self) -> None:
        if not any(draft.form == "kubernetes" for draft in self._drafts):
            return
        from mlarchlint.frontends.kubernetes import (
            identity_links,
            kubernetes_links,
            node_group,
            open_selectors,
        )

        objects = [(d.resource.key, d.resource.instance) for d in self._drafts if d.form == "kubernetes"]
        others = [(d.resource.key, d.resource.instance) for d in self._drafts if d.form != "kubernetes"]
        groups = [group for key, instance in others if (group := node_group(key, instance)) is not None]
        for edge in (*kubernetes_links(objects, groups), *identity_links(objects, others)):
            self._add(edge)
        self.open_ends.extend(open_selectors(objects))

    def lend_regions(self) -> None:
        """Objects of Kubernetes are where the machines and clusters are that they run on."""
        hosts: dict[str, list[Resource]] = {}
        for edge in self.edges.values():
            if edge.relation is Relation.PLACED_IN:
                hosts.setdefault(edge.source, []).append(self._resources[edge.target])
        for draft in self._drafts:
            guest = draft.resource
            if draft.form != "kubernetes" or not guest["region"].is_absent:
                continue
            region = host_region(hosts.get(guest.key, ()))
            if region is not None:
                draft.resource = self._put(replace(guest, attrs={**guest.attrs, "region": region}))

    def draw_dependencies(self) -> None:
        """Every other reference is a plain dependency; one that means nothing is dangling."""
        joined = {(edge.source, edge.target) for edge in self.edges.values()}
        for draft in self._drafts:
            source = draft.resource
            for value in source.instance.body.values():
                for reference in value.all_refs():
                    keys = self._addresses.find(source.instance.scope, reference)
                    if not keys and means_resource(reference) and draft.form != "kubernetes":
                        self.dangling[Dangling(source.key, reference, value.span)] = None
                    for key in keys:
                        if (
                            key != source.key
                            and (source.key, key) not in joined
                            and (key, source.key) not in joined
                        ):
                            self._draw(source.key, key, Relation.DEPENDS_ON, value)

    def _draw(self, source: str, target: str, relation: Relation, value: Value) -> None:
        self._add(Edge(source, target, relation, value.span))

    def _add(self, edge: Edge) -> None:
        if edge.source != edge.target:
            self.edges.setdefault((edge.source, edge.target, edge.relation), edge)


def _written(form: EdgeForm, draft: _Draft) -> list[Path]:
    """The paths of a form that start at something the code writes; the others name nothing."""
    body = draft.resource.instance.body
    return [path for path in form.paths.get(draft.form, ()) if path[0].name in body]


def _may_stay_open(form: EdgeForm) -> bool:
    """Subnets, security groups, identities and targets of copies often come from inputs; what is not read could be any."""
    if form.relation in (Relation.REPLICATES_TO, Relation.ASSUMES):
        return True
    if form.relation is Relation.PLACED_IN:
        return "subnet" in form.to
    return form.relation is Relation.PROTECTS and form.reverse and "security_group" in form.to


def _takes_inputs(value: Value) -> bool:
    """An unknown list that is made of resources and of an input besides: `concat([a.id], var.more)`."""
    return any(ref.startswith(("var.", "param.", "data.")) for ref in value.all_refs())


def _lacks(attrs: Mapping[str, Value], name: str, offered: Value) -> bool:
    present = attrs.get(name)
    return present is None or present.is_absent or (present.default and not offered.default)


def _overlaid(attrs: Mapping[str, Value], part: Resource) -> dict[str, Value]:
    """An owner's traits completed by a part, which may itself not exist."""
    result = dict(attrs)
    sure = part.instance.exists is Truth.YES
    for name, trait in part.attrs.items():
        present = result.get(name)
        # Even the default of a part wins over its owner's: the part is there.
        decided = present is not None and not present.is_absent and not present.default
        # What is off because the owner does not say it, a part of its own may turn on.
        turned_on = decided and present is not None and present.raw is False and trait.raw is True
        if (decided and not turned_on) or name in ("name", "region"):
            continue
        if sure or trait.state is not State.KNOWN:
            result[name] = trait
        else:
            why = f"{part.address} may or may not exist"
            result[name] = Value.unknown(why, trait.span, refs=trait.refs)
    return result
