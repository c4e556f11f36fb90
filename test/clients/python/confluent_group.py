"""A consumer of a group until its input ends: confluent_group.py BOOTSTRAP GROUP TOPIC PROTOCOL. Tells what it is given, gives
up and reads, a line each. A topic that begins with ^ is a regular expression."""

import select
import sys

from confluent_kafka import Consumer

bootstrap, group, topic, protocol = sys.argv[1:5]
owned: set[tuple[str, int]] = set()


def tell(*words: object) -> None:
    print(*words, flush=True)


def assigned(_consumer: Consumer, partitions: list) -> None:
    owned.update((each.topic, each.partition) for each in partitions)
    tell("owns", len(owned))


def revoked(_consumer: Consumer, partitions: list) -> None:
    owned.difference_update((each.topic, each.partition) for each in partitions)
    tell("owns", len(owned))


consumer = Consumer(
    {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "group.protocol": protocol,
        "auto.offset.reset": "earliest",
        "reconnect.backoff.max.ms": 500,
    }
)
consumer.subscribe([topic], on_assign=assigned, on_revoke=revoked, on_lost=revoked)
while not select.select([sys.stdin], [], [], 0)[0]:
    message = consumer.poll(0.1)
    if message is not None and not message.error():
        tell("read", message.value().decode())
consumer.close()
