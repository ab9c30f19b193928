"""Why a state got its money, told from one run."""
