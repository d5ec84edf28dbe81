terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.21"
    }
  }
}

provider "google" {
  project = var.project
  region  = local.first.region

  default_labels = {
    service     = local.name
    environment = local.environment
    managed-by  = "terraform"
  }
}
