output "endpoint" {
  description = "What the accelerator leads to."
  value       = aws_lb.api.arn
}
