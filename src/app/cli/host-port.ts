import { usageError } from './cli-error.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65535;

/** `host:port`, `[v6]:port`, or `:port` for every address. */
export function parseHostPort(text: string): HostPort {
  const [, v6, name = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  if (digits === '' || Number(digits) > PORT_MAX) {
    throw usageError(
      `${text} is no address: it must look like host:port, with a port to ${PORT_MAX}`,
    );
  }
  const host = v6 ?? name;
  return { host: host === '' ? '0.0.0.0' : host, port: Number(digits) };
}
