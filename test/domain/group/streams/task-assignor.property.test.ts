import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STICKY_TASK_ASSIGNOR } from '../../../../src/domain/group/streams/assignor/sticky-task-assignor.ts';
import type {
  AssignorMember,
  GroupSpec,
  MemberAssignment,
  TopologyDescriber,
} from '../../../../src/domain/group/streams/assignor/task-assignor.ts';
import {
  NO_TASKS,
  type TasksBySubtopology,
} from '../../../../src/domain/group/streams/tasks-tuple.ts';

type Assignment = ReadonlyMap<string, MemberAssignment>;

interface Case {
  readonly topology: readonly { readonly tasks: number; readonly isStateful: boolean }[];
  /** The process of each member. */
  readonly processes: readonly number[];
  readonly numStandbyReplicas: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  topology: fc.array(
    fc.record({ tasks: fc.integer({ min: 1, max: 12 }), isStateful: fc.boolean() }),
    { minLength: 1, maxLength: 4 },
  ),
  processes: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 }),
  numStandbyReplicas: fc.integer({ min: 0, max: 3 }),
});

function describerOf(topology: Case['topology']): TopologyDescriber {
  return {
    subtopologies: topology.map((_, index) => String(index)),
    numberOfTasks: (id) => topology[Number(id)]?.tasks ?? 0,
    isStateful: (id) => topology[Number(id)]?.isStateful ?? false,
  };
}

function memberOf(processId: string, before?: MemberAssignment): AssignorMember {
  return {
    instanceId: null,
    rackId: null,
    processId,
    clientTags: new Map(),
    activeTasks: before?.activeTasks ?? NO_TASKS,
    standbyTasks: before?.standbyTasks ?? NO_TASKS,
    warmupTasks: NO_TASKS,
    taskOffsets: new Map(),
    taskEndOffsets: new Map(),
  };
}

function groupOf({ processes, numStandbyReplicas }: Case, before?: Assignment): GroupSpec {
  const members = processes.map((process, index): [string, AssignorMember] => {
    const memberId = `member-${String(index).padStart(2, '0')}`;
    return [memberId, memberOf(`process-${process}`, before?.get(memberId))];
  });
  return {
    members: new Map(members),
    configs: { numStandbyReplicas, rackAwareAssignmentTags: [] },
  };
}

function ids(tasks: TasksBySubtopology): string[] {
  return [...tasks].flatMap(([id, partitions]) => partitions.map((each) => `${id}_${each}`));
}

function allIds({ topology }: Case): string[] {
  return topology.flatMap(({ tasks }, id) => Array.from({ length: tasks }, (_, n) => `${id}_${n}`));
}

function assign(one: Case, before?: Assignment): Assignment {
  return STICKY_TASK_ASSIGNOR.assign(groupOf(one, before), describerOf(one.topology));
}

describe('sticky assignor of tasks', () => {
  it('gives every active task to one member', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const assigned = assign(one);
        expect([...assigned.keys()]).toEqual([...groupOf(one).members.keys()]);
        const active = [...assigned.values()].flatMap(({ activeTasks }) => ids(activeTasks));
        expect(active.sort()).toEqual(allIds(one).sort());
      }),
    );
  });

  it('gives a new group active tasks that differ by one at most', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const counts = [...assign(one).values()].map(({ activeTasks }) => ids(activeTasks).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('puts copies of a stateful task into as many processes as were asked for, or all there are', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const assigned = assign(one);
        const { members } = groupOf(one);
        const processesOf = new Map<string, string[]>();
        for (const [memberId, { activeTasks, standbyTasks }] of assigned) {
          for (const id of [...ids(activeTasks), ...ids(standbyTasks)]) {
            const process = members.get(memberId)?.processId ?? '';
            processesOf.set(id, [...(processesOf.get(id) ?? []), process]);
          }
        }
        const processCount = new Set(one.processes).size;
        for (const [id, processes] of processesOf) {
          const isStateful = one.topology[Number(id.split('_')[0])]?.isStateful === true;
          const wanted = isStateful ? Math.min(one.numStandbyReplicas + 1, processCount) : 1;
          expect(processes).toHaveLength(wanted);
          expect(new Set(processes).size).toBe(wanted);
        }
      }),
    );
  });

  it('leaves active tasks where they are while the same members are there', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const first = assign(one);
        const again = assign(one, first);
        for (const [memberId, { activeTasks }] of first) {
          expect(again.get(memberId)?.activeTasks).toEqual(activeTasks);
        }
      }),
    );
  });

  it('takes no active task from a member for one that left, unless it has too many', () => {
    fc.assert(
      fc.property(cases, (one) => {
        fc.pre(one.processes.length > 1);
        const first = assign(one);
        const left = { ...one, processes: one.processes.slice(0, -1) };
        const again = assign(left, first);
        for (const [memberId, { activeTasks }] of again) {
          const before = ids(first.get(memberId)?.activeTasks ?? NO_TASKS);
          expect(ids(activeTasks)).toEqual(expect.arrayContaining(before));
        }
      }),
    );
  });

  it('gives the tasks of a process that is started again to the member that found their state', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const processes = one.processes.map((_, index) => index);
        const group = { ...one, processes, numStandbyReplicas: 0 };
        const first = assign(group);
        const memberId = [...first.keys()].at(-1) as string;
        const lost = first.get(memberId)?.activeTasks ?? NO_TASKS;
        const { members, configs } = groupOf(group, first);
        const restarted: AssignorMember = {
          ...memberOf(members.get(memberId)?.processId ?? ''),
          taskOffsets: new Map(
            [...lost].map(([id, partitions]) => [
              id,
              new Map(partitions.map((each) => [each, 1n])),
            ]),
          ),
        };
        const rest = [...members].filter(([id]) => id !== memberId);
        const again = STICKY_TASK_ASSIGNOR.assign(
          { members: new Map([...rest, ['restarted', restarted]]), configs },
          describerOf(group.topology),
        );
        expect(again.get('restarted')?.activeTasks).toEqual(lost);
      }),
    );
  });

  it('says so when there is nobody to have the tasks', () => {
    const nobody = { topology: [{ tasks: 1, isStateful: false }], processes: [] };
    expect(() => assign({ ...nobody, numStandbyReplicas: 0 })).toThrow(
      'No process available to assign active task 0_0.',
    );
  });
});
