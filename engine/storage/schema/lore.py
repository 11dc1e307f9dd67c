"""Lorebooks and their entries."""
