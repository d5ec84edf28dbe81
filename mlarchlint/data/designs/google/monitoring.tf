resource "google_monitoring_notification_channel" "on_call" {
  display_name = "On call for ${local.name}"
  type         = "email"

  labels = {
    email_address = var.on_call
  }
}

resource "google_monitoring_alert_policy" "latency_p95" {
  display_name          = "${local.name} latency p95"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.on_call.id]

  conditions {
    display_name = "p95 over the target"

    condition_threshold {
      filter          = "metric.type=\"loadbalancing.googleapis.com/https/total_latencies\" AND resource.type=\"https_lb_rule\" AND resource.labels.url_map_name=\"${google_compute_url_map.api.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1000 * local.latency_p95_s
      duration        = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_PERCENTILE_95"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "latency_p99" {
  display_name          = "${local.name} latency p99"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.on_call.id]

  conditions {
    display_name = "p99 over twice the target"

    condition_threshold {
      filter          = "metric.type=\"loadbalancing.googleapis.com/https/total_latencies\" AND resource.type=\"https_lb_rule\" AND resource.labels.url_map_name=\"${google_compute_url_map.api.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 2000 * local.latency_p95_s
      duration        = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_PERCENTILE_99"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "errors" {
  display_name          = "${local.name} errors"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.on_call.id]

  conditions {
    display_name = "Answers of class 5xx"

    condition_threshold {
      filter          = "metric.type=\"loadbalancing.googleapis.com/https/request_count\" AND resource.type=\"https_lb_rule\" AND metric.labels.response_code_class=\"500\" AND resource.labels.url_map_name=\"${google_compute_url_map.api.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0.2
      duration        = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
}

resource "google_monitoring_dashboard" "service" {
  dashboard_json = jsonencode({
    displayName = local.name
    gridLayout = {
      widgets = [{
        title = "Latency p95"
        xyChart = {
          dataSets = [{
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = "metric.type=\"loadbalancing.googleapis.com/https/total_latencies\" resource.type=\"https_lb_rule\""
                aggregation = {
                  alignmentPeriod    = "60s"
                  perSeriesAligner   = "ALIGN_DELTA"
                  crossSeriesReducer = "REDUCE_PERCENTILE_95"
                }
              }
            }
          }]
        }
      }]
    }
  })
}
