# The Premium tier would add managed rule sets to the firewall, for ten times the base fee.
locals {
  front_door_tier   = "Standard_AzureFrontDoor"
  managed_rule_sets = {}
}
