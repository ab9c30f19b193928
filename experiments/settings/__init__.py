"""From what the user typed to what a command runs."""
