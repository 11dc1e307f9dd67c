"""Use cases of the library: works, consents, training jobs, voices."""
