variable "private" {
  default = true
}

resource "aws_secretsmanager_secret" "a" {
  for_each = toset(["x", "y"])
  name     = each.key
}

resource "aws_eip" "b" {
  count = var.private ? 0 : 1
}
