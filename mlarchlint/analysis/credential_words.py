"""Which texts are credentials: by their form, or by the name that they are given to.

What refers to a secret, stands in for one or was made public on purpose is none.
"""

from __future__ import annotations

import re

from mlarchlint.model.regex import regex

# Forms that their makers gave them so that they are found, and those of keys in connection strings.
# https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
_HINT = regex(
    r"AKIA|hf_|gh[pousr]_|github_pat_|glpat-|sk-|xox[baprs]-|AIza|nvapi-|dapi|PRIVATE KEY|AccountKey=|:[^\s/@:]+@"
)
_FORMS = regex(
    r"""(?x)
    (?<![A-Za-z0-9]) (?P<aws> AKIA[0-9A-Z]{16} ) (?![A-Za-z0-9])
    | (?<![A-Za-z0-9]) (?P<hugging_face> hf_[A-Za-z0-9]{30,60} ) (?![A-Za-z0-9])
    | (?<![A-Za-z0-9]) (?P<github> gh[pousr]_[A-Za-z0-9]{36,80} | github_pat_[A-Za-z0-9_]{40,100} )
    | (?<![A-Za-z0-9]) (?P<gitlab> glpat-[A-Za-z0-9_-]{20,40} )
    | (?<![A-Za-z0-9]) (?P<openai> sk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{32,200} )
    | (?<![A-Za-z0-9]) (?P<slack> xox[baprs]-[0-9]{8,14}-[A-Za-z0-9-]{10,80} )
    | (?<![A-Za-z0-9]) (?P<google> AIza[A-Za-z0-9_-]{35} ) (?![A-Za-z0-9])
    | (?<![A-Za-z0-9]) (?P<nvidia> nvapi-[A-Za-z0-9_-]{40,100} )
    | (?<![A-Za-z0-9]) (?P<databricks> dapi[0-9a-f]{32} ) (?![A-Za-z0-9])
    | AccountKey= (?P<azure> [A-Za-z0-9+/]{60,90}={0,2} )
    | -----BEGIN[ ](?:RSA[ ]|EC[ ]|DSA[ ]|OPENSSH[ ])?PRIVATE[ ]KEY-----\s*(?:\\n)?\s* (?P<private> [A-Za-z0-9+/=]{32,80} )
    | [a-z0-9]://[^\s/@:"']{0,80}:(?P<address> [^\s/@"']{4,120} )@[\w.-]
    """
)
_WHAT = {
    "aws": "an access key of AWS",
    "hugging_face": "a token of Hugging Face",
    "github": "a token of GitHub",
    "gitlab": "a token of GitLab",
    "openai": "an API key",
    "slack": "a token of Slack",
    "google": "an API key of Google",
    "nvidia": "an API key of NVIDIA",
    "databricks": "a token of Databricks",
    "azure": "the key of a storage account",
    "private": "a private key",
    "address": "a password in an address",
}
# The key of Azurite is the same everywhere.
_STANDS_IN = regex(
    r"Eby8vdM02xNOcqFlqUwJPL|change[-_ ]?(?:me|it|this)|example|placeholder|dummy|replac|your|todo|fixme|insert|xx|\*\*|\.\.\.|<|>|\{\{|\}\}|"
    r"\$[({]|^\$\w|^%|%\(|@@|^__|fake|sample|redact|mock|not[-_ ]?(?:a[-_ ]|used|set|needed|required|secret)|unused|"
    r"foo|test|demo|tbd|update[-_]?me|set[-_]?me|fill|put[-_]|enter[-_]|goes[-_]?here|abcdef|12345678|01234567|"
    r"^(?:none|null|nil|undefined|unset|empty|true|false|yes|no|on|off|disabled|enabled|auto|generate\w*|random|n/a|na)$",
    re.IGNORECASE,
)
# It says where a secret lies, or holds what is encrypted, hashed or public.
_REFERS = regex(
    r"^[./~]|^arn:|^projects/|^(?:\w+\+)?\w+://|^(?:vault|ssm|aws|gcp|azure|kv|secret|secrets|secretref|secretsmanager|sm|op|"
    r"ref\+\w+|file|env|keyvault|kms|sops|enc|bao)[:/]|resolve:|@Microsoft|^ENC\[|^AQI[A-D]|^Cg?[A-Za-z]{2}QA|^projects\W|"
    r"^\$\d?\w*\$|^\{(?:S?SHA|CRYPT|PBKDF)|^(?:sha\d*|argon2\w*|pbkdf2\w*|bcrypt|scrypt):|^ssh-|^ecdsa-|"
    r"-----BEGIN (?:PUBLIC|CERT|SSH2|ENCRYPTED|PGP PUBLIC)|^Ag[A-Z][A-Za-z0-9+/]{120}|^MII[A-Z]|\.(?:pem|key|json|txt|ya?ml|crt)$",
)
_WORDS = regex(r"[A-Za-z]+(?:[-_./:][A-Za-z]*\d{0,2})*")  # the name of a secret, or a word that says nothing
_CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_NAME = regex(r"[^a-z0-9]+")
_PASSWORD = regex(r"(?:passwo?rd|passwd|passphrase|_pwd|_pass|^pass)$")
_SECRET = regex(
    r"(?:^|_)(?:secret|secret_(?:access_)?key|(?:access|client|app|api|jwt|session|cookie|oauth|webhook|hmac)_secret)$"
)
_KEY = regex(
    r"(?:^|_)(?:(?:api|private|account|storage|auth|signing|encryption|master|shared_access|subscription|fernet)_?key|apikey)$"
)
_TOKEN = regex(r"(?:^|_)(?:token|pat)$|(?:auth|access|api|bearer|refresh)token$")
# Tokens of a text, and paging tokens, open nothing.
_OTHER_TOKEN = regex(
    r"(?:^|_)(?:pad|eos|bos|unk|mask|sep|cls|start|end|stop|next|max|min|special|image|prompt|first|last|per|new|think|"
    r"continuation|page|video|audio|chunk|context|num|n|system|assistant|fim|decoder|encoder|reset|idempotency|client_request)_token$"
)
_LOOSE = regex(r"(?:_key|_auth|credentials?|_connection_string)$")


