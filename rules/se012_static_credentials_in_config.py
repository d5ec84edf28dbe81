"""No cloud keys, tokens (HF, W&B, MLflow) or passwords in env, user data, metadata or hyper-parameters.

## What it does
Reports literal credentials in variables, hyper-parameters, arguments and start-up scripts: keys and tokens that have
a form of their own, and texts under a name that says what they are, such as `DB_PASSWORD` or `WANDB_API_KEY`. No
report shows the credential itself.

## Why is this bad
Whoever reads the repository, the console, the plan or the description of a job has the credential too, for as long
as it is not changed, and the history of the repository keeps it after it is deleted. Hyper-parameters are copied to
experiment trackers and to every log of a run.

## Example
```yaml
env:
  - name: WANDB_API_KEY
    value: 4f1c...9be2   # forty digits, written out
```

## Use instead
```yaml
env:
  - name: WANDB_API_KEY
    valueFrom:
      secretKeyRef: {name: wandb, key: api-key}
```

## When it does not fire
References to secrets, paths, hashes, public keys and encrypted texts; what stands in for a value (`changeme`,
`example`, `xxxx`, `<token>`, `${TOKEN}`); sensitive variables, and values that are given on the command line; under
examples and tests, texts that only their name makes a credential. A password that is a plain word (`postgres`)
may be a default that nothing is guarded by: it is unknown.

## References
- https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
- https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_identities_secrets.html
- https://kubernetes.io/docs/concepts/configuration/secret/
- https://cloud.google.com/run/docs/configuring/services/secrets
"""

from mlarchlint.api import CREDENTIAL_KINDS, Design, Hit, Hits, Kind, Resource, Severity, regex, rule

_GUESSED = regex(r"[A-Za-z]+\d{1,4}[!@#]?")
_FIX = "keep it in a secret store and refer to it there, and replace this one: it has been seen"


@rule(id="MLA-SE012", severity=Severity.CRITICAL, on=Kind(*CREDENTIAL_KINDS), since="0.1")
def static_credentials_in_config(node: Resource, design: Design) -> Hits:
    for found in design.credentials(node):
        if not found.sure:
            claim = f"holds what may be {found.what} in {found.where}: a plain word, or a key of no known use"
            yield Hit(found.at, claim, certain=False, attribute=found.name, fix=_FIX)
            continue
        guessed = _GUESSED.fullmatch(found.secret) is not None
        claim = f"holds {found.what} in the clear in {found.where}"
        yield Hit(
            found.at,
            claim + (", and one that is soon guessed" if guessed else ""),
            attribute=found.name,
            severity=Severity.HIGH if guessed else None,
            fix=_FIX,
        )
