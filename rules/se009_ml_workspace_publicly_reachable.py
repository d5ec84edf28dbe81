"""ML control planes (Studio domain, AML workspace, Vertex endpoints, AI accounts) should be reachable privately when data is sensitive.

## What it does
Where the requirements call the data internal, confidential or restricted, reports workspaces, endpoints, indexes
and AI accounts of the providers that the whole internet may send requests to.

## Why is this bad
Such an address asks for a key or a token and for nothing else. Whoever finds one, in a notebook or a log, reads the
models, the runs and the data from anywhere; with a private endpoint it takes a place in your network too, and what
leaves is seen there.

## Example
```hcl
resource "azurerm_machine_learning_workspace" "ml" {
  high_business_impact          = true
  public_network_access_enabled = true
}
```

## Use instead
```hcl
resource "azurerm_machine_learning_workspace" "ml" {
  high_business_impact          = true
  public_network_access_enabled = false
  managed_network {
    isolation_mode = "AllowOnlyApprovedOutbound"
  }
}
```
with an `azurerm_private_endpoint` for it.

## When it does not fire
Data that nobody calls sensitive, or that is public; accounts whose own firewall denies all but named networks; Vertex
AI inside a service perimeter; sandboxes (tag `mlarchlint.dev/sandbox`). Of SageMaker Studio it is MLA-SE008.

## References
- https://learn.microsoft.com/azure/machine-learning/how-to-configure-private-link
- https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
- https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlsec-04.html
"""

from mlarchlint.api import Design, Edit, Hit, Hits, Kind, Resource, Severity, Truth, rule

_SENSITIVE = ("internal", "confidential", "restricted")
_SANDBOX = "mlarchlint.dev/sandbox"
_PERIMETERS = (
    "google_access_context_manager_service_perimeter",
    "google_access_context_manager_service_perimeters",
    "google_access_context_manager_service_perimeter_resource",
)
_FIX = "turn public access off and reach it through a private endpoint"
_EDITS = (Edit("api_public", False, note="who reaches it from outside needs a private endpoint first"),)


@rule(
    id="MLA-SE009",
    severity=Severity.MEDIUM,
    on=Kind("experiment_tracker", "foundation_model_api", "model_endpoint", "vector_index", "data_processor"),
    since="0.1",
)
def ml_workspace_publicly_reachable(node: Resource, design: Design) -> Hits:
    public = node["api_public"]
    asked = public.is_true()
    if asked is Truth.NO or _SANDBOX in node.tags or not public.span.file:
        return
    sensitivity = design.needs(node).text("data.sensitivity") or ""
    if sensitivity not in _SENSITIVE or _is_walled(node) or _in_perimeter(node, design):
        return
    if asked is Truth.YES:
        claim = f"takes requests from the whole internet, with {sensitivity} data behind it"
        # Only Azure has one switch for it.
        edits = _EDITS if node.provider == "azure" else ()
        yield Hit(public, claim, attribute="api_public", fix=_FIX, edits=edits)
    else:
        claim = f"whether it takes requests from the internet is not known: {public.why}"
        yield Hit(public, claim, attribute="api_public", certain=False, fix=_FIX)


def _is_walled(node: Resource) -> bool:
    """Its own firewall denies what it does not name, though public access is on."""
    walls = node.instance.get("network_acls")
    each = walls.items() or (walls,)
    return any(
        wall.get("default_action").equals("Deny") is not Truth.NO for wall in each if not wall.is_absent
    )


def _in_perimeter(node: Resource, design: Design) -> bool:
    return node.provider == "google" and design.once(_has_perimeter)


def _has_perimeter(design: Design) -> bool:
    return any(other.type in _PERIMETERS for other in design.graph)
