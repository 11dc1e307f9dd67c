"""What authors are asked, in versions: one file a version and language, never changed again.

A new wording is a new version: the record of a consent names the version that its author read.
"""
