"""The parts of ``benchmarks/compat.py``: CPython's own tests of the language, run as agent code."""
