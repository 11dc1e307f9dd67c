"""The model's weights and the arithmetic on them: loading, eight bits, layers, attention."""
