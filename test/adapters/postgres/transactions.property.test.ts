import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

const CLIENTS = 3;
const ROWS = 4;
let broker: Broker;
let clients: pg.Client[];

beforeAll(async () => {
  broker = await startTestBroker({
    settings: { 'postgres.enabled': true, 'postgres.bind_port': 0 },
  });
  clients = Array.from({ length: CLIENTS }, () => new pg.Client(broker.postgresUrl));
  for (const client of clients) await client.connect();
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await broker.close();
});

/** What a transaction of the model has done and sees. */
interface Transaction {
  readonly isSnapshot: boolean;
  snapshot: { readonly at: number; readonly rows: Map<number, number> } | undefined;
  readonly updated: Map<number, number>;
  readonly inserted: Map<number, number>;
  readonly deleted: Set<number>;
  failed: boolean;
}

type Change =
  | { readonly kind: 'read' }
  | { readonly kind: 'insert' }
  | { readonly kind: 'update'; readonly id: number }
  | { readonly kind: 'delete'; readonly id: number };
type Step =
  | Change
  | { readonly kind: 'begin'; readonly isSnapshot: boolean }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' };

/** Tables as the engine keeps them: snapshots, where the first of two who change a row wins. */
class Model {
  readonly rows = new Map<number, number>();
  readonly updatedAt = new Map<number, number>();
  readonly deletedAt = new Map<number, number>();
  readonly open = new Map<number, Transaction>();
  #time = 0;
  #next = 100;

  constructor() {
    for (let id = 0; id < ROWS; id++) this.rows.set(id, 0);
  }

  begin(client: number, isSnapshot: boolean): void {
    this.open.set(client, {
      ...{ isSnapshot, snapshot: undefined, failed: false },
      ...{ updated: new Map(), inserted: new Map(), deleted: new Set() },
    });
  }

  /** The number of a row that is new. */
  newId(): number {
    this.#next += 1;
    return this.#next;
  }

  seen(transaction: Transaction | undefined, reads: boolean): Map<number, number> {
    const committed = new Map(this.rows);
    if (transaction === undefined) return committed;
    if (!reads || transaction.isSnapshot) {
      transaction.snapshot ??= { at: this.#time, rows: committed };
    }
    const rows = new Map(transaction.snapshot?.rows ?? committed);
    for (const changed of [transaction.inserted, transaction.updated]) {
      for (const [id, value] of changed) rows.set(id, value);
    }
    for (const id of transaction.deleted) rows.delete(id);
    return rows;
  }

  conflicts(kind: 'update' | 'delete', client: number, id: number): boolean {
    const at = this.open.get(client)?.snapshot?.at ?? this.#time;
    const others = [...this.open].filter(([other, { failed }]) => other !== client && !failed);
    if (kind === 'delete') {
      const isDeleted = others.some(([, { deleted }]) => deleted.has(id));
      return isDeleted || (this.deletedAt.get(id) ?? 0) > at;
    }
    const isUpdated = others.some(([, { updated }]) => updated.has(id));
    return isUpdated || (this.updatedAt.get(id) ?? 0) > at;
  }

  commit({ inserted, updated, deleted }: Transaction): void {
    this.#time += 1;
    const at = this.#time;
    for (const [id, value] of inserted) this.rows.set(id, value);
    for (const [id, value] of updated) {
      // A row that another transaction deleted is gone.
      if (this.rows.has(id)) this.rows.set(id, value);
      this.updatedAt.set(id, at);
    }
    for (const id of deleted) {
      this.rows.delete(id);
      this.deletedAt.set(id, at);
    }
  }
}

async function codeOf(query: Promise<unknown>): Promise<string> {
  try {
    await query;
    return '';
  } catch (error) {
    return String((error as pg.DatabaseError).code);
  }
}

async function take(model: Model, index: number, step: Step, value: number): Promise<void> {
  const client = clients[index] as pg.Client;
  const transaction = model.open.get(index);
  if (step.kind === 'begin') {
    if (transaction !== undefined) return;
    model.begin(index, step.isSnapshot);
    const level = step.isSnapshot ? 'REPEATABLE READ' : 'READ COMMITTED';
    await client.query(`BEGIN ISOLATION LEVEL ${level}`);
    return;
  }
  if (step.kind === 'commit' || step.kind === 'rollback') {
    model.open.delete(index);
    const stays = step.kind === 'commit' && transaction?.failed !== true;
    if (stays && transaction !== undefined) model.commit(transaction);
    const { command } = await client.query(step.kind);
    expect(command).toBe(stays ? 'COMMIT' : 'ROLLBACK');
    return;
  }
  if (transaction?.failed === true) {
    expect(await codeOf(client.query('SELECT * FROM kept'))).toBe('25P02');
    return;
  }
  await change(model, index, step, value);
}

async function change(model: Model, index: number, step: Change, value: number): Promise<void> {
  const client = clients[index] as pg.Client;
  const open = model.open.get(index);
  const rows = model.seen(open, step.kind === 'read');
  if (step.kind === 'read') {
    const found = await client.query('SELECT id::INTEGER AS id, v::INTEGER AS v FROM kept');
    expect(new Map(found.rows.map(({ id, v }) => [id, v]))).toEqual(rows);
    return;
  }
  // A statement of its own is a transaction of its own.
  const own: Transaction = open ?? {
    ...{ isSnapshot: true, snapshot: undefined, failed: false },
    ...{ updated: new Map(), inserted: new Map(), deleted: new Set() },
  };
  if (step.kind === 'insert') {
    const id = model.newId();
    await client.query('INSERT INTO kept VALUES ($1, $2)', [id, value]);
    own.inserted.set(id, value);
  } else {
    const { id, kind } = step;
    const sql = kind === 'update' ? `UPDATE kept SET v = ${value}` : 'DELETE FROM kept';
    const run = client.query(`${sql} WHERE id = ${id}`);
    if (!rows.has(id)) expect((await run).rowCount).toBe(0);
    else if (model.conflicts(kind, index, id)) {
      expect(await codeOf(run)).toBe('40001');
      own.failed = true;
      return;
    } else {
      expect((await run).rowCount).toBe(1);
      if (kind === 'update') own.updated.set(id, value);
      else own.deleted.add(id);
    }
  }
  if (open === undefined) model.commit(own);
}

const id = fc.nat({ max: ROWS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.boolean().map((isSnapshot) => ({ kind: 'begin', isSnapshot }) as const),
  },
  ...(['read', 'insert', 'commit', 'rollback'] as const).map((kind) => ({
    ...{ weight: 2, arbitrary: fc.constant({ kind }) },
  })),
  ...(['update', 'delete'] as const).map((kind) => ({
    ...{ weight: 3, arbitrary: id.map((row) => ({ kind, id: row })) },
  })),
);

test('whatever clients do in turns, each sees and leaves what the model does', {
  timeout: 300_000,
}, async () => {
  const steps = fc.array(fc.tuple(fc.nat({ max: CLIENTS - 1 }), step), {
    minLength: 10,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      await broker.sql('CREATE OR REPLACE TABLE kept (id BIGINT, v BIGINT)');
      await broker.sql('INSERT INTO kept SELECT range, 0 FROM range($1)', [ROWS]);
      const model = new Model();
      try {
        for (const [at, [client, each]] of all.entries()) await take(model, client, each, at + 1);
      } finally {
        for (const client of clients) await client.query('ROLLBACK');
      }
      model.open.clear();
      for (let client = 0; client < CLIENTS; client++)
        await take(model, client, { kind: 'read' }, 0);
    }),
    { numRuns: 40 },
  );
});
