"""The training processes: they are started, never imported."""
