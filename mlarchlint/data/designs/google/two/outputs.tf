output "model_buckets" {
  description = "Where the release pipeline puts each version of the model: every region reads its own."
  value       = [module.first.models, module.second.models]
}
