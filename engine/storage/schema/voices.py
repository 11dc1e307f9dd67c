"""Training jobs, adapters, comparisons, and the voice of each server."""
