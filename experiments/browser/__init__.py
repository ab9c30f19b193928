"""The page that ``concord view`` serves: two institutions, one future, side by side."""
