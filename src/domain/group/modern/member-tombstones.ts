/** Takes a member out of a group of any modern kind; what it holds is free first. */
export function memberTombstones(groupId: string, memberId: string) {
  const member = { groupId, memberId, value: undefined };
  return [
    { kind: 'current', ...member },
    { kind: 'target', ...member },
    { kind: 'member', ...member },
  ] as const;
}
