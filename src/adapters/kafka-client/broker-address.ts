export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 9092;

/** `HOST:PORT`, `[IPV6]:PORT` or `HOST`; undefined for what is no address. */
export function parseBrokerAddress(text: string): BrokerAddress | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-f:.%]+)\]|([^\s:[\]/,]+))(?::(\d{1,5}))?$/i.exec(text.trim()) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { host, port };
}
