locals {
  env     = "prod"
  is_prod = local.env == "prod" && !var.small
  sizes   = { prod = 2, dev = 0 }
  names   = ["a", "b", "c"]
  tags    = merge({ team = "x" }, { env = local.env })
}

variable "small" {
  type    = bool
  default = false
}

variable "tiers" {
  default = ["Standard", "Advanced"]
}

variable "unset" {
  type = string
}

resource "aws_eip" "two" {
  count = local.is_prod ? local.sizes[local.env] : 9
}

resource "aws_eip" "five" {
  count = lookup(local.sizes, "none", 5)
}

resource "aws_eip" "none" {
  count = local.is_prod && length(local.names) > 3 ? 1 : 0
}

resource "aws_secretsmanager_secret" "each" {
  for_each = toset(concat(local.names, ["d"]))
  name     = "shop/${each.key}"
}

resource "aws_ssm_parameter" "first" {
  name = "a"
  type = "String"
  tier = var.tiers[0]
}

resource "aws_ssm_parameter" "second" {
  name = "b"
  type = "String"
  tier = coalesce(null, var.tiers[1])
}

resource "aws_ssm_parameter" "either" {
  name = "c"
  type = "String"
  tier = var.unset == "x" ? "Standard" : "Advanced"
}

resource "aws_lambda_function" "big" {
  function_name = "big-${local.env}"
  role          = "r"
  memory_size   = 1024 * 2
  timeout       = max(300, 900)
  tags          = local.tags

  dynamic "environment" {
    for_each = [1]
    content {
      variables = {
        LOG_LEVEL = upper("debug")
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "big" {
  name              = "/aws/lambda/big-${local.env}"
  retention_in_days = 14
}

resource "aws_cloudwatch_dashboard" "text" {
  dashboard_name = "a"
  dashboard_body = <<-EOT
    {"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/Lambda", "Errors", "FunctionName", "${aws_lambda_function.big.function_name}"]]}}]}
  EOT
}

data "aws_iam_policy_document" "ignored" {
  statement {
    actions = ["s3:*"]
  }
}

output "ignored" {
  value = aws_lambda_function.big.arn
}

variable "more" {
  type = map(string)
}

resource "aws_secretsmanager_secret" "not_known" {
  for_each = merge(var.more, {})
  name     = "not-known/${each.key}"
}

resource "aws_secretsmanager_secret" "one_of_two" {
  for_each = merge(var.unset == "x" ? { a = 1 } : {}, null)
  name     = "one-of-two/${each.key}"
}

resource "aws_eip" "overwritten" {
  count = merge({ count = 0 }, var.more).count
}

resource "aws_eip" "three" {
  count = merge(var.more, { count = 3 }).count
}

resource "aws_ssm_parameter" "not_empty" {
  name = "d"
  type = "String"
  tier = coalesce("", var.tiers[1])
}
