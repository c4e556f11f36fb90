/** What a simulation has to say when it fails. */
interface Simulation {
  readonly trace: readonly string[];
  run(): Promise<void>;
}

const TRACE_LINES = 60;
/** What `count` is meant for. */
const USUAL_SEEDS = 400;

/**
 * Runs a simulation for `count` seeds, or as many as that is of KAWADB_SIMULATION_SEEDS to the usual 400, or for the
 * one that KAWADB_SIMULATION_SEED names, as a failure does.
 */
export async function forSeeds(
  count: number,
  simulate: (seed: number, verbose: boolean) => Simulation,
): Promise<void> {
  const { KAWADB_SIMULATION_SEED: only, KAWADB_SIMULATION_SEEDS: many } = process.env;
  const wanted = Math.ceil((count * Number(many ?? USUAL_SEEDS)) / USUAL_SEEDS);
  const seeds = only ? [Number(only)] : Array.from({ length: wanted }, (_, i) => i + 1);
  for (const seed of seeds) {
    const simulation = simulate(seed, only !== undefined);
    try {
      await simulation.run();
    } catch (error) {
      const trace = simulation.trace.slice(only ? 0 : -TRACE_LINES).join('\n');
      const message = error instanceof Error ? error.message : String(error);
      const how = `KAWADB_SIMULATION_SEED=${seed} runs it alone`;
      throw new Error(`seed ${seed}: ${message}\n${how}\n${trace}`, { cause: error });
    }
  }
}
