/** What is known of a client that subscriptions may be for. */
export interface TelemetryClient {
  readonly clientInstanceId: string;
  readonly clientId: string;
  readonly softwareName: string;
  readonly softwareVersion: string;
  readonly sourceAddress: string;
  readonly sourcePort: number;
}
