"""Ratings and the hygiene of untrusted text."""
