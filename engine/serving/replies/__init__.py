"""From tokens to text that can be shown: whole characters, stop strings, bans, log-probs."""
