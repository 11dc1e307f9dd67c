"""LoRA adapters: read, checked, held in slots, and multiplied beside each other."""
