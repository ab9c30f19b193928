"""Many runs: what is run, where, how it is stored, and what it says."""
