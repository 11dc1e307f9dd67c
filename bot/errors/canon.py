"""Why canon refuses, in words."""
