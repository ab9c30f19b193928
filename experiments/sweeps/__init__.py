"""A design of points over parameters, several institutions through the same futures at each."""
