import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedKeys, VersionedMap } from '../../../src/domain/topic/versioned-map.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Changes to the newest version or, now and then, to an older one; and which version is read whole afterwards. */
const changes = fc.array(
  fc.record({
    from: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 9 })),
    changed: fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.option(fc.nat(), { nil: undefined })), {
      maxLength: 4,
    }),
    readBack: fc.option(fc.nat({ max: 9 })),
  }),
  { maxLength: 150 },
);

function expectSame(map: VersionedMap<string, number>, model: ReadonlyMap<string, number>): void {
  expect(map.size).toBe(model.size);
  for (const key of KEYS) {
    expect(map.get(key)).toBe(model.get(key));
    expect(map.has(key)).toBe(model.has(key));
  }
}

describe('versions of a map', () => {
  it('are each what a copy would be, whichever is changed and read', () => {
    fc.assert(
      fc.property(changes, (steps) => {
        const models: ReadonlyMap<string, number>[] = [new Map([['a', 1]])];
        const versions = [VersionedMap.of(models[0]!)];
        for (const { from, changed, readBack } of steps) {
          const base = Math.max(0, versions.length - 1 - from);
          const model = new Map(models[base]);
          const all = new Map(changed);
          for (const [key, value] of all) {
            if (value === undefined) model.delete(key);
            else model.set(key, value);
          }
          versions.push(versions[base]!.with(all));
          models.push(model);
          const place = readBack === null ? -1 : versions.length - 1 - readBack;
          if (place >= 0) expect(new Map(versions[place]!)).toEqual(models[place]);
        }
        for (const [place, version] of versions.entries()) expectSame(version, models[place]!);
        for (const [place, version] of versions.entries()) {
          expect(new Map(version.entries())).toEqual(models[place]);
          expect(new Set(version.keys())).toEqual(new Set(models[place]!.keys()));
          expectSame(version, models[place]!);
        }
      }),
    );
  });

  it('tell in what they differ', () => {
    fc.assert(
      fc.property(changes, fc.nat(), fc.nat(), (steps, one, other) => {
        const versions = [VersionedMap.of(new Map([['a', 1]]))];
        for (const { changed } of steps) versions.push(versions.at(-1)!.with(new Map(changed)));
        const before = versions[one % versions.length]!;
        const now = versions[other % versions.length]!;
        const keys = new Set(changedKeys(before, now));
        for (const key of KEYS) if (before.get(key) !== now.get(key)) expect(keys).toContain(key);
      }),
    );
  });

  it('keep the order in which keys came, as a map does, and are not changed while they are gone over', () => {
    const first = VersionedMap.of(
      new Map([
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ]),
    );
    const read: string[] = [];
    let next = first;
    for (const [key] of first) {
      read.push(key);
      next = next.with(
        new Map([
          [`${key}'`, 1],
          ['c', undefined],
        ]),
      );
    }
    expect(read).toEqual(['a', 'b', 'c']);
    expect([...next.keys()]).toEqual(['a', 'b', "a'", "b'", "c'"]);
    expect([...first.keys()]).toEqual(['a', 'b', 'c']);
  });
});
