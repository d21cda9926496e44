# The ready function of zerobill, within the free tier of AWS.

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
  parameters = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:parameter${var.parameter_path}"
  environment = merge(
    var.home_assistant_url == "" ? {} : { BASE_URL = var.home_assistant_url },
    var.parameter_path == "" ? {} : { ZEROBILL_CONFIG_SSM_PATH = var.parameter_path },
    var.table ? { ZEROBILL_AWS_BREAKER_TABLE = var.function_name, ZEROBILL_AWS_CACHE_TABLE = var.function_name } : {},
  )
}

resource "aws_lambda_function" "function" {
  function_name                  = var.function_name
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  handler                        = "bootstrap"
  runtime                        = "provided.al2023"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mb
  timeout                        = 10
  role                           = aws_iam_role.function.arn
  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = local.environment
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function.name
  }
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "function" {
  name = "${var.function_name}-function"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "logs" {
  name = "logs"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.function.arn}:*"
    }]
  })
}

resource "aws_iam_role_policy" "parameters" {
  count = var.parameter_path == "" ? 0 : 1
  name  = "parameters"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ssm:GetParametersByPath"
      Resource = [local.parameters, "${local.parameters}/*"]
    }]
  })
}

resource "aws_iam_role_policy" "table" {
  count = var.table ? 1 : 0
  name  = "table"
  role  = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
      Resource = aws_dynamodb_table.state[0].arn
    }]
  })
}

resource "aws_dynamodb_table" "state" {
  count          = var.table ? 1 : 0
  name           = var.function_name
  billing_mode   = "PROVISIONED"
  read_capacity  = var.table_capacity
  write_capacity = var.table_capacity
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

resource "aws_lambda_function_url" "function" {
  count              = var.trigger == "function-url" ? 1 : 0
  function_name      = aws_lambda_function.function.function_name
  authorization_type = "AWS_IAM"
}

resource "aws_lambda_permission" "smart_home" {
  count              = var.trigger == "alexa-smart-home" ? 1 : 0
  function_name      = aws_lambda_function.function.function_name
  action             = "lambda:InvokeFunction"
  principal          = "alexa-connectedhome.amazon.com"
  event_source_token = var.alexa_skill_id
}

resource "aws_lambda_permission" "skill" {
  count              = var.trigger == "alexa-skill" ? 1 : 0
  function_name      = aws_lambda_function.function.function_name
  action             = "lambda:InvokeFunction"
  principal          = "alexa-appkit.amazon.com"
  event_source_token = var.alexa_skill_id
}

output "function_arn" {
  description = "What the Alexa developer console takes as the default endpoint."
  value       = aws_lambda_function.function.arn
}

output "url" {
  description = "The Function URL, with the trigger function-url."
  value       = one(aws_lambda_function_url.function[*].function_url)
}
