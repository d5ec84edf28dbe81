output "group" {
  description = "What the load balancer sends requests to."
  value       = google_compute_region_network_endpoint_group.inference.id
}
