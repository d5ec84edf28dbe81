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
  region = local.first.region

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "second"
  region = local.second.region

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
