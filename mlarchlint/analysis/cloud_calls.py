"""Whether containers call the cloud's services, and with which credentials."""

from __future__ import annotations

from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource

_CALLS = regex(
    r"\b(s3a?|gs|abfss?|wasbs?|azureml)://[\w$<{]|\baws +(s3|sagemaker|dynamodb|secretsmanager)\b|\bgsutil\b|\bgcloud +storage\b|\.blob\.core\.windows\.net"
)
# With these they bring credentials of their own, or talk to a store in the cluster.
_OWN = regex(
    r"^(AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_ROLE_ARN|AWS_ENDPOINT_URL\w*|\w*S3_ENDPOINT\w*"
    r"|GOOGLE_APPLICATION_CREDENTIALS|AZURE_(CLIENT_ID|STORAGE_(KEY|CONNECTION_STRING|SAS_TOKEN))|MINIO_\w*)$"
)
# The same, handed over in the command itself.
_OWN_HERE = regex(
    r"\bfs\.s3a\.(access\.key|endpoint)=|--endpoint-url[ =]|\$\{?(AWS_ACCESS_KEY_ID|MINIO_\w+)|--access-key[ =]"
)


def cloud_call(node: Resource) -> str:
    """What it calls the cloud for, as written, with rights that it does not bring itself; empty if nothing is known."""
    if any(_OWN.match(name.text() or "") for name in node["env_names"].items()) or node["secrets"].items():
        return ""
    if any(_OWN_HERE.search(value.clue() or "") for value in node["commands"].walk()):
        return ""
    for trait in ("commands", "env"):
        for value in node[trait].walk():
            text = value.clue()
            found = _CALLS.search(text) if text else None
            if text and found:
                return _shown(text, found.start())
    return ""


def _shown(text: str, start: int) -> str:
    """The word that the call is in."""
    word = text[start:].split()[0].strip("\"',;)")
    return word if len(word) <= 60 else f"{word[:57]}..."
