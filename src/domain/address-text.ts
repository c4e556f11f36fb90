/** `host:port`, with an IPv6 address in brackets, as Kafka's clients take it. */
export function addressText({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
