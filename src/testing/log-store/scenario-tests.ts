import { describe, it } from 'vitest';
import { runScenario, runScenarioReopening } from '../log-scenarios/log-scenario.ts';
import { logScenarios } from '../log-scenarios/scenario-vectors.ts';
import { type LogStoreSubject, StoreBench } from './store-bench.ts';

/** What Kafka's own log answered, asked of a broker's log over the engine. */
export function scenarioTests(subject: LogStoreSubject): void {
  const canReopen = subject.capabilities.durable || subject.again !== undefined;
  describe("as Kafka's log", () => {
    for (const scenario of logScenarios()) {
      it(scenario.id, async () => {
        await runScenario(scenario, StoreBench.unopened(subject).store);
      });

      it.skipIf(!canReopen)(`${scenario.id}, stopped and started before each step`, async () => {
        const bench = StoreBench.unopened(subject);
        let isFirst = true;
        await runScenarioReopening(scenario, () => {
          if (!isFirst) bench.renew();
          isFirst = false;
          return bench.store;
        });
      });
    }
  });
}
