"""Laws are searched for counterexamples among the same examples every time: a run of the tests can be repeated."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
