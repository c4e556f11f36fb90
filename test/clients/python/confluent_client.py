"""librdkafka through confluent-kafka: topic, idempotent and plain produce, group consume, commit, time look-up."""
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

RECORDS = 500


def main(bootstrap: str, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, 3, 1, config={"retention.ms": "3600000"})])[topic].result(30)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    configs = admin.describe_configs([resource])[resource].result(30)
    assert configs["retention.ms"].value == "3600000", configs["retention.ms"].value

    for settings in ({"compression.type": "lz4"}, {"enable.idempotence": True, "compression.type": "zstd"}):
        produce(bootstrap, topic, settings)

    consumer = Consumer({
        "bootstrap.servers": bootstrap,
        "group.id": f"{topic}-group",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    })
    consumer.subscribe([topic])
    seen: dict[bytes, int] = {}
    deadline = time.time() + 60
    while sum(seen.values()) < 2 * RECORDS and time.time() < deadline:
        message = consumer.poll(1.0)
        if message is None:
            continue
        assert message.error() is None, message.error()
        assert message.headers() == [("number", message.value().split(b"-")[1])], message.headers()
        seen[message.value()] = seen.get(message.value(), 0) + 1
    assert len(seen) == RECORDS and all(n == 2 for n in seen.values()), (len(seen), sum(seen.values()))
    consumer.commit(asynchronous=False)
    partitions = [TopicPartition(topic, p) for p in range(3)]
    committed = consumer.committed(partitions, timeout=30)
    assert sum(p.offset for p in committed) == 2 * RECORDS, committed
    start = consumer.offsets_for_times([TopicPartition(topic, p, 1) for p in range(3)], timeout=30)
    assert [p.offset for p in start] == [0, 0, 0], start
    consumer.close()
    groups = admin.list_consumer_groups().result(30)
    assert any(group.group_id == f"{topic}-group" for group in groups.valid)


def produce(bootstrap: str, topic: str, settings: dict) -> None:
    failures: list = []
    producer = Producer({"bootstrap.servers": bootstrap, **settings})
    for number in range(RECORDS):
        producer.produce(
            topic, key=f"key-{number}", value=f"value-{number}", headers=[("number", str(number).encode())],
            on_delivery=lambda error, _: failures.append(error) if error else None,
        )
        producer.poll(0)
    assert producer.flush(30) == 0
    assert not failures, failures


main(*sys.argv[1:])
print("ok")
