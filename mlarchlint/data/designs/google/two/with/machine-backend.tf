# Requests go to the nearest region that is healthy and has room.
# Callers sign in with their Google identity; nothing else passes to a model server.
resource "google_compute_backend_service" "inference" {
  name                            = "${local.name}-inference"
  protocol                        = "HTTP"
  port_name                       = "http"
  load_balancing_scheme           = "EXTERNAL_MANAGED"
  health_checks                   = [google_compute_health_check.inference.id]
  connection_draining_timeout_sec = 60
  timeout_sec                     = 30
  security_policy                 = google_compute_security_policy.edge.id

  backend {
    group           = module.first.group
    balancing_mode  = "UTILIZATION"
    capacity_scaler = 1.0
  }

  backend {
    group           = module.second.group
    balancing_mode  = "UTILIZATION"
    capacity_scaler = 1.0
  }

  iap {
    enabled = true
  }

  outlier_detection {
    consecutive_errors = 5

    interval {
      seconds = 10
    }

    base_ejection_time {
      seconds = 30
    }
  }

  log_config {
    enable      = true
    sample_rate = 0.1
  }
}

resource "google_iap_web_backend_service_iam_member" "callers" {
  for_each            = toset(var.callers)
  web_backend_service = google_compute_backend_service.inference.name
  role                = "roles/iap.httpsResourceAccessor"
  member              = each.value
}
