import { ContainerModule } from 'inversify';
import { NativeChecksum } from '../../adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../adapters/compression/node-compression.ts';
import { systemClock } from '../../adapters/node/system-clock.ts';
import { systemRandom } from '../../adapters/node/system-random.ts';
import { systemTimer } from '../../adapters/node/system-timer.ts';
import { TOKENS } from './tokens.ts';

/** Everything that is not a computation and not storage: time, chance, bytes. */
export const platformModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.clock).toConstantValue(systemClock);
  bind(TOKENS.timer).toConstantValue(systemTimer);
  bind(TOKENS.random).toConstantValue(systemRandom);
  bind(TOKENS.checksum).toResolvedValue(() => new NativeChecksum());
  bind(TOKENS.compression).toResolvedValue(() => new NodeCompression());
});
