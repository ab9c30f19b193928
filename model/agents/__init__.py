"""The Mesa agents: each decides by its own methods, and each method is one rule applied to its own state."""
