variable "organisation" {
  description = "Beginning of the names of buckets, which are unique in the world."
  type        = string
  default     = "acme"
}

variable "domain" {
  description = "Where the predictions are asked for."
  type        = string
  default     = "predict.example.com"
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
