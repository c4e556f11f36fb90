import { appendFile, readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { quoteIdentifier } from '../../../domain/sql/quote.ts';
import { splitStatements } from '../../../domain/sql/statements.ts';
import type { CliIo } from '../cli-io.ts';
import { printResult } from './print-result.ts';
import type { SqlClient } from './sql-client.ts';
import { SQL_MODES, type SqlMode } from './sql-options.ts';
import { reportStatementFailure } from './statement-failure.ts';

const PROMPT = 'kawadb> ';
const CONTINUED = '   ...> ';
const HISTORY_LINES = 1000;
const WORDS =
  'SELECT FROM WHERE GROUP BY ORDER BY LIMIT JOIN USING WITH AS AND OR NOT DESCRIBE EXPLAIN SHOW TABLES CREATE TABLE INSERT INTO VALUES DROP TABLE count( sum( avg( min( max( kafka_partition kafka_offset kafka_timestamp'.split(
    ' ',
  );
const HELP = `Statements end with ; and may take several lines. Ctrl-C cancels, Ctrl-D leaves.
.tables  \\dt        topics and tables
.schema NAME  \\d NAME  the columns of one
.mode MODE           ${SQL_MODES.join(', ')}
.timer on|off        tell how long statements take
.quit  \\q           leave
`;

export interface SqlShellOptions {
  readonly mode: SqlMode;
  readonly timer: boolean;
  /** Where lines are remembered; nowhere when absent. */
  readonly historyFile: string | undefined;
}

/** Reads statements and commands line by line until the input ends. */
export class SqlShell {
  readonly #client: SqlClient;
  readonly #io: CliIo;
  readonly #historyFile: string | undefined;
  #mode: SqlMode;
  #timer: boolean;
  #buffer = '';
  #running: AbortController | undefined;
  #names: readonly string[] = [];

  constructor(client: SqlClient, io: CliIo, options: SqlShellOptions) {
    this.#client = client;
    this.#io = io;
    this.#mode = options.mode;
    this.#timer = options.timer;
    this.#historyFile = options.historyFile;
  }

  async run(): Promise<number> {
    const terminal = (this.#io.stdin as { readonly isTTY?: boolean }).isTTY === true;
    const readline = createInterface({
      input: this.#io.stdin,
      output: terminal ? this.#io.stdout : undefined,
      terminal,
      prompt: PROMPT,
      history: await this.#history(),
      historySize: HISTORY_LINES,
      completer: (line: string) => this.#complete(line),
    });
    readline.on('SIGINT', () => this.#interrupt(readline));
    if (terminal) {
      this.#io.stdout.write('KawaDB SQL. .help tells the commands, .tables what there is.\n');
      // Not waited for: lines that came before the loop below begins would be lost.
      void this.#tableNames().then((names) => {
        this.#names = names;
      });
      readline.prompt();
    }
    for await (const line of readline) {
      if ((await this.#line(line)) === 'quit') break;
      readline.setPrompt(this.#buffer === '' ? PROMPT : CONTINUED);
      if (terminal) readline.prompt();
    }
    readline.close();
    return 0;
  }

  async #line(line: string): Promise<'quit' | undefined> {
    const trimmed = line.trim();
    if (trimmed !== '') await this.#remember(line);
    if (this.#buffer === '' && /^[.\\]/.test(trimmed)) return this.#command(trimmed);
    const { statements, rest } = splitStatements(`${this.#buffer}${line}\n`);
    this.#buffer = rest === '' ? '' : `${rest}\n`;
    for (const statement of statements) await this.#statement(statement);
    return undefined;
  }

  async #command(text: string): Promise<'quit' | undefined> {
    const [name = '', argument = ''] = text.replace(/;$/, '').split(/\s+/, 2);
    switch (name) {
      case '.quit':
      case '.exit':
      case '\\q':
        return 'quit';
      case '.tables':
      case '\\dt':
        await this.#statement('SHOW TABLES');
        break;
      case '.schema':
      case '\\d':
        await this.#statement(
          argument === ''
            ? 'SHOW TABLES'
            : `DESCRIBE ${quoteIdentifier(argument.replaceAll('"', ''))}`,
        );
        break;
      case '.mode':
        this.#setMode(argument);
        break;
      case '.timer':
      case '\\timing':
        this.#timer = argument === '' ? !this.#timer : argument === 'on';
        break;
      case '.help':
      case '\\?':
        this.#io.stdout.write(HELP);
        break;
      default:
        this.#io.stderr.write(`there is no command ${name}; .help tells those there are\n`);
    }
    return undefined;
  }

  #setMode(text: string): void {
    const mode = SQL_MODES.find((each) => each === text);
    if (mode === undefined) this.#io.stderr.write(`modes are ${SQL_MODES.join(', ')}\n`);
    else this.#mode = mode;
  }

  async #statement(sql: string): Promise<void> {
    const startedAtMs = performance.now();
    this.#running = new AbortController();
    try {
      const { signal } = this.#running;
      const rows = await printResult(this.#client, sql, this.#mode, this.#io, signal);
      const took = Math.round(performance.now() - startedAtMs);
      const counted = rows === undefined ? '' : `${rows} ${rows === 1 ? 'row' : 'rows'}, `;
      if (this.#timer) this.#io.stdout.write(`${counted}${took} ms\n`);
    } catch (error) {
      reportStatementFailure(error, this.#io);
    } finally {
      this.#running = undefined;
    }
  }

  /** Ends the statement that runs, else drops what was typed. */
  #interrupt(readline: Interface): void {
    if (this.#running !== undefined) {
      this.#running.abort();
      return;
    }
    this.#buffer = '';
    this.#io.stdout.write('\n');
    readline.setPrompt(PROMPT);
    readline.write(null, { ctrl: true, name: 'u' });
    readline.prompt();
  }

  #complete(line: string): [string[], string] {
    const [word = ''] = /[\w".-]*$/.exec(line) ?? [];
    if (word === '') return [[], word];
    const all = [
      ...this.#names,
      ...WORDS,
      '.tables',
      '.schema',
      '.mode',
      '.timer',
      '.quit',
      '.help',
    ];
    const start = word.toLowerCase();
    return [all.filter((each) => each.toLowerCase().startsWith(start)), word];
  }

  async #tableNames(): Promise<readonly string[]> {
    try {
      const { rows } = await this.#client.query('SHOW TABLES');
      const names: string[] = [];
      for await (const { name } of rows) {
        const text = String(name);
        names.push(/^[a-z_]\w*$/i.test(text) ? text : quoteIdentifier(text));
      }
      return names;
    } catch {
      // The first statement will tell what is wrong.
      return [];
    }
  }

  /** The newest line first, as readline wants it. */
  async #history(): Promise<string[]> {
    if (this.#historyFile === undefined) return [];
    try {
      const lines = (await readFile(this.#historyFile, 'utf8')).split('\n');
      return lines
        .filter((line) => line !== '')
        .slice(-HISTORY_LINES)
        .reverse();
    } catch {
      return [];
    }
  }

  async #remember(line: string): Promise<void> {
    if (this.#historyFile === undefined) return;
    // A home that cannot be written to is no reason not to answer.
    await appendFile(this.#historyFile, `${line}\n`, { mode: 0o600 }).catch(() => undefined);
  }
}
