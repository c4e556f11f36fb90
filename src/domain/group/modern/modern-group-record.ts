import type { TopicPartitions } from './topic-partitions.ts';

/** The records that all kinds of modern groups have; without its value one is a tombstone. */
export type ModernGroupRecord<Subscription, Assignment, Target = TopicPartitions> =
  | {
      readonly kind: 'group';
      readonly groupId: string;
      readonly value: { readonly epoch: number; readonly metadataHash: bigint } | undefined;
    }
  | {
      readonly kind: 'member';
      readonly groupId: string;
      readonly memberId: string;
      readonly value: Subscription | undefined;
    }
  | {
      readonly kind: 'targetMetadata';
      readonly groupId: string;
      readonly value: { readonly epoch: number; readonly timestampMs: number } | undefined;
    }
  | {
      readonly kind: 'target';
      readonly groupId: string;
      readonly memberId: string;
      readonly value: Target | undefined;
    }
  | {
      readonly kind: 'current';
      readonly groupId: string;
      readonly memberId: string;
      readonly value: Assignment | undefined;
    };
