resource "google_service_account" "inference" {
  account_id   = "${local.name}-srv"
  display_name = "Model servers of ${local.name}"
}

resource "google_project_iam_member" "write_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.inference.member
}

resource "google_project_iam_member" "write_metrics" {
  project = var.project
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.inference.member
}
