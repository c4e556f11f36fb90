import type { Scenario } from '../../scene.ts';
import { delayed, endpoints, tagged } from './assignments.ts';
import { conversions } from './conversions.ts';
import { notServed } from './feature-level.ts';
import { internalTopics } from './internal-topics.ts';
import { oneMember } from './one-member.ts';
import { requests } from './refused-requests.ts';
import { staticMembers, twoMembers } from './several-members.ts';
import { topologies } from './topologies.ts';
import { transactional } from './transactional-offsets.ts';

export const STREAMS: Readonly<Record<string, Scenario>> = {
  ...{ requests, oneMember, twoMembers, staticMembers, topologies, internalTopics },
  ...{ endpoints, tagged, delayed, conversions, transactional, notServed },
};
