resource "aws_cloudwatch_log_group" "shop" {
  name              = "/aws/lambda/${aws_lambda_function.shop.function_name}"
  retention_in_days = 14
}
