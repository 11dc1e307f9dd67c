"""Why a voice cannot be trained or used, in words."""
