import type { Answer, Scenario } from '../scene.ts';

/** Here texts are compared too: tools print them, and `errorMessage` would only be told to be there. */
const withTexts = (value: Answer): Answer => {
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) =>
      name === 'errorMessage' ? ['text', item] : [name, withTexts(item)],
    ),
  );
};
const view = withTexts;

const ANY = 1;
const TOPIC = 2;
const LITERAL = 3;

const acls: Scenario = async (scene) => {
  for (let version = 1; version <= 3; version++) {
    const filter = (more: object = {}) => ({
      ...{ resourceTypeFilter: ANY, resourceNameFilter: null, patternTypeFilter: ANY },
      ...{ principalFilter: null, hostFilter: null, operation: ANY, permissionType: ANY },
      ...more,
    });
    const acl = (more: object = {}) => ({
      ...{ resourceType: TOPIC, resourceName: 'acls', resourcePatternType: LITERAL },
      ...{ principal: 'User:scene', host: '*', operation: 3, permissionType: 3 },
      ...more,
    });
    const describe = (step: string, more?: object) =>
      scene.ask(step, 'DescribeAcls', version, filter(more), { view });
    const create = (step: string, ...creations: object[]) =>
      scene.ask(step, 'CreateAcls', version, { creations }, { view });
    const remove = (step: string, ...filters: object[]) =>
      scene.ask(step, 'DeleteAcls', version, { filters }, { view });
    await describe('all');
    await describe('of a topic', { resourceTypeFilter: TOPIC, resourceNameFilter: 'acls' });
    await describe('unknown resource', { resourceTypeFilter: 0 });
    await describe('resource type 99', { resourceTypeFilter: 99 });
    await describe('unknown operation', { operation: 0 });
    await describe('unknown pattern', { patternTypeFilter: 0 });
    await describe('unknown permission', { permissionType: 0 });
    await create('one', acl());
    await create('two', acl(), acl({ principal: 'User:other' }));
    await create('nothing');
    await create('no principal', acl({ principal: '' }));
    await create('unknown resource', acl({ resourceType: 0 }));
    await create('any resource', acl({ resourceType: ANY }));
    await create('any pattern', acl({ resourcePatternType: ANY }));
    await create('unknown pattern', acl(), acl({ resourcePatternType: 0 }));
    await create('unknown operation', acl({ operation: 0 }));
    await create('operation 99', acl({ operation: 99 }));
    await create('unknown permission', acl({ permissionType: 0 }));
    await remove('one', filter());
    await remove('two', filter(), filter({ resourceTypeFilter: TOPIC }));
    await remove('nothing');
    await remove('unknown resource', filter({ resourceTypeFilter: 0 }));
    await remove('unknown pattern', filter({ patternTypeFilter: 0 }));
    await remove('unknown operation', filter({ operation: 0 }));
    await remove('unknown permission', filter({ permissionType: 0 }));
  }
};

const sasl: Scenario = async (scene) => {
  const authBytes = new TextEncoder().encode('\0scene\0secret');
  for (let version = 0; version <= 2; version++) {
    const ask = (step: string, bytes: Uint8Array) =>
      scene.ask(step, 'SaslAuthenticate', version, { authBytes: bytes }, { view });
    await ask('plain', authBytes);
    await ask('nothing', new Uint8Array());
    if (version === 2) continue;
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', '']) {
      await scene.ask(`handshake ${mechanism}`, 'SaslHandshake', version, { mechanism });
    }
    await ask('after the handshake', authBytes);
  }
};

const SHA_256 = 1;
const SHA_512 = 2;
const filled = (length: number) => new Uint8Array(length).fill(7);

/** Kafka keeps results in hash maps. */
const byUser = (answer: Answer): Answer =>
  withTexts({
    ...answer,
    results: [...answer.results]
      .sort((a: Answer, b: Answer) => (a.user < b.user ? -1 : 1))
      .map((result: Answer) => ({
        ...result,
        ...(result.credentialInfos && {
          credentialInfos: [...result.credentialInfos].sort(
            (a: Answer, b: Answer) => a.mechanism - b.mechanism,
          ),
        }),
      })),
  });

