resource "google_compute_backend_service" "inference" {
  name                  = "${local.name}-inference"
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.edge.id

  backend {
    group = google_compute_region_network_endpoint_group.inference.id
  }

  log_config {
    enable      = true
    sample_rate = 0.1
  }
}
