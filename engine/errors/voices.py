"""What the training and use of a server's voice refuses, and how it fails."""
