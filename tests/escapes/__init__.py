"""What hostile code tries, by family, and the test that none of it works.

Each file in ``families/`` holds one family as a table of attacks; ``world`` builds the host they
are aimed at and judges what they got; ``plain`` shows that every attack works in plain CPython.
"""
