variable "image" {
  description = "The image of the model server, by digest; the registry scans what is pushed."
  type        = string
  default     = "us-docker.pkg.dev/acme-ml/serving/model-server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

data "google_project" "current" {}

resource "google_kms_crypto_key_iam_member" "run" {
  crypto_key_id = google_kms_crypto_key.data.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${data.google_project.current.number}@serverless-robot-prod.iam.gserviceaccount.com"
}

# Reached through the load balancer alone, by callers that sign in with their Google identity. A new revision takes requests
# when its probe succeeds. https://cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run
resource "google_cloud_run_v2_service" "inference" {
  name                = "${local.name}-${local.region}"
  location            = local.region
  ingress             = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  iap_enabled         = true
  deletion_protection = true

  template {
    service_account                  = google_service_account.inference.email
    max_instance_request_concurrency = local.concurrency
    timeout                          = "30s"
    encryption_key                   = google_kms_crypto_key.data.id

    scaling {
      min_instance_count = local.least
      max_instance_count = local.most
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"

      network_interfaces {
        network    = google_compute_network.main.id
        subnetwork = google_compute_subnetwork.private.id
      }
    }

    containers {
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        cpu_idle          = true
        startup_cpu_boost = true

        limits = {
          cpu    = local.cpu
          memory = local.memory
        }
      }

      env {
        name  = "MODEL_URI"
        value = "gs://${google_storage_bucket.models.name}/${var.model_version}"
      }

      env {
        name  = "CACHE"
        value = local.cache
      }

      startup_probe {
        period_seconds    = 5
        failure_threshold = 24

        http_get {
          path = "/health/ready"
          port = 8080
        }
      }

      liveness_probe {
        period_seconds    = 15
        failure_threshold = 3

        http_get {
          path = "/health/live"
          port = 8080
        }
      }
    }
  }

  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  depends_on = [google_kms_crypto_key_iam_member.run]
}

# Identity-Aware Proxy calls the service for those that it admits.
resource "google_cloud_run_v2_service_iam_member" "proxy" {
  name     = google_cloud_run_v2_service.inference.name
  location = google_cloud_run_v2_service.inference.location
  role     = "roles/run.invoker"
  member   = "serviceAccount:service-${data.google_project.current.number}@gcp-sa-iap.iam.gserviceaccount.com"
}

resource "google_iap_web_cloud_run_service_iam_member" "callers" {
  for_each               = toset(var.callers)
  location               = google_cloud_run_v2_service.inference.location
  cloud_run_service_name = google_cloud_run_v2_service.inference.name
  role                   = "roles/iap.httpsResourceAccessor"
  member                 = each.value
}

resource "google_compute_region_network_endpoint_group" "inference" {
  name                  = "${local.name}-${local.region}"
  region                = local.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.inference.name
  }
}

resource "google_monitoring_alert_policy" "saturation" {
  display_name          = "${local.name} processor use in ${local.region}"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.on_call.id]

  conditions {
    display_name = "Processors of ${google_cloud_run_v2_service.inference.name} are busy"

    condition_threshold {
      filter          = "metric.type=\"run.googleapis.com/container/cpu/utilizations\" AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloud_run_v2_service.inference.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0.85
      duration        = "900s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_PERCENTILE_95"
        cross_series_reducer = "REDUCE_MAX"
      }
    }
  }
}
