import type { ConsumerGroupMember } from './consumer-group-member.ts';
import { Counts } from './counts.ts';

/** How many members of a group speak the classic protocol, and which assignors all of those support. */
export class ClassicMemberCounts {
  #count = 0;
  readonly #protocols = new Counts<string>();

  get count(): number {
    return this.#count;
  }

  replace(old: ConsumerGroupMember | undefined, member: ConsumerGroupMember | undefined): void {
    if (old?.classic === member?.classic) return;
    this.#add(old, -1);
    this.#add(member, 1);
  }

  #add(member: ConsumerGroupMember | undefined, change: number): void {
    const classic = member?.classic ?? null;
    if (classic === null) return;
    this.#count += change;
    for (const name of new Set(classic.supportedProtocols.map((protocol) => protocol.name))) {
      this.#protocols.add(name, change);
    }
  }

  /** Whether all that speak the classic protocol support one of these. */
  supportsOneOf(names: Iterable<string>): boolean {
    for (const name of names) if (this.#protocols.get(name) === this.#count) return true;
    return false;
  }
}
