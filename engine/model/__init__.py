"""The client half of the protocol that is spoken with the model server."""
