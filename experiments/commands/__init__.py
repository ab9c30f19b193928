"""The commands, one file each; the first line of a file says what the command answers."""
