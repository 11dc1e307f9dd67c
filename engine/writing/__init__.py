"""Use cases of writing together."""
