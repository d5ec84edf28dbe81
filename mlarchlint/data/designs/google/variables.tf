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

variable "on_call" {
  description = "The address that alarms are sent to."
  type        = string
  default     = "on-call@example.com"
}
