output "models" {
  description = "The bucket of models."
  value       = google_storage_bucket.models.name
}
