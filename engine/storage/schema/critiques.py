"""Critiques, and the consents they need."""
