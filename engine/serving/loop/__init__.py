"""The generation loop: who is in it, in what order, what the cache keeps, and how it survives."""
