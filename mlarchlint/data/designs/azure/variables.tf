variable "subscription_id" {
  type    = string
  default = "00000000-0000-0000-0000-000000000000"
}

variable "organisation" {
  description = "Beginning of the names of storage accounts, which are unique in the world: letters and digits."
  type        = string
  default     = "acme"
}

variable "domain" {
  description = "Where the predictions are asked for."
  type        = string
  default     = "predict.example.com"
}

variable "image_id" {
  description = "The image that the release pipeline builds, with the model server and today's patches; -x64 or -Arm64 follows."
  type        = string
  default     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/images/images/model-server"
}

variable "operator_key" {
  description = "The public SSH key of the operators."
  type        = string
  default     = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPL operator"
}

variable "model_version" {
  description = "The version of the model that is served: its place in the bucket of models."
  type        = string
  default     = "1.0.0"
}

variable "on_call" {
  description = "The address that alarms are sent to."
  type        = string
  default     = "on-call@example.com"
}
