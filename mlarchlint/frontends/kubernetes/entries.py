"""Where requests come in: Services, Ingresses, gateways. Whether in the clear, and from where."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlarchlint.frontends.kubernetes.paths import annotations_of, at, field
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

Traits = dict[str, Value]
_NGINX = "nginx.ingress.kubernetes.io/"
_ALB = "alb.ingress.kubernetes.io/"
_APPGW = "appgw.ingress.kubernetes.io/"

# annotations that give the load balancer a certificate, per controller:
# https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
# https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration
# https://azure.github.io/application-gateway-kubernetes-ingress/annotations/
_CERTIFICATES = (
    f"{_ALB}certificate-arn", "networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert",
    f"{_APPGW}appgw-ssl-certificate", "cert-manager.io/cluster-issuer", "cert-manager.io/issuer",
    "kubernetes.io/tls-acme",
)  # fmt: skip
_REDIRECTS = (
    f"{_NGINX}ssl-redirect", f"{_NGINX}force-ssl-redirect", f"{_ALB}ssl-redirect",
    f"{_APPGW}ssl-redirect", "ingress.kubernetes.io/ssl-redirect",
)  # fmt: skip
_AUTH = {
    f"{_NGINX}auth-type": "custom",
    f"{_NGINX}auth-url": "custom",
    f"{_NGINX}auth-tls-secret": "key",
    f"{_NGINX}auth-signin": "custom",
    f"{_ALB}auth-type": "jwt",
    f"{_APPGW}waf-policy-for-path": "",
    "mlarchlint/auth": "app",
    "traefik.ingress.kubernetes.io/router.middlewares": "custom",
}
_LIMITS = (f"{_NGINX}limit-rps", f"{_NGINX}limit-rpm", f"{_NGINX}limit-connections")
_WAF = (
    f"{_ALB}wafv2-acl-arn", f"{_ALB}waf-acl-id", f"{_APPGW}waf-policy-for-path",
    f"{_NGINX}enable-modsecurity",
)  # fmt: skip


def ingress(instance: Instance) -> Traits:
    notes = annotations_of(instance)
    traits = {"tls": _ingress_tls(instance, notes), "scheme": _ingress_scheme(instance, notes)}
    given = notes.mapping()
    for name, kind in _AUTH.items():
        if name in given and kind:
            traits["auth"] = Value.known(kind, given[name].span)
            break
    traits["rate_limit"] = _first(given, _LIMITS)
    waf = _first(given, _WAF)
    if not waf.is_absent:
        traits["waf"] = Value.known(label_text(waf) != "false", waf.span)
    traits["body_limit"] = _first(given, (f"{_NGINX}proxy-body-size",))
    traits["timeout_s"] = _seconds(_first(given, (f"{_NGINX}proxy-read-timeout",)))
    if path := _first(given, (f"{_ALB}healthcheck-path",)).text():
        traits["health_check.path"] = Value.known(path, given[f"{_ALB}healthcheck-path"].span)
    return traits


def _ingress_tls(instance: Instance, notes: Value) -> Value:
    """Whether requests reach it encrypted. What a default certificate of the controller does is not
    in the manifest; without any sign it answers in the clear."""
    spec = instance.get("spec")
    tls = spec.get("tls")
    if tls.is_unknown or spec.is_unknown:
        return tls
    if tls.items():
        return Value.known(True, tls.span)
    if notes.is_unknown:
        return Value.unknown(notes.why, notes.span, refs=notes.refs)
    given = notes.mapping()
    for name in _CERTIFICATES:
        # cert-manager fills the secret that `spec.tls` names: alone it does nothing
        if name in given and not name.startswith(("cert-manager.io/", "kubernetes.io/")):
            return Value.known(True, given[name].span)
    for name in _REDIRECTS:
        if name in given and label_text(given[name]) not in ("false", "", None):
            return Value.known(True, given[name].span)
    ports = given.get(f"{_ALB}listen-ports")
    if ports is not None:
        text = ports.text()
        if text is None:
            return ports
        return Value.known('"HTTPS"' in text and '"HTTP"' not in text, ports.span)
    if label_text(given.get("kubernetes.io/ingress.allow-http", Value.absent())) == "false":
        return Value.known(True, given["kubernetes.io/ingress.allow-http"].span)
    return Value.known(False, spec.span if not spec.is_absent else instance.span)


def _ingress_scheme(instance: Instance, notes: Value) -> Value:
    """`internal` or `internet` where the manifest says so; for others the controller decides."""
    given = notes.mapping()
    written = given.get(f"{_ALB}scheme")
    if written is not None:
        text = written.text()
        return written if text is None else _scheme(text == "internet-facing", written)
    if (private := given.get(f"{_APPGW}use-private-ip")) is not None:
        return _scheme(label_text(private) != "true", private)
    by_class = given.get("kubernetes.io/ingress.class", field(instance, "spec.ingressClassName"))
    text = by_class.text()
    if text in ("gce-internal",):
        return _scheme(False, by_class)
    if text == "gce":
        return _scheme(True, by_class)
    if text == "alb":  # the controller's default
        return by_class.with_default("internal", by_class.span)
    if text and re.search(r"(^|[-_])(internal|private)([-_]|$)", text):
        return _scheme(False, by_class)
    return Value.absent(instance.span)


def _scheme(public: bool, where: Value) -> Value:
    return Value.known("internet" if public else "internal", where.span)


# https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer
_INTERNAL_SERVICE = {
    "service.beta.kubernetes.io/aws-load-balancer-internal": ("true", "0.0.0.0/0"),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ("internal",),
    "service.beta.kubernetes.io/azure-load-balancer-internal": ("true",),
    "networking.gke.io/load-balancer-type": ("internal",),
    "cloud.google.com/load-balancer-type": ("internal",),
}


def service(instance: Instance) -> Traits:
    spec = instance.get("spec")
    kind = spec.get("type")
    ports = [p.get("port") for p in spec.get("ports").items() if not p.get("port").is_absent]
    traits = {
        "type": spec.with_default("ClusterIP", spec.span) if kind.is_absent else kind,
        "ports": Value.known(tuple(ports), ports[0].span) if ports else Value.absent(),
        "sticky": Value.known(
            spec.get("sessionAffinity").text() == "ClientIP", spec.get("sessionAffinity").span
        ),
    }
    if kind.text() != "LoadBalancer":
        return traits
    return traits | _balancer(instance, spec, kind)


def _balancer(instance: Instance, spec: Value, kind: Value) -> Traits:
    notes = annotations_of(instance)
    given = notes.mapping()
    traits: Traits = {"layer": Value.known(4, kind.span)}
    scheme = kind.with_default("internet", kind.span)
    for name, inside in _INTERNAL_SERVICE.items():
        if name in given:
            text = (label_text(given[name]) or "").lower()
            scheme = given[name] if given[name].is_unknown else _scheme(text not in inside, given[name])
    if notes.is_unknown:
        scheme = Value.unknown(notes.why, notes.span, refs=notes.refs)
    traits["scheme"] = scheme
    sources = spec.get("loadBalancerSourceRanges")
    if sources.items() or sources.is_unknown:
        traits["cidrs"] = sources
    certificate = given.get("service.beta.kubernetes.io/aws-load-balancer-ssl-cert")
    plain = _plain_port(spec)
    if certificate is not None:
        traits["tls"] = Value.known(True, certificate.span)
    elif plain is not None and not notes.is_unknown:
        traits["tls"] = Value.known(False, plain.span)
    return traits


_PLAIN = re.compile(r"^http(-|$)|-http$")
_SECURE = re.compile(r"https|tls|ssl|wss")
_OF_STORES = (1433, 3306, 5432, 6379, 9092, 27017)  # whatever the port is called, this is no HTTP


def _plain_port(spec: Value) -> Value | None:
    """A port of plain HTTP by its number, name or protocol, where none beside it is for HTTPS.

    https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
    """
    plain = None
    for port in spec.get("ports").items():
        number, name = port.get("port").number(), port.get("name").text() or ""
        protocol = port.get("appProtocol").text() or ""
        if number is None or number in (443, 8443) or _SECURE.search(name) or _SECURE.search(protocol):
            return None
        told = number not in _OF_STORES and (_PLAIN.search(name) or protocol == "http")
        if plain is None and (number == 80 or told):
            plain = port
    return plain


def gateway(instance: Instance) -> Traits:
    """Gateway API: https://gateway-api.sigs.k8s.io/reference/spec/#listener"""
    listeners = field(instance, "spec.listeners")
    notes = annotations_of(instance).mapping()
    protocols = [listener.get("protocol") for listener in listeners.items()]
    traits: Traits = {"tls": _all_encrypted(protocols, ("HTTPS", "TLS"), listeners)}
    kind = field(instance, "spec.gatewayClassName")
    text = kind.text() or ""
    internal = notes.get("service.beta.kubernetes.io/aws-load-balancer-scheme")
    if text.startswith("gke-"):
        traits["scheme"] = _scheme("custom" in text, kind)
    elif internal is not None:
        traits["scheme"] = _scheme(internal.text() != "internal", internal)
    return traits


