output "group" {
  description = "What the load balancer sends requests to."
  value       = google_compute_region_instance_group_manager.inference.instance_group
}
