# What a CDN and DNS records lead to.
locals {
  origin      = aws_api_gateway_domain_name.api.regional_domain_name
  origin_zone = aws_api_gateway_domain_name.api.regional_zone_id
}

resource "aws_api_gateway_rest_api" "api" {
  name                         = local.name
  disable_execute_api_endpoint = true

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_domain_name" "api" {
  domain_name              = var.domain
  regional_certificate_arn = aws_acm_certificate.api.arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "api" {
  api_id      = aws_api_gateway_rest_api.api.id
  domain_name = aws_api_gateway_domain_name.api.domain_name
  stage_name  = aws_api_gateway_stage.live.stage_name
}

resource "aws_api_gateway_resource" "predict" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "predict"
}

resource "aws_api_gateway_model" "input" {
  rest_api_id  = aws_api_gateway_rest_api.api.id
  name         = "Input"
  content_type = "application/json"
  schema       = jsonencode({ type = "object" })
}

resource "aws_api_gateway_request_validator" "body" {
  rest_api_id           = aws_api_gateway_rest_api.api.id
  name                  = "body"
  validate_request_body = true
}

# Callers sign their requests with a role that may call the API; nothing unsigned reaches the model.
resource "aws_api_gateway_method" "predict" {
  rest_api_id          = aws_api_gateway_rest_api.api.id
  resource_id          = aws_api_gateway_resource.predict.id
  http_method          = "POST"
  authorization        = "AWS_IAM"
  request_validator_id = aws_api_gateway_request_validator.body.id

  request_models = {
    "application/json" = aws_api_gateway_model.input.name
  }
}

data "aws_iam_policy_document" "gateway" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "invoke" {
  statement {
    actions   = ["sagemaker:InvokeEndpoint"]
    resources = [aws_sagemaker_endpoint.inference.arn]
  }
}

resource "aws_iam_role" "api" {
  name               = "${local.name}-api"
  assume_role_policy = data.aws_iam_policy_document.gateway.json
}

resource "aws_iam_role_policy" "api" {
  name   = "invoke"
  role   = aws_iam_role.api.id
  policy = data.aws_iam_policy_document.invoke.json
}

# The gateway calls the endpoint itself: no function stands between them.
resource "aws_api_gateway_integration" "inference" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.predict.id
  http_method             = aws_api_gateway_method.predict.http_method
  type                    = "AWS"
  integration_http_method = "POST"
  uri                     = "arn:aws:apigateway:${local.region}:runtime.sagemaker:path/endpoints/${aws_sagemaker_endpoint.inference.name}/invocations"
  credentials             = aws_iam_role.api.arn
  timeout_milliseconds    = 29000
}

resource "aws_api_gateway_method_response" "ok" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = aws_api_gateway_resource.predict.id
  http_method = aws_api_gateway_method.predict.http_method
  status_code = "200"
}

resource "aws_api_gateway_method_response" "failed" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = aws_api_gateway_resource.predict.id
  http_method = aws_api_gateway_method.predict.http_method
  status_code = "503"
}

resource "aws_api_gateway_integration_response" "ok" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = aws_api_gateway_resource.predict.id
  http_method = aws_api_gateway_method.predict.http_method
  status_code = aws_api_gateway_method_response.ok.status_code

  depends_on = [aws_api_gateway_integration.inference]
}

resource "aws_api_gateway_integration_response" "failed" {
  rest_api_id       = aws_api_gateway_rest_api.api.id
  resource_id       = aws_api_gateway_resource.predict.id
  http_method       = aws_api_gateway_method.predict.http_method
  status_code       = aws_api_gateway_method_response.failed.status_code
  selection_pattern = "[45]\\d{2}"

  depends_on = [aws_api_gateway_integration.inference]
}

resource "aws_api_gateway_deployment" "live" {
  rest_api_id = aws_api_gateway_rest_api.api.id

  triggers = {
    content = sha1(jsonencode([
      aws_api_gateway_method.predict,
      aws_api_gateway_integration.inference,
      aws_api_gateway_integration_response.ok,
      aws_api_gateway_integration_response.failed,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  deployment_id = aws_api_gateway_deployment.live.id
  stage_name    = "live"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.inference.arn
    format = jsonencode({
      request = "$context.requestId"
      caller  = "$context.identity.userArn"
      status  = "$context.status"
      latency = "$context.responseLatency"
    })
  }

  depends_on = [aws_api_gateway_account.logs]
}

resource "aws_api_gateway_method_settings" "live" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    throttling_rate_limit  = local.requests_a_second
    throttling_burst_limit = 2 * local.requests_a_second
  }
}

# What lets gateways of this account and region write logs.
resource "aws_iam_role" "gateway_logs" {
  name               = "${local.name}-api-logs"
  assume_role_policy = data.aws_iam_policy_document.gateway.json
}

resource "aws_iam_role_policy_attachment" "gateway_logs" {
  role       = aws_iam_role.gateway_logs.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "logs" {
  cloudwatch_role_arn = aws_iam_role.gateway_logs.arn
}
