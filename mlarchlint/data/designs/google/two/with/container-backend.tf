# Requests go to the nearest region that answers.
# Callers sign in at the service itself: with the proxy at the balancer, Google supports one group of containers only. Its
# page says so of the internal balancer over regions; the external one is taken to be no different.
# https://docs.cloud.google.com/load-balancing/docs/l7-internal/setting-up-l7-cross-reg-serverless
resource "google_compute_backend_service" "inference" {
  name                  = "${local.name}-inference"
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.edge.id

  backend {
    group = module.first.group
  }

  backend {
    group = module.second.group
  }

  # No health check is asked of containers: a region whose answers fail is left out for a while.
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
