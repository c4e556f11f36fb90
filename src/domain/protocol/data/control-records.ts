// Keys and values of control records in a partition log and in the metadata log.
import { array, int16, int32, int64, message, string, struct, uint16, uuid } from '../schema.ts';

export const ControlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  fields: {
    type: int16,
  },
});

export const EndTxnMarker = message({
  name: 'EndTxnMarker',
  versions: [0, 0],
  fields: {
    coordinatorEpoch: int32,
  },
});

const leaderChangeMessageVoter = {
  voterId: int32,
  voterDirectoryId: uuid.since(1),
};

export const LeaderChangeMessage = message({
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexibleSince: 0,
  fields: {
    version: int16,
    leaderId: int32,
    voters: array(leaderChangeMessageVoter),
    grantingVoters: array(leaderChangeMessageVoter),
  },
});

export const SnapshotHeaderRecord = message({
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    version: int16,
    lastContainedLogTimestamp: int64,
  },
});

export const SnapshotFooterRecord = message({
  name: 'SnapshotFooterRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    version: int16,
  },
});

export const KRaftVersionRecord = message({
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    version: int16,
    kRaftVersion: int16,
  },
});

export const VotersRecord = message({
  name: 'VotersRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    version: int16,
    voters: array({
      voterId: int32,
      voterDirectoryId: uuid,
      endpoints: array({
        name: string,
        host: string,
        port: uint16,
      }),
      kRaftVersionFeature: struct({
        minSupportedVersion: int16,
        maxSupportedVersion: int16,
      }),
    }),
  },
});
