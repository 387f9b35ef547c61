"""Objects that schedule each other: tasks with queues, states and inheritance, an operating system in small."""


class Packet:
    def __init__(self, kind, payload):
        self.link = None
        self.kind = kind
        self.payload = payload


class Queue:
    def __init__(self):
        self.head = None
        self.tail = None
        self.length = 0

    def put(self, packet):
        packet.link = None
        if self.tail is None:
            self.head = packet
        else:
            self.tail.link = packet
        self.tail = packet
        self.length += 1

    def take(self):
        packet = self.head
        if packet is None:
            return None
        self.head = packet.link
        if self.head is None:
            self.tail = None
        self.length -= 1
        return packet


class Job:
    def __init__(self, scheduler, name):
        self.scheduler = scheduler
        self.name = name
        self.queue = Queue()
        self.handled = 0
        self.waiting = False

    def is_ready(self):
        return not self.waiting and self.queue.length > 0

    def step(self):
        packet = self.queue.take()
        self.handled += 1
        self.handle(packet)

    def handle(self, packet):
        raise NotImplementedError


class Worker(Job):
    def __init__(self, scheduler, name):
        super().__init__(scheduler, name)
        self.counter = 0

    def handle(self, packet):
        for value in range(4):
            self.counter = (self.counter + packet.payload + value) % 26
        packet.payload = self.counter + 1
        self.scheduler.send("device" if self.handled % 3 else "handler", packet)


class Device(Job):
    def handle(self, packet):
        packet.kind = 1 - packet.kind
        self.scheduler.send("handler", packet)
        if self.handled % 5 == 0:
            self.waiting = True
            self.scheduler.hold(self)


class Handler(Job):
    def handle(self, packet):
        if packet.kind:
            packet.payload += 1
        self.scheduler.send("worker", packet)


class Scheduler:
    def __init__(self):
        self.jobs = {}
        self.held = []
        self.ticks = 0

    def add(self, job):
        self.jobs[job.name] = job

    def send(self, name, packet):
        self.jobs[name].queue.put(packet)

    def hold(self, job):
        self.held.append(job)

    def run(self, ticks):
        while self.ticks < ticks:
            for job in self.jobs.values():
                if job.is_ready():
                    job.step()
                self.ticks += 1
            if self.held and self.ticks % 2 == 0:
                self.held.pop().waiting = False


def simulate(ticks):
    scheduler = Scheduler()
    scheduler.add(Worker(scheduler, "worker"))
    scheduler.add(Device(scheduler, "device"))
    scheduler.add(Handler(scheduler, "handler"))
    for i in range(6):
        scheduler.send("worker", Packet(i % 2, i))
    scheduler.run(ticks)
    return [job.handled for job in scheduler.jobs.values()]


# --- timed ---
checksum = simulate(45_000)
