import type { CommitCheck, Group, OffsetAging } from '../group.ts';
import { ModernGroup } from '../modern/modern-group.ts';
import type { ShareGroupMember } from './share-group-member.ts';
import { NO_SHARE_TOPICS, type ShareGroupTopics } from './share-group-topics.ts';

export type ShareGroupState = 'Empty' | 'Stable';

/** A group that shares records (KIP-932), Kafka's ShareGroup. It has no committed offsets: the share coordinator keeps what it did. */
export class ShareGroup extends ModernGroup<ShareGroupMember> implements Group {
  readonly type = 'share';
  readonly protocolType = 'share';
  readonly isDead = false;
  #topics: ShareGroupTopics | undefined;

  get state(): ShareGroupState {
    return this.isEmpty ? 'Empty' : 'Stable';
  }

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  get topics(): ShareGroupTopics {
    return this.#topics ?? NO_SHARE_TOPICS;
  }

  get hasTopicsRecord(): boolean {
    return this.#topics !== undefined;
  }

  setTopics(topics: ShareGroupTopics | undefined): void {
    const old = this.#topics;
    this.timeline.onRevert(() => this.setTopics(old));
    this.#topics = topics;
  }

  commitCheck(): CommitCheck {
    return () => 'GROUP_ID_NOT_FOUND';
  }

  /** It has none, and Kafka says no more than that. */
  offsetFetchError(): undefined {
    return undefined;
  }

  subscribedTopics(): ReadonlySet<string> {
    return new Set(this.subscribedTopicNames());
  }

  offsetAging(): OffsetAging {
    return () => undefined;
  }
}
