# Models and logs stay on the private network: no NAT gateway is needed.
resource "google_compute_subnetwork" "private" {
  name                     = "${local.name}-private"
  network                  = google_compute_network.main.id
  region                   = local.region
  ip_cidr_range            = local.address_range
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}
