"""What the SAM transform makes beside a function or state machine: its role, the API and rules of its events.

Only what the design depends on. Policy templates name what they open: they are kept as references of the role,
not as statements.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mlarchlint.frontends.cloudformation.sam import APIS, with_globals
from mlarchlint.model.resource import Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

_OWNERS = {"AWS::Serverless::Function": "lambda", "AWS::Serverless::StateMachine": "states"}
_RULES = ("Schedule", "CloudWatchEvent", "EventBridgeRule")
_BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
_IN_A_VPC = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


class Made:
    """The instances of one stack with those that SAM adds. globals_: of the template, evaluated."""

    def __init__(self, prefix: str, taken: Mapping[str, object], globals_: Mapping[str, Value]) -> None:
        self._prefix = prefix
        self._taken = taken
        self._globals = globals_
        self._apis: dict[str, Instance] = {}

    def around(self, instance: Instance) -> Iterator[Instance]:
        """The instance as the transform completes it, and what it makes for it."""
        service = _OWNERS.get(instance.type)
        if service is None:
            yield instance
            return
        body, added = dict(instance.body), []
        own = instance.address.removeprefix(self._prefix)
        if "Role" not in body and own + "Role" not in self._taken:
            role = _role(instance, service)
            body["Role"] = reference(role.address + ".Arn", instance.span)
            added.append(role)
        events = body.get("Events")
        if events is not None and events.mapping():
            told = {
                name: self._event(instance, name, event, added) for name, event in events.mapping().items()
            }
            body["Events"] = events.with_raw(told)
        yield replace(instance, body=body)
        yield from added

    def apis(self) -> Iterator[Instance]:
        """The APIs that events without one of their own share."""
        yield from self._apis.values()

    def _event(self, owner: Instance, name: str, event: Value, added: list[Instance]) -> Value:
        """An event as it is; what it stands for is added."""
        kind, properties = event.get("Type").text() or "", event.get("Properties")
        members = properties.mapping()
        if kind in APIS:
            own, implicit = APIS[kind]
            if own in members or (properties.is_unknown or implicit in self._taken):
                return event
            self._share(owner, implicit, event)
            linked = {**members, own: reference(self._prefix + implicit, event.span)}
            known = properties if properties.is_known else Value.known({}, event.span)
            return event.with_raw({**event.mapping(), "Properties": known.with_raw(linked)})
        if kind in _RULES:
            added.append(
                _made(owner, owner.address + name, "AWS::Events::Rule", _rule(owner, members), event.span)
            )
        elif kind == "ScheduleV2":
            type_name = "AWS::Scheduler::Schedule"
            added.append(_made(owner, owner.address + name, type_name, _schedule(owner, members), event.span))
        return event

    def _share(self, owner: Instance, name: str, event: Value) -> None:
        api = self._apis.get(name)
        if api is not None:
            self._apis[name] = replace(api, exists=api.exists | owner.exists)
            return
        type_name = f"AWS::Serverless::{'Api' if name == 'ServerlessRestApi' else 'HttpApi'}"
        body = dict(with_globals(type_name, {}, self._globals))
        self._apis[name] = _made(owner, self._prefix + name, type_name, body, event.span)


def reference(address: str, span: SourceSpan) -> Value:
    return Value.unknown(f"{address} is known after deployment", span, refs=(address,))


def _made(
    owner: Instance, address: str, type_name: str, body: Mapping[str, Value], span: SourceSpan
) -> Instance:
    name = address.rpartition(".")[2]
    return replace(
        owner, address=address, declaration=address, type=type_name, name=name, body=body, span=span
    )


def _rule(owner: Instance, given: Mapping[str, Value]) -> dict[str, Value]:
    kept = {name: given[name] for name in ("Name", "Description", "EventBusName", "State") if name in given}
    if "Enabled" in given:
        kept["State"] = given["Enabled"].with_raw("ENABLED" if given["Enabled"].raw is True else "DISABLED")
    for written, name in (("Schedule", "ScheduleExpression"), ("Pattern", "EventPattern")):
        if written in given:
            kept[name] = given[written]
    target = _target(owner, given)
    return {**kept, "Targets": Value.known((target,), target.span)}


def _schedule(owner: Instance, given: Mapping[str, Value]) -> dict[str, Value]:
    names = ("Name", "Description", "GroupName", "ScheduleExpression", "State", "FlexibleTimeWindow")
    return {**{name: given[name] for name in names if name in given}, "Target": _target(owner, given)}


def _target(owner: Instance, given: Mapping[str, Value]) -> Value:
    kept = {name: given[name] for name in ("Input", "DeadLetterConfig", "RetryPolicy") if name in given}
    return Value.known({"Arn": reference(f"{owner.address}.Arn", owner.span), **kept}, owner.span)


def _role(owner: Instance, service: str) -> Instance:
    span = owner.span
    managed = [Value.known(_BASIC, span)] if service == "lambda" else []
    if "VpcConfig" in owner.body and service == "lambda":
        managed.append(Value.known(_IN_A_VPC, span))
    written = owner.body.get("Policies")
    inline: list[Value] = []
    templates: list[Value] = []
    for policy in (written.items() or (written,)) if written is not None else ():
        text = policy.text()
        if text is not None:
            managed.append(policy if ":" in text else policy.with_raw(f"arn:aws:iam::aws:policy/{text}"))
        elif policy.is_unknown:
            managed.append(policy)
        elif "Statement" in policy.mapping():
            inline.append(Value.known({"PolicyDocument": policy}, policy.span))
        else:
            templates.append(policy)
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust = {name: Value.known(word, span) for name, word in statement.items()}
    trust["Principal"] = Value.known({"Service": Value.known(f"{service}.amazonaws.com", span)}, span)
    document = {"Statement": Value.known((Value.known(trust, span),), span)}
    body = {
        "AssumeRolePolicyDocument": Value.known(document, span),
        "ManagedPolicyArns": Value.known(tuple(managed), span),
    }
    if inline:
        body["Policies"] = Value.known(tuple(inline), span)
    if templates:
        body["$PolicyTemplates"] = Value.known(tuple(templates), span)
    return _made(owner, owner.address + "Role", "AWS::IAM::Role", body, span)
