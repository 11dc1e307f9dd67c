"""What the library of works refuses."""
