"""Floats in lists: planets that attract each other, a symplectic step at a time."""

START = [
    ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.478),
    ([4.841, -1.160, -0.103], [0.606, 2.811, -0.025], 0.0377),
    ([8.343, 4.124, -0.403], [-1.010, 1.825, 0.008], 0.0113),
    ([12.894, -15.111, -0.223], [1.082, 0.868, -0.010], 0.0017),
    ([15.379, -25.919, 0.179], [0.979, 0.594, -0.034], 0.0020),
]


def advance(bodies, pairs, dt, steps):
    for _ in range(steps):
        for (p, v, m), (q, w, n) in pairs:
            dx = p[0] - q[0]
            dy = p[1] - q[1]
            dz = p[2] - q[2]
            mag = dt * (dx * dx + dy * dy + dz * dz) ** -1.5
            pull = n * mag
            v[0] -= dx * pull
            v[1] -= dy * pull
            v[2] -= dz * pull
            push = m * mag
            w[0] += dx * push
            w[1] += dy * push
            w[2] += dz * push
        for r, (vx, vy, vz), _mass in bodies:
            r[0] += dt * vx
            r[1] += dt * vy
            r[2] += dt * vz


def energy(bodies, pairs):
    total = 0.0
    for (x1, y1, z1), _v, m1 in [(b[0], b[1], b[2]) for b in bodies]:
        total += 0.5 * m1 * (x1 + y1 + z1)
    for (p, _v, m), (q, _w, n) in pairs:
        total -= m * n / ((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 + (p[2] - q[2]) ** 2) ** 0.5
    return total


def run(steps):
    bodies = [(list(p), list(v), m) for p, v, m in START]
    pairs = [(bodies[i], bodies[j]) for i in range(5) for j in range(i + 1, 5)]
    advance(bodies, pairs, 0.01, steps)
    return energy(bodies, pairs)


# --- timed ---
checksum = run(6000)
