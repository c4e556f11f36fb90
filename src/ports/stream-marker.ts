/**
 * Tells without opening the database whether there may be streams in it, so that a broker without any does not load the
 * engine when it starts.
 */
export interface StreamMarker {
  exists(): Promise<boolean>;
  /** Resolves once it outlives power loss. */
  set(): Promise<void>;
  clear(): Promise<void>;
}
