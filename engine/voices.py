"""Which adapter writes for a server, ready on the model server."""
