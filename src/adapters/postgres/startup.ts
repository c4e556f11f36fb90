import type { CancelKeys } from './cancel-keys.ts';
import { MessageBytes, malformed } from './message-bytes.ts';
import type { MessageQueue } from './message-queue.ts';
import type { Outbox } from './outbox.ts';
import { PostgresError } from './postgres-error.ts';

const PROTOCOL_MAJOR = 3;
/** Major number of the requests that are no startup. */
const SPECIAL_MAJOR = 1234;
const CANCEL = 5678;
const SSL = 5679;
const GSS_ENCRYPTION = 5680;
const NO_ENCRYPTION = new Uint8Array([0x4e]);

export interface StartupRequest {
  readonly user: string;
  /** Every parameter but the user, in the client's order. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads up to the startup message; undefined when there is none to come: the client left, or only wanted to cancel
 * another one's statement. Encryption is declined, upon which clients go on without or leave.
 */
export async function readStartup(
  queue: MessageQueue,
  out: Outbox,
  cancelKeys: CancelKeys,
): Promise<StartupRequest | undefined> {
  for (;;) {
    const body = await queue.untyped();
    if (body === undefined) return undefined;
    const bytes = new MessageBytes(body);
    const version = bytes.uint32();
    const [major, minor] = [version >>> 16, version & 0xffff];
    if (major === SPECIAL_MAJOR && (minor === SSL || minor === GSS_ENCRYPTION)) {
      await out.sendBytes(NO_ENCRYPTION);
      continue;
    }
    if (major === SPECIAL_MAJOR && minor === CANCEL) {
      cancelKeys.cancel(bytes.int32(), bytes.int32());
      return undefined;
    }
    if (major !== PROTOCOL_MAJOR) {
      const message = `protocol ${major}.${minor} is not spoken here: 3.0 is`;
      throw new PostgresError('0A000', message, { fatal: true });
    }
    return startupOf(bytes, minor, out);
  }
}

function startupOf(bytes: MessageBytes, minor: number, out: Outbox): StartupRequest {
  const parameters = new Map<string, string>();
  for (;;) {
    if (bytes.isAtEnd) throw malformed('the startup has no end');
    const name = bytes.string();
    if (name === '') break;
    parameters.set(name, bytes.string());
  }
  // Options of later minor versions are declined; the client goes on at 3.0.
  const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  if (minor > 0 || unknown.length > 0) out.negotiateProtocolVersion(unknown);
  for (const name of unknown) parameters.delete(name);
  const user = parameters.get('user');
  parameters.delete('user');
  if (user === undefined || user === '') {
    throw new PostgresError('28000', 'the startup names no user', { fatal: true });
  }
  if (
    parameters.has('replication') &&
    !/^(false|off|no|0)$/i.test(parameters.get('replication') ?? '')
  ) {
    throw new PostgresError('0A000', 'there is no replication here', { fatal: true });
  }
  return { user, parameters };
}
