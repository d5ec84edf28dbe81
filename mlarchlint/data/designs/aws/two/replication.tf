# A model is put into the first bucket; the second region reads its own copy, also when the first is lost.
data "aws_iam_policy_document" "assume_replication" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "replication" {
  statement {
    sid       = "ReadRules"
    actions   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
    resources = [module.first.models.arn]
  }

  statement {
    sid       = "ReadModels"
    actions   = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    resources = ["${module.first.models.arn}/*"]
  }

  statement {
    sid       = "WriteCopies"
    actions   = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
    resources = ["${module.second.models.arn}/*"]
  }

  statement {
    sid       = "Decrypt"
    actions   = ["kms:Decrypt"]
    resources = [module.first.key_arn]
  }

  statement {
    sid       = "Encrypt"
    actions   = ["kms:Encrypt"]
    resources = [module.second.key_arn]
  }
}

resource "aws_iam_role" "replication" {
  name               = "${local.name}-replication"
  assume_role_policy = data.aws_iam_policy_document.assume_replication.json
}

resource "aws_iam_role_policy" "replication" {
  name   = "replication"
  role   = aws_iam_role.replication.id
  policy = data.aws_iam_policy_document.replication.json
}

resource "aws_s3_bucket_replication_configuration" "models" {
  bucket = module.first.models.id
  role   = aws_iam_role.replication.arn

  rule {
    id     = "second-region"
    status = "Enabled"

    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket        = module.second.models.arn
      storage_class = "STANDARD"

      encryption_configuration {
        replica_kms_key_id = module.second.key_arn
      }
    }
  }

  # Both buckets have to keep versions first.
  depends_on = [module.first, module.second]
}
