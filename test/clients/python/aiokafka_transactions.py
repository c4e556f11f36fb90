"""aiokafka in transactions: copies a topic with the offsets in the transaction, every third one aborted; a producer is fenced by
the next of its transactional id."""
import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced

RECORDS = 60


async def main(bootstrap: str, prefix: str) -> None:
    source, target, group = f"{prefix}-source", f"{prefix}-target", f"{prefix}-group"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=2, replication_factor=1) for name in (source, target)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as plain:
        for number in range(RECORDS):
            await plain.send_and_wait(source, b"%d" % number, partition=number % 2)

    await copy(bootstrap, source, target, group)
    expected = [b"done-%d" % number for number in range(RECORDS)]
    assert sorted(await read(bootstrap, target, "read_committed", RECORDS)) == sorted(expected)
    everything = await read(bootstrap, target, "read_uncommitted", RECORDS + 1)
    assert any(value.startswith(b"never") for value in everything), everything
    await fenced(bootstrap, target)
    seen = await read(bootstrap, target, "read_committed", RECORDS + 1)
    assert sorted(seen) == sorted([*expected, b"after"]), seen


async def copy(bootstrap: str, source: str, target: str, group: str) -> None:
    consumer = AIOKafkaConsumer(
        source, bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest",
        enable_auto_commit=False, isolation_level="read_committed", max_poll_records=10,
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"{target}-copier")
    await consumer.start()
    await producer.start()
    done, round_number = 0, 0
    while done < RECORDS:
        batches = await asyncio.wait_for(consumer.getmany(timeout_ms=1000), 30)
        if not batches:
            continue
        offsets = {partition: messages[-1].offset + 1 for partition, messages in batches.items()}
        messages = [message for batch in batches.values() for message in batch]
        round_number += 1
        if round_number % 3 == 1:
            await producer.begin_transaction()
            for message in messages:
                await producer.send_and_wait(target, b"never-" + message.value)
            await producer.send_offsets_to_transaction(offsets, group)
            await producer.abort_transaction()
        async with producer.transaction():
            for message in messages:
                await producer.send(target, b"done-" + message.value)
            await producer.send_offsets_to_transaction(offsets, group)
        done += len(messages)
    await producer.stop()
    await consumer.stop()


async def read(bootstrap: str, topic: str, isolation: str, at_least: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level=isolation, auto_offset_reset="earliest")
    await consumer.start()
    partitions = [TopicPartition(topic, number) for number in range(2)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    seen: list[bytes] = []
    while len(seen) < at_least:
        batches = await asyncio.wait_for(consumer.getmany(timeout_ms=1000), 30)
        seen.extend(message.value for batch in batches.values() for message in batch)
    await consumer.stop()
    return seen


async def fenced(bootstrap: str, topic: str) -> None:
    first = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"{topic}-twice")
    second = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"{topic}-twice")
    await first.start()
    await first.begin_transaction()
    await first.send_and_wait(topic, b"zombie")
    await second.start()
    try:
        await first.commit_transaction()
    except ProducerFenced:
        pass
    else:
        raise AssertionError("a fenced producer committed")
    async with second.transaction():
        await second.send_and_wait(topic, b"after")
    await first.stop()
    await second.stop()


asyncio.run(main(*sys.argv[1:]))
print("ok")
