const BATCH = 500;
/** Three milliseconds apart, so that a million records are 50 windows of a minute. */
const START_MS = Date.UTC(2024, 0, 1);
const EVENTS = ['click', 'view', 'cart', 'buy', 'leave'];

/** Records of about 190 bytes with five fields of JSON, of 10,000 users. */
export async function fill(broker, topic, records) {
  for (let at = 0; at < records; at += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, records - at) }, (_, i) => {
      const n = at + i;
      const user = (n * 7919) % 10_000;
      const value = {
        user_id: `user-${String(user).padStart(5, '0')}`,
        event: EVENTS[n % EVENTS.length],
        amount: (n % 1000) / 4,
        page: `/products/category-${n % 50}/item-${n % 1000}`,
        session: `session-${String(n % 99_991).padStart(12, '0')}-0123456789abcdef`,
      };
      const key = `user-${String(user).padStart(5, '0')}`;
      return { key, timestampMs: START_MS + n * 3, value: JSON.stringify(value) };
    });
    await broker.produceBatch(topic, messages);
  }
}
