// The broker of `bench/sql.mjs` in a process of its own, so that its processor time and memory are nobody else's.
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fill } from './records.mjs';

/** As the command line has it. */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '16' };

/** The other process's end: each call is a message, and so is its answer. */
export class BrokerProcess {
  #child;
  #waiting = new Map();
  #nextId = 0;

  static async start(options) {
    const module = fileURLToPath(import.meta.url);
    const broker = new BrokerProcess(
      fork(module, ['--broker'], { env: { ...process.env, ...ENVIRONMENT } }),
    );
    Object.assign(broker, await broker.call('start', options));
    return broker;
  }

  constructor(child) {
    this.#child = child;
    child.on('message', ({ id, answer, error }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    });
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`the broker left: ${code}`));
    });
  }

  call(name, ...parameters) {
    const id = this.#nextId++;
    this.#child.send({ id, name, parameters });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async stop() {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    await this.call('close');
    this.#child.disconnect();
    await exited;
  }
}

if (process.argv.includes('--broker')) serveBroker();

/** Runs in the broker's process, with nothing loaded but the broker. */
function serveBroker() {
  let broker;
  const calls = {
    start: async (options) => {
      const { startBroker } = await import('../../dist/index.js');
      broker = await startBroker({ port: 0, ...options });
      return { port: broker.port, httpUrl: broker.httpUrl };
    },
    fill: (topic, records) => fill(broker, topic, records),
    createTopic: async (topic) => void (await broker.createTopic(topic)),
    /** What comes of a statement stays here: to read it is not what is measured. */
    sql: async (sql) => (await broker.sql(sql)).length,
    export: async (sql) => {
      const files = await broker.sql(sql);
      return {
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + Number(bytes), 0),
      };
    },
    /** From the making of a view until it has read the whole topic. */
    view: async (topic, sql, name) => void (await broker.processStream(topic, sql, name)),
    usage: () => {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1000, peakMb: memoryMb('VmHWM') };
    },
    /** The peak counts from now on. */
    forgetPeak: () => writeFileSync('/proc/self/clear_refs', '5'),
    memoryMb: () => memoryMb('VmRSS'),
    close: () => broker.close(),
  };
  process.on('message', async ({ id, name, parameters }) => {
    try {
      process.send({ id, answer: await calls[name](...parameters) });
    } catch (error) {
      process.send({ id, error: error.message });
    }
  });
}

function memoryMb(name) {
  const found = new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'));
  return Math.round((Number(found[1]) * 1024) / 1e6);
}
