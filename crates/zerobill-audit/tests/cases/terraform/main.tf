terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "mode" {
  default = "PAY_PER_REQUEST"
}

variable "unset" {}

locals {
  name     = "shop-${var.mode}"
  circular = local.circular
  tags     = { team = "a" }
}

resource "aws_lambda_function" "web" {
  function_name = "web"
  role          = aws_iam_role.web.arn
  handler       = "bootstrap"
  runtime       = "provided.al2023"
  memory_size   = 3008
  timeout       = 900
  filename      = "web.zip"
  tags          = local.tags

  environment {
    variables = {
      LOG_LEVEL = "debug"
    }
  }

  tracing_config {
    mode = "Active"
  }

  ephemeral_storage {
    size = 1024
  }
}

resource "aws_lambda_function_url" "web" {
  function_name      = aws_lambda_function.web.function_name
  authorization_type = "NONE"
}

resource "aws_cloudwatch_log_group" "web" {
  name              = "/aws/lambda/${aws_lambda_function.web.function_name}"
  retention_in_days = 14
}

resource "aws_iam_role" "web" {
  assume_role_policy = "{}"
}

resource "aws_dynamodb_table" "orders" {
  name         = local.name
  billing_mode = var.mode
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "users" {
  name           = local.circular
  read_capacity  = 20
  write_capacity = 5
  hash_key       = "id"

  global_secondary_index {
    name           = "by"
    read_capacity  = 10
    write_capacity = 5
  }
  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_dynamodb_table" "open" {
  billing_mode = var.unset
}
