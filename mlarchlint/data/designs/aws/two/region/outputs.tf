output "models" {
  description = "The bucket of models."
  value       = { id = aws_s3_bucket.models.id, arn = aws_s3_bucket.models.arn }
}

output "logs" {
  description = "The bucket of logs."
  value       = { id = aws_s3_bucket.logs.id, arn = aws_s3_bucket.logs.arn }
}

output "key_arn" {
  description = "The key of models, disks and logs."
  value       = aws_kms_key.data.arn
}
