"""Whether what a story told long ago is in the prompt when it is asked for."""
