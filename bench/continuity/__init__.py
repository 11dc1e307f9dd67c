"""The measure of the check of new passages against the canon."""
