resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_eip" "nat" {
  count  = 2
  domain = "vpc"
}

resource "aws_nat_gateway" "nat" {
  count         = 2
  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = "s"
}

resource "aws_nat_gateway" "off" {
  count     = var.mode == "PROVISIONED" ? 1 : 0
  subnet_id = "s"
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
}

module "inner" {
  source  = "./inner"
  private = false
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.us-east-1.s3"
}

resource "random_id" "a" {
  byte_length = 4
}

resource "google_storage_bucket" "b" {
  name = "b"
}

resource "aws_frobnicator" "c" {}
