// The entry of the SQL engine's thread.
import { NodeCompression } from '../../adapters/compression/node-compression.ts';
import { runEngineThread } from '../../adapters/duckdb/engine-thread.ts';
import { h3Plugin } from '../../adapters/h3/h3-plugin.ts';
import { LazyRecordDecoders } from '../../adapters/record-decoders/lazy-record-decoders.ts';

await runEngineThread({
  compression: new NodeCompression(),
  decoders: new LazyRecordDecoders(),
  plugins: [h3Plugin],
});
