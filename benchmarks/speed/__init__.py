"""How fast agent code runs: small programs under full guards beside plain ``exec``.

``python -m benchmarks.speed`` measures and prints; ``--write`` also keeps the table in
``benchmarks/results/``.
"""
