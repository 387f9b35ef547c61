"""Reads and writes of attributes on objects of one's own class."""


class Particle:
    def __init__(self, x, y):
        self.x = x
        self.y = y
        self.vx = 1.0
        self.vy = 0.5
        self.bounces = 0


def run(count, steps):
    particles = [Particle(float(i), float(i % 7)) for i in range(count)]
    for _ in range(steps):
        for p in particles:
            p.x += p.vx
            p.y += p.vy
            if p.x > 40.0:
                p.vx = -p.vx
                p.bounces += 1
            elif p.x < 0.0:
                p.vx = -p.vx
                p.bounces += 1
            if p.y > 20.0 or p.y < 0.0:
                p.vy = -p.vy
                p.bounces += 1
    return sum(p.x + p.y + p.bounces for p in particles)


# --- timed ---
checksum = run(60, 5000)
