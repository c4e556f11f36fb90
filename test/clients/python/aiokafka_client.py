"""aiokafka with its defaults: topic, produce (plain and idempotent), group consume, commit."""
import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

RECORDS = 300


async def main(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    for idempotent in (False, True):
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=idempotent, compression_type="gzip")
        await producer.start()
        sends = [
            await producer.send(topic, key=b"key-%d" % n, value=b"value-%d" % n, headers=[("number", b"%d" % n)])
            for n in range(RECORDS)
        ]
        await asyncio.gather(*sends)
        await producer.stop()
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=f"{topic}-group",
        auto_offset_reset="earliest", enable_auto_commit=False,
    )
    await consumer.start()
    seen: dict[bytes, int] = {}
    while sum(seen.values()) < 2 * RECORDS:
        message = await asyncio.wait_for(consumer.getone(), 30)
        assert message.value == b"value-" + message.headers[0][1]
        seen[message.value] = seen.get(message.value, 0) + 1
    await consumer.commit()
    offsets = [await consumer.committed(partition) for partition in consumer.assignment()]
    assert sum(offset or 0 for offset in offsets) == 2 * RECORDS, offsets
    await consumer.stop()
    groups = await admin.list_consumer_groups()
    assert any(group[0] == f"{topic}-group" for group in groups), groups
    await admin.delete_topics([topic])
    await admin.close()


asyncio.run(main(*sys.argv[1:]))
print("ok")
