"""Encryption in transit that a policy or a parameter group decides is a trait of what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.read import read

POLICY = """
resource "aws_s3_bucket" "b" { bucket = "acme-models" }
resource "aws_s3_bucket_policy" "p" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Principal = { AWS = "111122223333" }, Resource = "*" },
    %s
  ] })
}
"""
DENY = '{ Effect = "Deny", Action = "s3:*", Principal = "*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = %s } } }'


@pytest.mark.parametrize("written", ['"false"', "false", '["false"]'])
def test_a_policy_that_denies_plain_requests_makes_a_bucket_tls_only(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, POLICY % (DENY % written))["aws_s3_bucket.b"]["tls"].raw is True


def test_nothing_is_claimed_of_a_bucket_without_such_a_statement(tmp_path: Path) -> None:
    assert read(tmp_path, POLICY % "")["aws_s3_bucket.b"]["tls"].is_absent


GROUP = """
resource "%(group)s" "g" {
  name   = "strict"
  family = "any"
  parameter {
    name  = "%(name)s"
    value = "%(value)s"
  }
}
resource "%(database)s" "d" {
  %(argument)s = %(group)s.g.name
}
"""
RDS = ("aws_db_instance", "parameter_group_name", "aws_db_parameter_group")
AURORA = ("aws_rds_cluster", "db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group")
DOCDB = ("aws_docdb_cluster", "db_cluster_parameter_group_name", "aws_docdb_cluster_parameter_group")
REDSHIFT = ("aws_redshift_cluster", "cluster_parameter_group_name", "aws_redshift_parameter_group")


@pytest.mark.parametrize(
    ("types", "name", "value", "tls"),
    [
        (RDS, "rds.force_ssl", "1", True),
        (RDS, "rds.force_ssl", "0", False),
        (AURORA, "require_secure_transport", "ON", True),
        (DOCDB, "tls", "disabled", False),
        (REDSHIFT, "require_ssl", "true", True),
    ],
)
def test_a_parameter_group_decides_for_its_database(
    tmp_path: Path, types: tuple[str, str, str], name: str, value: str, tls: bool
) -> None:
    database, argument, group = types
    given = {"database": database, "argument": argument, "group": group, "name": name, "value": value}
    assert read(tmp_path, GROUP % given)[f"{database}.d"]["tls"].raw is tls


def test_document_db_refuses_plain_connections_by_itself(tmp_path: Path) -> None:
    tls = read(tmp_path, 'resource "aws_docdb_cluster" "d" {}\n')["aws_docdb_cluster.d"]["tls"]
    assert (tls.raw, tls.default) == (True, True)


TEMPLATE = """
Resources:
  G:
    Type: AWS::RDS::DBParameterGroup
    Properties: {Description: d, Family: postgres14, Parameters: {rds.force_ssl: 1}}
  D:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, DBParameterGroupName: !Ref G}
"""


def test_a_parameter_group_of_a_template_as_well(tmp_path: Path) -> None:
    assert read(tmp_path, TEMPLATE, "template.yaml")["D"]["tls"].raw is True
