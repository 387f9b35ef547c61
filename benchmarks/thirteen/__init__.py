"""Thirteen tasks of an ordinary week, each with what its result must be: see :mod:`.tasks`."""
