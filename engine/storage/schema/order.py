"""Turn rules, players and what moves the order."""
