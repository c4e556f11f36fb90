/** How clients find this broker: its advertised listener. */
export interface BrokerIdentity {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly clusterId: string;
  /** broker.rack */
  readonly rack?: string | null;
}
