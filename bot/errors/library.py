"""Why a work cannot be given, withdrawn or used, in words."""
