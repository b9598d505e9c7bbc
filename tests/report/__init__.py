"""Tests of the report: what people see."""
