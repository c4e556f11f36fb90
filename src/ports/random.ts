/** Chance, as a port: member ids, topic ids, cluster ids. */
export interface Random {
  /** A random (version 4) uuid as 22 characters of base64url, never one of Kafka's reserved ids or starting with '-'. */
  topicId(): string;
  /** A random uuid in its usual text form, for member ids. */
  uuid(): string;
}
