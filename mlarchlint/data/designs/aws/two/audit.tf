# Who did what in both regions, and who read or replaced a model.
resource "aws_cloudtrail" "audit" {
  name                          = "${local.name}-audit"
  s3_bucket_name                = module.first.logs.id
  s3_key_prefix                 = "audit"
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  kms_key_id                    = module.first.key_arn

  event_selector {
    read_write_type           = "All"
    include_management_events = true

    data_resource {
      type   = "AWS::S3::Object"
      values = ["${module.first.models.arn}/", "${module.second.models.arn}/"]
    }
  }

  depends_on = [module.first]
}
