"""The commands: each asks the model one question; what they share lies beside them."""