def known_form(text: str) -> tuple[str, str] | None:
    """(what it is, the secret part) of the first credential in a text that is one by its form."""
    if _HINT.search(text) is None:
        return None
    for found in _FORMS.finditer(text):
        form = found.lastgroup or ""
        secret = found.group(form)
        if _stands_in(secret):
            continue
        if form == "address" and (_REFERS.search(secret) or len(set(secret)) < 4 or _WORDS.fullmatch(secret)):
            continue  # `user:password@` of an example
        if len(set(secret)) >= 8 or form == "address":
            return _WHAT[form], secret
    return None


def named_credential(name: str, text: str) -> tuple[str, bool] | None:
    """(what it is, whether that is sure) of a text that is given to such a name."""
    if not 4 <= len(text) <= 512 or text.split() != [text] or _stands_in(text) or _REFERS.search(text):
        return None
    plain = _NO_NAME.sub("_", _CAMEL.sub("_", name).lower()).strip("_").rstrip("0123456789_")
    if _PASSWORD.search(plain) and plain != "old_pwd":
        return "a password", not (_WORDS.fullmatch(text) or text.isdigit())
    if _OTHER_TOKEN.search(plain):
        return None
    if _SECRET.search(plain):
        return ("a secret", True) if _mixed(text, 8) else None
    if _TOKEN.search(plain):
        return ("a token", True) if _mixed(text, 16) else None
    if _KEY.search(plain):
        return ("a key", True) if _mixed(text, 16) else None
    if _LOOSE.search(plain) and _mixed(text, 24) and not _is_public(plain):
        return "a key", False
    return None


def is_asked(name: str) -> bool:
    """Whether a name might hold a credential: the cheap question before the others."""
    return _ASKED.search(name) is not None


_ASKED = regex(r"pass|pwd|secret|key|token|pat$|auth|credential|connection", re.IGNORECASE)
_PUBLIC = regex(
    r"public|ssh|host_key|known|label|sort|partition|cache|object|bucket|file|path|kms|map|join|primary|group"
)


def _is_public(plain: str) -> bool:
    return _PUBLIC.search(plain) is not None


def _stands_in(text: str) -> bool:
    return _STANDS_IN.search(text) is not None or len(set(text)) < 4


def _mixed(text: str, least: int) -> bool:
    """Letters and digits as no name of anything has them."""
    digits = sum(char.isdigit() for char in text)
    letters = sum(char.isalpha() for char in text)
    return (
        len(text) >= least and digits >= 2 and letters >= 2 and len(set(text)) >= 6 and not _name_like(text)
    )


def _name_like(text: str) -> bool:
    """`prod-db-password-v2`, `hf-token-2024`: words and a number."""
    parts = re.split(r"[-_./:]", text)
    return (
        len(parts) > 1
        and all(part.isalpha() or part.isdigit() or len(part) < 4 for part in parts)
        and len(text) < 48
    )
