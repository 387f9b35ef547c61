"""What Python programs do, run in plain CPython and in a session, which must not differ."""
