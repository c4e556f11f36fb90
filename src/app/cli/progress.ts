import type { CliIo } from './cli-io.ts';

const REDRAW_MS = 250;

/** A line on stderr that tells how far long work has come: for people, and unless records go to the same terminal. */
export class Progress {
  readonly #io: CliIo;
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout | undefined;
  #drawn = false;

  constructor(io: CliIo, text: () => string, prints = false) {
    this.#io = io;
    this.#text = text;
    const mixed = 'isTTY' in io.stdout && io.stdout.isTTY === true && prints;
    if (io.interactive && !mixed) this.#timer = setInterval(() => this.#draw(), REDRAW_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#drawn) this.#io.stderr.write('\r\x1b[K');
  }

  #draw(): void {
    this.#drawn = true;
    this.#io.stderr.write(`\r\x1b[K${this.#text()}`);
  }
}

/** `1200 records, 3.4 MB, 560 records/s` */
export function rateText(records: number, bytes: number, seconds: number): string {
  const rate = seconds > 0 ? Math.round(records / seconds) : records;
  const noun = records === 1 ? 'record' : 'records';
  return `${records} ${noun}, ${sizeText(bytes)}, ${rate} records/s`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
