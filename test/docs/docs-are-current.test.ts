import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONFIG_TABLE } from '../../src/domain/config/config-table.ts';

interface Scripts {
  configurationDocument(): string;
  protocolSupportDocument(): string;
  readonly KAFKA_DEFAULTS: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
}

interface KafkaKey {
  readonly name: string;
  readonly default?: string | null;
}

const root = new URL('../../', import.meta.url);
const scripts: Scripts = {
  ...(await import(new URL('scripts/docs/configuration.mjs', root).href)),
  ...(await import(new URL('scripts/docs/protocol-support.mjs', root).href)),
};

describe('generated documents', () => {
  it.each([
    ['docs/configuration.md', scripts.configurationDocument],
    ['docs/protocol-support.md', scripts.protocolSupportDocument],
  ])('%s says what the program does; if not, run: npm run docs', (path, generate) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(generate());
  });
});

const kafkaConfigs = fileURLToPath(new URL('../shared/protocol/configs/', root));

describe.skipIf(!existsSync(kafkaConfigs))("Kafka's own tables, where they are at hand", () => {
  it.each(['broker', 'topic'] as const)('differ in the %s defaults that are told', (scope) => {
    const text = readFileSync(`${kafkaConfigs}${scope}.json`, 'utf8');
    const kafka = new Map((JSON.parse(text) as KafkaKey[]).map((key) => [key.name, key]));
    const told = scripts.KAFKA_DEFAULTS[scope] ?? {};
    for (const [name, key] of CONFIG_TABLE[scope]) {
      const known = kafka.get(name);
      const inKafka = known === undefined ? undefined : (known.default ?? null);
      if (inKafka === key.default) expect(told, name).not.toHaveProperty([name]);
      else expect({ [name]: told[name] }).toEqual({ [name]: inKafka });
    }
  });
});
