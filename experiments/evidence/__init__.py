"""Why, how surely and when not: what stands behind the mean difference between joint and siloed ways."""
