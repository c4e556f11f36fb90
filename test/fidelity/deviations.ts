import type { Line } from './scene.ts';

interface Deviation {
  /** A part of `scenario | api version step | path: Kafka's value, ours`. */
  readonly where: RegExp;
  readonly why: string;
}

/** Where we mean to answer otherwise than Kafka. */
export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'a reason is told': {
    where:
      /(Produce v\d+|CreatePartitions|ShareGroupHeartbeat v1) .*errorMessage: null, ours "<text>"/,
    why: 'We say why a batch or a change was refused where Kafka says only which error it is.',
  },
  'log start offset of a refused batch': {
    where: /Produce .*logStartOffset: -1, ours 0$/,
    why: 'The log is known, so its start is told; the error is the same.',
  },
  'null records are answered': {
    where: /\| Produce v\d+ (records are )?null \|/,
    why: "Kafka's parser fails on them and never answers; an error spares the producer its timeout.",
  },
  'bytes after the batch': {
    where: /bytes after the batch \|/,
    why: 'Kafka drops them silently; we refuse what is not whole batches.',
  },
  'codec that fails': {
    where: /(codec 5|gzip that is not) \| .*errorCode: -1, ours (76|2)$/,
    why: 'Kafka runs into an unexpected exception; we name the error.',
  },
  'whole batches only': {
    where: /\| Fetch .*records\/cut: \d+, ours 0$/,
    why: 'Kafka may cut the last batch at the size limit; readers drop such a tail, so we do not send it.',
  },
  'sizes below zero': {
    where: /\| Fetch v12 (negative (partition )?max|isolation 7) \|/,
    why: 'Kafka fails unexpectedly; we take a size below zero as zero, and an unknown isolation as uncommitted.',
  },
  'session of nothing': {
    where: /emptySession \|/,
    why: 'We keep no session without partitions; id 0 tells the client to go on without one.',
  },
  'deleted topic in a session': {
    where:
      /deletedTopic \| Fetch v13 (the old id in the session|the new id) \| .*(errorCode: 103, ours 100|abortedTransactions: null, ours \[\])$/,
    why: "Kafka's session remembers the name that the old id had; for both errors a client asks for metadata.",
  },
  'leader epoch below -1': {
    where: /OffsetForLeaderEpoch v\d epoch -2 \|/,
    why: 'No reader asks for it; Kafka answers the epoch as it came.',
  },
  'max timestamp of deleted records': {
    where: /deleteRecords \| ListOffsets v8 (then )?time -3 \|/,
    why: 'Kafka answers with the offset of a record that DeleteRecords took; we look at what can still be read.',
  },
  'a batch of no transactions': {
    where: /AddPartitionsToTxn v[45] nothing \|/,
    why: 'Kafka never answers one; an empty answer frees whoever asked.',
  },
  'unknown acquire mode': {
    where: /ShareFetch v2 unknown mode \|/,
    why: 'Kafka fails unexpectedly; we name the error.',
  },
  'share group set back': {
    where: /ShareFetch v1 reads from there \| .*(firstOffset: 3, ours 5|deliveryCount: 2, ours 1)$/,
    why: 'Kafka goes on with what it has in memory; the group reads from where it was set.',
  },
  'features that are not served': {
    where: /ApiVersions v[34] .*\/finalizedFeatures\//,
    why: 'Levels of features this broker does not serve are not told.',
  },
  'topologies that cannot be': {
    where:
      /StreamsGroupHeartbeat v[01] (topology epoch below|subtopology twice|no such copartitioned|client tag twice) \|/,
    why: 'Kafka fails unexpectedly; we say what is wrong with the topology or the tags.',
  },
  'share groups': {
    where: /FindCoordinator v6 share group \|/,
    why: 'There is no share coordinator topic to wait for.',
  },
  'metadata by id before 12': {
    where:
      /metadata \| Metadata v1[0-3] (by id|by id and name|unknown id|id and another name|neither) \| \/(brokers\/0|clusterId|controllerId)/,
    why: 'The request is refused as in Kafka; who the brokers are is told all the same.',
  },
  'neither name nor id': {
    where: /Metadata v1[23] neither \|/,
    why: 'Kafka runs into a null; we name the error.',
  },
  'empty name in DescribeTopicPartitions': {
    where: /DescribeTopicPartitions v0 empty name \|/,
    why: 'Kafka fails unexpectedly; we name the error.',
  },
  'min.insync.replicas': {
    where: /min\.insync\.replicas/,
    why: 'A formatted Kafka sets it for the cluster (KIP-966); we leave it at its default.',
  },
  'synonyms of a set value': {
    where: /(retention\.ms|log\.retention\.ms|node\.id)\/synonyms\/[01]: undefined/,
    why: 'We tell every setting that could give the value, also where none of it is set.',
  },
  syncs: {
    where: /flush\.messages.*ours "1"/,
    why: 'KawaDB syncs before it acknowledges: flush.messages is 1 by default.',
  },
  'unknown operation': {
    where: /IncrementalAlterConfigs v\d unknown operation \|/,
    why: 'Kafka fails unexpectedly; we name the error.',
  },
  'values as given': {
    where: /incremental \| DescribeConfigs v4 then \| .*(" 7000 "|"compact,compact")/,
    why: 'Kafka shows values parsed; we show them as they were set. They mean the same.',
  },
  'reason of an unknown resource': {
    where: /DescribeConfigs v\d (unknown|invalid name|empty name) \| .*errorMessage: "", ours/,
    why: 'Kafka has no text for it.',
  },
  'empty salted password': {
    where: /AlterUserScramCredentials v0 no password \|/,
    why: 'Kafka fails unexpectedly; we name the error.',
  },
  'validated topic': {
    where: /CreateTopics v7 only validated \| .*topicId: "an id", ours "none"$/,
    why: 'A topic that is only validated has no id; Kafka makes one up.',
  },
};

/** The name of the deviation that explains a difference. */
export function deviationOf(scenario: string, line: Line, difference: string): string | undefined {
  const where = `${scenario} | ${line.api} v${line.version} ${line.step} | ${difference}`;
  return Object.keys(DEVIATIONS).find((name) => DEVIATIONS[name]?.where.test(where));
}
