"""Everything of Scriptorium that would survive a move away from Discord."""
