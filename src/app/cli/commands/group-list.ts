import { listGroups } from '../../../adapters/kafka-client/group-admin.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { print, tableText } from '../output.ts';
import { withCluster } from '../with-cluster.ts';

export async function run(_args: readonly string[], options: ClientOptions, io: CliIo) {
  const groups = await withCluster(options, io, listGroups);
  const columns = [
    { title: 'GROUP' },
    { title: 'STATE' },
    { title: 'PROTOCOL' },
    { title: 'TYPE' },
  ];
  const rows = groups.map((each) => [each.groupId, each.state, each.protocolType, each.type]);
  const json = groups.map(({ groupId, ...group }) => ({ group: groupId, ...group }));
  print(io, options.output, { json, text: tableText(columns, rows) });
  return 0;
}
