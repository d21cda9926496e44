# zerobill:allow nat-gateway the office pays for it
resource "aws_nat_gateway" "a" {
  subnet_id     = "s"
  allocation_id = "a"
}

resource "aws_nat_gateway" "b" {
  subnet_id     = "s"
  allocation_id = "a"
}
