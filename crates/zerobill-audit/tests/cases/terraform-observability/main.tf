variable "alarms" {
  default = 1
}

resource "aws_cloudwatch_log_group" "a" {
  name = "/shop"
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  pattern        = "ERROR"
  log_group_name = aws_cloudwatch_log_group.a.name

  metric_transformation {
    name      = "Errors"
    namespace = "Shop"
    value     = "1"
    dimensions = {
      User = "$.user"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  count               = var.alarms
  alarm_name          = "errors"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "AWS/Lambda"
  period              = 60
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = "main"
  dashboard_body = jsonencode({
    widgets = [{ type = "metric", properties = { metrics = [["AWS/Lambda", "Errors"]] } }]
  })
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.worker.arn
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn
}

resource "aws_iam_role" "worker" {
  assume_role_policy = jsonencode({})
}

resource "aws_iam_role_policy" "worker" {
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:SendMessage", "sqs:ReceiveMessage"]
      Resource = aws_sqs_queue.jobs.arn
    }]
  })
}

resource "aws_s3_bucket" "in" {
  bucket = "in"
}

resource "aws_s3_bucket_notification" "in" {
  bucket = aws_s3_bucket.in.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.worker.arn
    events              = ["s3:ObjectCreated:*"]
  }
}