const scram: Scenario = async (scene) => {
  const upsertion = (name: string, more: object = {}) => ({
    ...{ name, mechanism: SHA_256, iterations: 4096, salt: filled(24), saltedPassword: filled(32) },
    ...more,
  });
  const deletion = (name: string, mechanism = SHA_256) => ({ name, mechanism });
  const alter = (step: string, upsertions: object[], deletions: object[] = []) =>
    scene.ask(
      step,
      'AlterUserScramCredentials',
      0,
      { deletions, upsertions },
      {
        view: byUser,
      },
    );
  const describe = (step: string, users: string[] | null) =>
    scene.ask(
      step,
      'DescribeUserScramCredentials',
      0,
      { users: users?.map((name) => ({ name })) ?? null },
      { view: byUser },
    );
  /** Kafka's broker hears of a change from its controller, a moment later. */
  const settled = async (users: number) => {
    for (let left = 100; left > 0; left--) {
      const answer: Answer = await scene.quietly('DescribeUserScramCredentials', 0, {
        users: null,
      });
      const infos = answer.results.flatMap((result: Answer) => result.credentialInfos);
      if (infos.length === users) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`there are not ${users} credentials`);
  };
  await describe('none yet', null);
  await describe('unknown', ['scram-none']);
  await alter('nothing', []);
  await alter('one', [upsertion('scram-a')]);
  await alter('another mechanism', [
    upsertion('scram-a', { mechanism: SHA_512, iterations: 8192, saltedPassword: filled(64) }),
  ]);
  await alter('two users', [upsertion('scram-b'), upsertion('scram-c', { iterations: 16_384 })]);
  await settled(4);
  await describe('all', null);
  await describe('all by an empty list', []);
  await describe('one', ['scram-a']);
  await describe('one of two unknown', ['scram-a', 'scram-none']);
  await describe('twice', ['scram-a', 'scram-a']);
  await describe('twice beside another', ['scram-a', 'scram-b', 'scram-a', 'scram-a']);
  await describe('an unknown twice', ['scram-none', 'scram-none']);
  await describe('empty name', ['']);
  await alter('changed', [upsertion('scram-b', { iterations: 5000 })]);
  await alter('unchanged', [upsertion('scram-c', { iterations: 16_384 })]);
  await alter('too few', [upsertion('scram-d', { iterations: 4095 })]);
  await alter('too few of the other', [
    upsertion('scram-d', { mechanism: SHA_512, iterations: 4095 }),
  ]);
  await alter('negative', [upsertion('scram-d', { iterations: -1 })]);
  await alter('too many', [upsertion('scram-d', { iterations: 16_385 })]);
  await alter('empty name', [upsertion('')]);
  await alter('empty name of a mechanism unknown', [upsertion('', { mechanism: 0 })]);
  await alter('unknown mechanism', [upsertion('scram-d', { mechanism: 0 })]);
  await alter('mechanism 9', [upsertion('scram-d', { mechanism: 9, iterations: 1 })]);
  await alter('mechanism -1', [upsertion('scram-d', { mechanism: -1 })]);
  await alter('one of two bad', [upsertion('scram-e'), upsertion('scram-d', { iterations: 1 })]);
  await alter('twice', [upsertion('scram-d'), upsertion('scram-d')]);
  await alter('two mechanisms of a user', [
    upsertion('scram-d'),
    upsertion('scram-d', { mechanism: SHA_512 }),
  ]);
  await alter('bad, then good', [upsertion('scram-d', { iterations: 1 }), upsertion('scram-d')]);
  await alter('good, then bad', [upsertion('scram-d'), upsertion('scram-d', { iterations: 1 })]);
  await alter('three times', [upsertion('scram-d'), upsertion('scram-d'), upsertion('scram-d')]);
  await alter('deleted and set', [upsertion('scram-e')], [deletion('scram-e')]);
  await alter('deleted in vain and set', [upsertion('scram-d')], [deletion('scram-d')]);
  await alter('short salt', [upsertion('scram-s', { salt: filled(1) })]);
  await alter('no salt', [upsertion('scram-s', { salt: filled(0) })]);
  await alter('short password', [upsertion('scram-s', { saltedPassword: filled(1) })]);
  await alter('no password', [upsertion('scram-p', { saltedPassword: filled(0) })]);
  await alter('a name with signs', [upsertion('scram=,\n"ż')]);
  await alter('delete what is not there', [], [deletion('scram-none')]);
  await alter('delete another mechanism', [], [deletion('scram-b', SHA_512)]);
  await alter('delete without a name', [], [deletion('')]);
  await alter('delete of a mechanism unknown', [], [deletion('scram-b', 0)]);
  await alter('delete mechanism 9', [], [deletion('scram-b', 9)]);
  await alter('delete twice', [], [deletion('scram-b'), deletion('scram-b')]);
  await alter('delete both', [], [deletion('scram-a'), deletion('scram-a', SHA_512)]);
  await alter('delete one', [], [deletion('scram-a', SHA_512)]);
  await settled(6);
  await describe('all now', null);
  const users = ['scram-a', 'scram-b', 'scram-c', 'scram-e', 'scram-s', 'scram=,\n"ż'];
  await alter(
    'delete all',
    [],
    users.map((name) => deletion(name)),
  );
  await settled(0);
  await describe('none again', null);
  await describe('one that was', ['scram-a']);
};

export const SECURITY: Readonly<Record<string, Scenario>> = { acls, sasl, scram };
