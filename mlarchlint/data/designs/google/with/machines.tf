resource "google_compute_instance_template" "inference" {
  name_prefix  = "${local.name}-"
  machine_type = local.instance_type
  region       = local.region
  tags         = ["inference"]

  # Built by the release pipeline with the model server and today's patches.
  disk {
    source_image = "projects/${var.project}/global/images/family/${local.name}-${local.architecture}"
    disk_size_gb = local.disk_gib
    disk_type    = local.disk_type

    disk_encryption_key {
      kms_key_self_link = google_kms_crypto_key.data.id
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.private.id
  }

  metadata = {
    model-uri              = "gs://${google_storage_bucket.models.name}/${var.model_version}"
    cache                  = local.cache
    enable-oslogin         = "TRUE"
    enable-osconfig        = "TRUE"
    google-logging-enabled = "true"
  }

  service_account {
    email  = google_service_account.inference.email
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  scheduling {
    automatic_restart   = true
    on_host_maintenance = local.host_maintenance
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_region_instance_group_manager" "inference" {
  name                      = "${local.name}-${local.region}"
  region                    = local.region
  base_instance_name        = "inference"
  distribution_policy_zones = local.zones

  version {
    instance_template = google_compute_instance_template.inference.id
  }

  named_port {
    name = "http"
    port = 8080
  }

  auto_healing_policies {
    health_check      = google_compute_health_check.inference.id
    initial_delay_sec = 120
  }

  # A surge is at least one instance for each zone.
  update_policy {
    type                  = "PROACTIVE"
    minimal_action        = "REPLACE"
    max_surge_fixed       = length(local.zones)
    max_unavailable_fixed = 0
  }
}

resource "google_compute_region_autoscaler" "inference" {
  name   = "${local.name}-${local.region}"
  region = local.region
  target = google_compute_region_instance_group_manager.inference.id

  autoscaling_policy {
    min_replicas    = local.least
    max_replicas    = local.most
    cooldown_period = 120

    cpu_utilization {
      target = 0.7
    }
  }
}

data "google_project" "current" {}

resource "google_kms_crypto_key_iam_member" "disks" {
  crypto_key_id = google_kms_crypto_key.data.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${data.google_project.current.number}@compute-system.iam.gserviceaccount.com"
}

resource "google_monitoring_alert_policy" "saturation" {
  display_name          = "${local.name} processor use in ${local.region}"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.on_call.id]

  conditions {
    display_name = "Processors of ${google_compute_region_instance_group_manager.inference.name} are busy"

    condition_threshold {
      filter          = "metric.type=\"compute.googleapis.com/instance/cpu/utilization\" AND resource.type=\"gce_instance\" AND metadata.system_labels.instance_group=\"${google_compute_region_instance_group_manager.inference.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0.85
      duration        = "900s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = "REDUCE_MEAN"
      }
    }
  }
}
