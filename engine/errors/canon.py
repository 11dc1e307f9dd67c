"""What canon refuses."""
