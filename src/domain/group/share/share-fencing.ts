import type { GroupEnvironment } from '../group-environment.ts';
import { MemberFencing } from '../modern/member-fencing.ts';
import { memberTombstones } from '../modern/member-tombstones.ts';
import type { ShareGroup } from './share-group.ts';
import type { Put, ShareGroupLog } from './share-group-log.ts';
import type { ShareGroupMember } from './share-group-member.ts';
import type { ShareGroupRecord } from './share-group-record.ts';

/** Taking members out of share groups. */
export class ShareFencing extends MemberFencing<ShareGroupMember, ShareGroup, ShareGroupRecord> {
  readonly #environment: GroupEnvironment;

  constructor(environment: GroupEnvironment, log: ShareGroupLog) {
    super('share', environment.context, log);
    this.#environment = environment;
  }

  fence(group: ShareGroup, { memberId }: ShareGroupMember, put: Put): void {
    const { groupId } = group;
    for (const each of memberTombstones(groupId, memberId)) put(each);
    const metadataHash = group.computeMetadataHash(this.#environment.image());
    const epoch = group.groupEpoch + 1;
    put({ kind: 'group', groupId, value: { epoch, metadataHash } });
    // Who comes next is assigned at once, however short ago the last one was.
    if (group.isEmpty) put({ kind: 'targetMetadata', groupId, value: { epoch, timestampMs: 0 } });
  }
}
