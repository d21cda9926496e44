# The guard of zerobill: says what the Lambda functions of a region use, and stops what it may stop.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.32"
    }
  }
}

data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  account = "${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}"
  aws     = "arn:${data.aws_partition.current.partition}"
  stop    = "${local.aws}:lambda:${local.account}:function:${var.stoppable}"
}

resource "aws_lambda_function" "guard" {
  function_name    = var.guard_name
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  architectures    = [var.architecture]
  memory_size      = 128
  timeout          = 50
  role             = aws_iam_role.guard.arn

  environment {
    variables = {
      ZEROBILL_GUARD_TABLE     = aws_dynamodb_table.guard.name
      ZEROBILL_GUARD_TOPIC     = aws_sns_topic.guard.arn
      ZEROBILL_GUARD_BUDGET    = var.budget
      ZEROBILL_GUARD_FUNCTIONS = var.functions
      ZEROBILL_GUARD_ON_ALARM  = var.on_alarm
      ZEROBILL_GUARD_DRY_RUN   = var.dry_run
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.guard.name
  }
}

resource "aws_cloudwatch_log_group" "guard" {
  name              = "/aws/lambda/${var.guard_name}"
  retention_in_days = 7
}

resource "aws_dynamodb_table" "guard" {
  name           = var.guard_name
  billing_mode   = "PROVISIONED"
  read_capacity  = 2
  write_capacity = 2
  hash_key       = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }
}

resource "aws_sns_topic" "guard" {
  name = var.guard_name
}

resource "aws_sns_topic_subscription" "guard" {
  count     = var.email == "" ? 0 : 1
  topic_arn = aws_sns_topic.guard.arn
  protocol  = "email"
  endpoint  = var.email
}

resource "aws_iam_role" "guard" {
  name = "${var.guard_name}-function"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "look" {
  name = "look"
  role = aws_iam_role.guard.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.guard.arn}:*"
      },
      {
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        Resource = aws_dynamodb_table.guard.arn
      },
      {
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.guard.arn
      },
      # These know no resource.
      {
        Effect   = "Allow"
        Action   = ["cloudwatch:GetMetricStatistics", "lambda:ListFunctions", "lambda:GetAccountSettings"]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy" "stop" {
  count = var.stoppable == "" ? 0 : 1
  name  = "stop"
  role  = aws_iam_role.guard.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "lambda:GetFunctionConcurrency",
          "lambda:PutFunctionConcurrency",
          "lambda:DeleteFunctionConcurrency",
          "lambda:GetFunctionConfiguration",
          "lambda:ListAliases",
        ]
        Resource = local.stop
      },
      {
        Effect    = "Allow"
        Action    = "lambda:UpdateEventSourceMapping"
        Resource  = "${local.aws}:lambda:${local.account}:event-source-mapping:*"
        # Its versions and aliases too.
        Condition = { ArnLike = { "lambda:FunctionArn" = [local.stop, "${local.stop}:*"] } }
      },
      {
        Effect   = "Allow"
        Action   = ["scheduler:GetSchedule", "scheduler:UpdateSchedule"]
        Resource = "${local.aws}:scheduler:${local.account}:schedule/*/*"
      },
      {
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = "*"
        Condition = { StringEquals = { "iam:PassedToService" = "scheduler.amazonaws.com" } }
      },
      {
        Effect   = "Allow"
        Action   = ["events:DescribeRule", "events:DisableRule", "events:EnableRule"]
        Resource = "${local.aws}:events:${local.account}:rule/*"
      },
      # These know no resource.
      {
        Effect = "Allow"
        Action = [
          "lambda:ListEventSourceMappings",
          "scheduler:ListSchedules",
          "events:ListEventBuses",
          "events:ListRuleNamesByTarget",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_scheduler_schedule" "guard" {
  name                = var.guard_name
  schedule_expression = "rate(1 minute)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.guard.arn
    role_arn = aws_iam_role.schedule.arn
    input    = "{\"zerobill\":\"guard\",\"time\":\"<aws.scheduler.scheduled-time>\"}"

    # What comes late is of no use: each look sees the whole month.
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }
  }
}

resource "aws_iam_role" "schedule" {
  name = "${var.guard_name}-schedule"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "invoke"
  role = aws_iam_role.schedule.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = aws_lambda_function.guard.arn
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "guard" {
  alarm_name          = var.guard_name
  alarm_description   = "More invocations of all functions in a minute than are thought possible."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = var.alarm_invocations_per_minute
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.guard.arn, aws_lambda_function.guard.arn]
}

resource "aws_lambda_permission" "alarm" {
  function_name  = aws_lambda_function.guard.function_name
  action         = "lambda:InvokeFunction"
  principal      = "lambda.alarms.cloudwatch.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = aws_cloudwatch_metric_alarm.guard.arn
}

output "table" {
  description = "What `zerobill guard --table` takes."
  value       = aws_dynamodb_table.guard.name
}
