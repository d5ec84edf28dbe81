terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.22"
    }
  }
}

provider "aws" {
  region = local.region

  default_tags {
    tags = local.tags
  }
}

locals {
  tags = {
    service     = local.name
    environment = local.environment
    managed-by  = "terraform"
  }
}
