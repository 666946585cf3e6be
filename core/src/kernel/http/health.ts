/** One thing that can be well or not. `critical` ones decide readiness. */
export interface HealthCheck {
  name: string;
  critical: boolean;
  /** Resolves when well; throws an error whose message says what is wrong and what to do. */
  check(signal: AbortSignal): Promise<void>;
}
