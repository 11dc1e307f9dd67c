"""Reading files that members hand in, within limits."""
