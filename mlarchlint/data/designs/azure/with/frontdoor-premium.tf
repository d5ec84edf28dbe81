# Only the Premium tier has private links; managed rule sets come with it.
locals {
  front_door_tier   = "Premium_AzureFrontDoor"
  managed_rule_sets = { Microsoft_DefaultRuleSet = "2.1" }
}
