"""librdkafka through confluent-kafka: consume, transform, produce with the offsets in the same transaction; every third
transaction is aborted, and one producer is fenced by the next of its transactional id."""
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

RECORDS = 60
PER_TRANSACTION = 10


def main(bootstrap: str, prefix: str) -> None:
    source, target, group = f"{prefix}-source", f"{prefix}-target", f"{prefix}-group"
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.create_topics([NewTopic(source, 2, 1), NewTopic(target, 3, 1)]).values():
        future.result(30)
    plain = Producer({"bootstrap.servers": bootstrap})
    for number in range(RECORDS):
        plain.produce(source, value=str(number), partition=number % 2)
    assert plain.flush(30) == 0

    copy(bootstrap, source, target, group)
    committed = committed_offsets(bootstrap, group, source)
    assert committed == [RECORDS // 2, RECORDS // 2], committed
    seen = read(bootstrap, target, "read_committed", RECORDS)
    assert sorted(seen) == sorted(f"done-{number}" for number in range(RECORDS)), sorted(seen)
    everything = read(bootstrap, target, "read_uncommitted", RECORDS + 1)
    assert any(value.startswith("never") for value in everything), everything
    fenced(bootstrap, target)


def copy(bootstrap: str, source: str, target: str, group: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": f"{target}-copier", "linger.ms": 0})
    producer.init_transactions(30)
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "isolation.level": "read_committed",
    })
    consumer.subscribe([source])
    done, round_number, deadline = 0, 0, time.time() + 90
    while done < RECORDS:
        assert time.time() < deadline, f"{done} copied"
        batch = [m for m in consumer.consume(PER_TRANSACTION, 1.0) if m.error() is None]
        if not batch:
            continue
        round_number += 1
        if round_number % 3 == 1:
            producer.begin_transaction()
            for message in batch:
                producer.produce(target, value=f"never-{message.value().decode()}")
            producer.send_offsets_to_transaction(
                consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
            producer.flush(30)
            producer.abort_transaction(30)
        producer.begin_transaction()
        for message in batch:
            producer.produce(target, value=f"done-{message.value().decode()}")
        producer.send_offsets_to_transaction(
            consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
        producer.commit_transaction(30)
        done += len(batch)
    consumer.close()


def committed_offsets(bootstrap: str, group: str, topic: str) -> list[int]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    found = consumer.committed([TopicPartition(topic, p) for p in range(2)], timeout=30)
    consumer.close()
    return [partition.offset for partition in found]


def read(bootstrap: str, topic: str, isolation: str, at_least: int) -> list[str]:
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": f"{topic}-{isolation}-{at_least}", "auto.offset.reset": "earliest",
        "isolation.level": isolation, "enable.partition.eof": True,
    })
    consumer.subscribe([topic])
    seen: list[str] = []
    ended: set[int] = set()
    deadline = time.time() + 60
    while len(ended) < 3 and time.time() < deadline:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error() is None:
            seen.append(message.value().decode())
        elif message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
        else:
            raise KafkaException(message.error())
    consumer.close()
    assert len(seen) >= at_least, len(seen)
    return seen


def fenced(bootstrap: str, topic: str) -> None:
    settings = {"bootstrap.servers": bootstrap, "transactional.id": f"{topic}-twice"}
    first, second = Producer(settings), Producer(settings)
    first.init_transactions(30)
    first.begin_transaction()
    first.produce(topic, value="zombie")
    first.flush(30)
    second.init_transactions(30)
    try:
        first.commit_transaction(30)
    except KafkaException as error:
        assert error.args[0].fatal(), error
    else:
        raise AssertionError("a fenced producer committed")
    second.begin_transaction()
    second.produce(topic, value="after")
    second.commit_transaction(30)
    assert "zombie" not in read(bootstrap, topic, "read_committed", RECORDS + 1)


main(sys.argv[1], sys.argv[2])
print("ok")
