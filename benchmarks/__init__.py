"""Measurements: how right the arithmetic is, and how fast. Never part of the tests."""