def _all_encrypted(protocols: list[Value], encrypted: tuple[str, ...], where: Value) -> Value:
    if where.is_unknown or not protocols:
        return where if where.is_unknown else Value.absent(where.span)
    for protocol in protocols:
        if protocol.is_known and (protocol.text() or "").upper() not in encrypted:
            return Value.known(False, protocol.span)
    hidden = next((protocol for protocol in protocols if not protocol.is_known), None)
    return Value.known(True, protocols[0].span) if hidden is None else hidden


def istio_gateway(instance: Instance) -> Traits:
    """https://istio.io/latest/docs/reference/config/networking/gateway/"""
    servers = field(instance, "spec.servers")
    clear = [
        server for server in servers.items()
        if (at(server, "port.protocol").text() or "").upper() in ("HTTP", "HTTP2", "GRPC", "GRPC-WEB", "MONGO", "TCP")
        and at(server, "tls.httpsRedirect").raw is not True
    ]  # fmt: skip
    if servers.is_unknown:
        return {"tls": servers}
    if not servers.items():
        return {}
    traits = {"tls": Value.known(not clear, (clear or servers.items())[0].span)}
    hosts = [host.text() or "" for server in servers.items() for host in server.get("hosts").items()]
    proxy = field(instance, "spec.selector").get("istio")
    if any(_LOCAL.search(text) for text in (proxy.text() or "", instance.name)) or (
        hosts and all(_LOCAL.search(host) for host in hosts)
    ):
        traits["scheme"] = Value.known("internal", proxy.span)
    return traits


