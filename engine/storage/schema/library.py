"""Works, their authors and consents."""
