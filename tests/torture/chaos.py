"""What is done to whom, and when: a list that the seed decides before anything is started.

The machine decides what that meets, so the same seed makes the same troubles, not the same end.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    after_acks: int      # how many more reports are acknowledged before it
    kind: str  # kill_hub, kill_starting_hub, kill_database, kill_workers, connection, database_link
    how: str = ""
    amount: float = 0.0
    which: float = 0.0   # of the connections: 0 the oldest, 1 the newest
    direction: str = "up"


def schedule(random, hub_kills, database_kills, worker_kills, cuts, database_has_server):
    """All troubles in their order. A store without a server dies with the hub, which is then killed
    while it writes. A hub that is killed while it starts is killed twice."""
    left = hub_kills if database_has_server else max(0, hub_kills - database_kills)
    starting, committing = left // 5, left // 4
    troubles = [_kill_of_database(random, database_has_server) for _ in range(database_kills)]
    troubles += [Trouble(_acks(random), "kill_starting_hub", amount=random.random() * 0.4)
                 for _ in range(starting)]
    troubles += [Trouble(_acks(random), "kill_hub", "in a commit", random.uniform(0.05, 0.4))
                 for _ in range(committing)]
    troubles += [Trouble(_acks(random), "kill_hub") for _ in range(left - 2 * starting - committing)]
    troubles += [Trouble(_acks(random), "kill_workers") for _ in range(worker_kills)]
    troubles += [_of_connection(random, "connection") for _ in range(cuts)]
    if database_has_server:
        troubles += [_of_connection(random, "database_link") for _ in range(cuts // 4)]
    random.shuffle(troubles)
    return troubles


def _kill_of_database(random, has_server):
    if not has_server:
        return Trouble(_acks(random), "kill_hub", "while it wrote")
    how = random.choice(["immediate", "kill", "kill", "backend"])
    return Trouble(_acks(random), "kill_database", how, random.random() * 1.5)


def _of_connection(random, kind):
    how = random.choice(["cut: close", "cut: reset", "cut: half", "delay", "throttle", "halves", "bytes",
                         "stall"])
    amount = {"cut: close": random.randrange(5000), "delay": random.random() * 0.3,
              "throttle": 10 ** random.uniform(3, 5)}.get(how, 0)
    return Trouble(random.randint(0, 50), kind, how, amount, random.random(),
                   random.choice(["up", "down"]))


def _acks(random):
    """Mostly few, now and then many."""
    return int(10 ** random.uniform(0, 3.3))
