"""From a design to stored rows."""
