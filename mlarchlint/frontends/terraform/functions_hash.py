"""Hashes and identifiers made of them."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable

from mlarchlint.frontends.terraform.cty import STRING
from mlarchlint.frontends.terraform.functions import invalid, scalar

Digest = Callable[[bytes], bytes]


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _in_hex(digest: Digest) -> Callable[[str], str]:
    return lambda text: digest(text.encode()).hex()


def _in_base64(digest: Digest) -> Callable[[str], str]:
    return lambda text: base64.b64encode(digest(text.encode())).decode()


for _digest in (md5, sha1, sha256, sha512):
    scalar(_digest.__name__, STRING)(_in_hex(_digest))
scalar("base64sha256", STRING)(_in_base64(sha256))
scalar("base64sha512", STRING)(_in_base64(sha512))

_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


@scalar("uuidv5", STRING, STRING)
def named_uuid(namespace: str, name: str) -> str:
    known = _NAMESPACES.get(namespace)
    if known is None:
        try:
            known = uuid.UUID(namespace)
        except ValueError:
            raise invalid("the namespace must be dns, url, oid, x500 or a UUID") from None
    return str(uuid.uuid5(known, name))
