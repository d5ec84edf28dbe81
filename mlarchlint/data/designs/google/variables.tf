variable "project" {
  description = "The project that everything is in."
  type        = string
  default     = "acme-ml"
}

variable "domain" {
  description = "Where the predictions are asked for."
  type        = string
  default     = "predict.example.com"
}

variable "callers" {
  description = "Who may ask for predictions: users, groups and service accounts."
  type        = list(string)
  default     = ["group:prediction-callers@example.com"]
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
