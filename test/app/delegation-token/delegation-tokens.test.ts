import { beforeEach, describe, expect, it } from 'vitest';
import { createDelegationTokenHandler } from '../../../src/adapters/kafka/handlers/create-delegation-token.ts';
import { describeDelegationTokenHandler } from '../../../src/adapters/kafka/handlers/describe-delegation-token.ts';
import { expireDelegationTokenHandler } from '../../../src/adapters/kafka/handlers/expire-delegation-token.ts';
import { renewDelegationTokenHandler } from '../../../src/adapters/kafka/handlers/renew-delegation-token.ts';
import type {
  RequestContext,
  RequestHandler,
} from '../../../src/adapters/kafka/request-handler.ts';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { systemRandom } from '../../../src/adapters/node/system-random.ts';
import { systemTokenMac } from '../../../src/adapters/node/system-token-mac.ts';
import { DelegationTokenService } from '../../../src/app/services/delegation-token/delegation-token-service.ts';
import { ERROR_CODES, type ErrorName } from '../../../src/domain/error-code.ts';
import { ManualTimer } from '../data-path/fakes.ts';
import { openCatalog, quietLogger } from '../topic/topic-fakes.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of four APIs
type Answer = any;

let nowMs = 0;
let timer: ManualTimer;
let service: DelegationTokenService;

async function open(secretKey: string | null = 'secret'): Promise<DelegationTokenService> {
  nowMs = 1_000_000;
  timer = new ManualTimer();
  service = new DelegationTokenService({
    catalog: await openCatalog(new MemoryLogStore()),
    ...{ clock: { nowMs: () => nowMs }, timer, random: systemRandom, mac: systemTokenMac },
    ...{ logger: quietLogger, secretKey, expiryCheckIntervalMs: 3_600_000 },
    limits: { maxLifetimeMs: 10_000n, expiryTimeMs: 1_000n },
  });
  return service;
}

async function ask(handler: RequestHandler, principal: string, request: object): Promise<Answer> {
  const context = { principal, apiVersion: 3 } as RequestContext;
  return handler.handle(request as never, context);
}

const create = (principal: string, more: object = {}): Promise<Answer> =>
  ask(createDelegationTokenHandler({ tokens: service }), principal, {
    ...{ ownerPrincipalType: null, ownerPrincipalName: null, maxLifetimeMs: -1n },
    renewers: [{ principalType: 'User', principalName: 'renewer' }],
    ...more,
  });
const renew = (principal: string, hmac: Uint8Array, renewPeriodMs = 500n): Promise<Answer> =>
  ask(renewDelegationTokenHandler({ tokens: service }), principal, { hmac, renewPeriodMs });
const expire = (principal: string, hmac: Uint8Array, period = -1n): Promise<Answer> =>
  ask(expireDelegationTokenHandler({ tokens: service }), principal, {
    ...{ hmac, expiryTimePeriodMs: period },
  });
const list = async (principal: string, owners: object[] | null = null): Promise<Answer[]> =>
  (await ask(describeDelegationTokenHandler({ tokens: service }), principal, { owners })).tokens;
const code = (name: ErrorName): number => ERROR_CODES[name].code;

describe('delegation tokens', () => {
  beforeEach(() => open());

  it('are made, seen, renewed and ended', async () => {
    const made = await create('User:alice');
    expect(made).toMatchObject({
      ...{ errorCode: 0, principalType: 'User', principalName: 'alice' },
      ...{ tokenRequesterPrincipalName: 'alice', issueTimestampMs: 1_000_000n },
      ...{ expiryTimestampMs: 1_001_000n, maxTimestampMs: 1_010_000n },
    });
    // What Kafka proves a token by: anybody with the key can compute it.
    expect(made.hmac).toEqual(systemTokenMac.hmacSha512('secret', made.tokenId));
    expect(await list('User:alice')).toMatchObject([{ tokenId: made.tokenId, hmac: made.hmac }]);
    expect(await list('User:renewer')).toHaveLength(1);
    expect(await list('User:mallory')).toEqual([]);
    expect(await renew('User:renewer', made.hmac)).toMatchObject({
      ...{ errorCode: 0, expiryTimestampMs: 1_000_500n },
    });
    expect(await list('User:alice')).toMatchObject([{ expiryTimestamp: 1_000_500n }]);
    expect((await expire('User:alice', made.hmac)).errorCode).toBe(0);
    expect(await list('User:alice')).toEqual([]);
    expect((await renew('User:alice', made.hmac)).errorCode).toBe(
      code('DELEGATION_TOKEN_NOT_FOUND'),
    );
  });

  it('are made for others, who own them', async () => {
    const owner = { ownerPrincipalType: 'User', ownerPrincipalName: 'bob' };
    const made = await create('User:alice', owner);
    expect(made).toMatchObject({ principalName: 'bob', tokenRequesterPrincipalName: 'alice' });
    const owners = [{ principalType: 'User', principalName: 'bob' }];
    expect(await list('User:bob', owners)).toHaveLength(1);
    expect(await list('User:alice', [{ principalType: 'User', principalName: 'eve' }])).toEqual([]);
  });

  it('are no business of others', async () => {
    const { hmac } = await create('User:alice');
    const mismatch = code('DELEGATION_TOKEN_OWNER_MISMATCH');
    expect((await renew('User:mallory', hmac)).errorCode).toBe(mismatch);
    expect((await expire('User:mallory', hmac)).errorCode).toBe(mismatch);
    const none = code('DELEGATION_TOKEN_NOT_FOUND');
    expect((await renew('User:alice', new Uint8Array(64))).errorCode).toBe(none);
    expect((await renew('User:alice', new Uint8Array(3))).errorCode).toBe(none);
  });

  it('end, and are removed after that', async () => {
    const { hmac } = await create('User:alice');
    service.start();
    nowMs += 1_001;
    expect((await renew('User:alice', hmac)).errorCode).toBe(code('DELEGATION_TOKEN_EXPIRED'));
    timer.fire();
    await expect.poll(() => list('User:alice')).toEqual([]);
    expect(timer.pending.size).toBe(1);
    service.close();
  });

  it('are refused to who did not say who he is', async () => {
    const refused = code('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED');
    expect((await create('User:ANONYMOUS')).errorCode).toBe(refused);
    expect((await renew('User:ANONYMOUS', new Uint8Array(64))).errorCode).toBe(refused);
    const renewers = [{ principalType: 'Group', principalName: 'g' }];
    const type = code('INVALID_PRINCIPAL_TYPE');
    expect((await create('User:alice', { renewers })).errorCode).toBe(type);
  });
});

it('are refused where the broker has no key for them', async () => {
  await open(null);
  const disabled = code('DELEGATION_TOKEN_AUTH_DISABLED');
  expect((await create('User:alice')).errorCode).toBe(disabled);
  expect((await renew('User:alice', new Uint8Array(64))).errorCode).toBe(disabled);
});
