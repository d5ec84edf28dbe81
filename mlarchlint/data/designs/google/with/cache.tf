# Answers to inputs that repeat, by a hash of the input.
locals {
  cache = "rediss://${google_redis_instance.predictions.host}:${google_redis_instance.predictions.port}"
}

resource "google_redis_instance" "predictions" {
  name                    = "${local.name}-predictions"
  region                  = local.region
  tier                    = "STANDARD_HA"
  memory_size_gb          = 1
  redis_version           = "REDIS_7_2"
  authorized_network      = google_compute_network.main.id
  connect_mode            = "DIRECT_PEERING"
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
}
