"""agex: typed Python functions that a language model implements at call time."""
