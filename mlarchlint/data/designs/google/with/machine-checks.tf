resource "google_compute_health_check" "inference" {
  name                = "${local.name}-ready"
  check_interval_sec  = 10
  timeout_sec         = 5
  unhealthy_threshold = 2

  http_health_check {
    port         = 8080
    request_path = "/health/ready"
  }
}

resource "google_os_config_patch_deployment" "weekly" {
  patch_deployment_id = "${local.name}-weekly"

  instance_filter {
    instance_name_prefixes = ["inference"]
  }

  recurring_schedule {
    time_zone {
      id = "Etc/UTC"
    }

    time_of_day {
      hours = 3
    }

    weekly {
      day_of_week = "SUNDAY"
    }
  }

  rollout {
    mode = "ZONE_BY_ZONE"

    disruption_budget {
      fixed = 1
    }
  }
}

# Only the load balancer and its health checks reach the model servers.
resource "google_compute_firewall" "load_balancer" {
  name          = "${local.name}-load-balancer"
  network       = google_compute_network.main.id
  source_ranges = ["130.211.0.0/22", "35.191.0.0/16"]
  target_tags   = ["inference"]

  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }
}
