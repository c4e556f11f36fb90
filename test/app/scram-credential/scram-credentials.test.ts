import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { systemScramHash } from '../../../src/adapters/node/system-scram-hash.ts';
import { ScramCredentialService } from '../../../src/app/services/scram-credential/scram-credential-service.ts';
import type { ScramUpsertion } from '../../../src/domain/scram-credential/alter-scram-credentials.ts';
import { metadataRecordsOf } from '../../../src/domain/topic/cluster-metadata-records.ts';
import type { ScramHash } from '../../../src/ports/scram-hash.ts';
import { openCatalog } from '../topic/topic-fakes.ts';

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
/** The user of RFC 7677, section 3; the keys are from Kafka's own formatter. */
const SALT = bytes('W22ZaJ0SNY7soEsUEjb6gQ==');
const RFC_USER: ScramUpsertion = {
  ...{ user: 'user', mechanism: 'SCRAM-SHA-256', iterations: 4096, salt: SALT },
  saltedPassword: bytes('xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0='),
};
const KEPT = {
  ...{ user: 'user', mechanism: 'SCRAM-SHA-256', iterations: 4096, salt: SALT },
  storedKey: bytes('WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY='),
  serverKey: bytes('wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='),
};
const asBytes = (value: object | undefined): object =>
  Object.fromEntries(
    Object.entries(value ?? {}).map(([name, item]) => [
      name,
      item instanceof Uint8Array ? new Uint8Array(item) : item,
    ]),
  );

describe('the service of SCRAM credentials', () => {
  it('keeps what a server needs of a salted password, over a restart too, and nothing else', async () => {
    const store = new MemoryLogStore();
    const catalog = await openCatalog(store);
    const service = new ScramCredentialService({ catalog, hash: systemScramHash });
    const results = await service.alter({ deletions: [], upsertions: [RFC_USER] });
    expect(results).toEqual([{ user: 'user' }]);
    const [kept] = catalog.metadata.scramCredentials.values();
    expect(asBytes(kept)).toEqual(KEPT);

    const again = await openCatalog(store);
    expect(again.metadata.scramCredentials.size).toBe(1);
    expect(asBytes([...again.metadata.scramCredentials.values()][0])).toEqual(KEPT);
    const told = new ScramCredentialService({ catalog: again, hash: systemScramHash });
    expect(told.describe(null)).toEqual([
      { user: 'user', credentials: [{ mechanism: 'SCRAM-SHA-256', iterations: 4096 }] },
    ]);
    const deletion = { user: 'user', mechanism: 'SCRAM-SHA-256' } as const;
    await told.alter({ deletions: [deletion], upsertions: [] });
    expect((await openCatalog(store)).metadata.scramCredentials.size).toBe(0);
  });

  it('decides anew when another change came in between, on keys it has', async () => {
    const catalog = await openCatalog(new MemoryLogStore());
    let asked = 0;
    const hash: ScramHash = {
      hash: (...args) => systemScramHash.hash(...args),
      hmac: (...args) => {
        asked += 1;
        return systemScramHash.hmac(...args);
      },
    };
    const service = new ScramCredentialService({ catalog, hash });
    const change = (user: string) =>
      service.alter({ deletions: [], upsertions: [{ ...RFC_USER, user }] });
    await Promise.all([change('a'), change('b'), change('c')]);
    expect(catalog.metadata.scramCredentials.size).toBe(3);
    // Client Key and Server Key of each.
    expect(asked).toBe(6);
  });

  it('writes no secret but the keys', async () => {
    const catalog = await openCatalog(new MemoryLogStore());
    const service = new ScramCredentialService({ catalog, hash: systemScramHash });
    await service.alter({ deletions: [], upsertions: [RFC_USER] });
    const written = [...metadataRecordsOf(catalog.metadata)].flatMap((record) =>
      record.kind === 'scramCredential' ? Object.values(record.credential) : [],
    );
    const secret = Buffer.from(RFC_USER.saltedPassword).toString('base64');
    expect(written).toHaveLength(6);
    for (const value of written) {
      if (value instanceof Uint8Array)
        expect(Buffer.from(value).toString('base64')).not.toBe(secret);
    }
  });
});