# proxies and host names that only the cluster itself reaches
_LOCAL = regex(r"(^|[-.])(local|internal|private|egressgateway|svc)([-.]|$)")


def peer_authentication(instance: Instance) -> Traits:
    """https://istio.io/latest/docs/reference/config/security/peer_authentication/"""
    mode = field(instance, "spec.mtls.mode")
    return {"mtls": Value.known(mode.text() == "STRICT", mode.span) if not mode.is_unknown else mode}


def virtual_service(instance: Instance) -> Traits:
    """https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute"""
    routes = field(instance, "spec.http").items()
    timeouts = [r.get("timeout") for r in routes if not r.get("timeout").is_absent]
    retries = [r.get("retries") for r in routes if not r.get("retries").is_absent]
    return {
        "timeout_s": _seconds(timeouts[0]) if timeouts else Value.absent(instance.span),
        "retries": retries[0].get("attempts") if retries else Value.absent(instance.span),
    }


_DURATION = regex(r"^(\d+)(ms|s|m|h)?$")


def _seconds(value: Value) -> Value:
    found = _DURATION.match(label_text(value) or "")
    if found is None:
        return value
    number, unit = int(found[1]), found[2] or "s"
    return Value.known(
        {"ms": number // 1000, "s": number, "m": number * 60, "h": number * 3600}[unit], value.span
    )


def _first(given: Mapping[str, Value], names: tuple[str, ...]) -> Value:
    return next((given[name] for name in names if name in given), Value.absent())
