/** What each row's measurement is given. */
export interface Bench {
  readonly redisUrl: string;
  /** Of Redis keys; each row adds its own name. */
  readonly prefix: string;
  readonly rounds: number;
  /** Seconds of deliveries a round. */
  readonly seconds: number;
  /** Runs that wait for approval while deliveries come. */
  readonly alive: number;
  /** Mirrors of the cluster whose mirrors are listed. */
  readonly relationships: number;
  /** Progress, on standard error. `calls`: name every call at the far ends too. */
  readonly say: ((line: string) => void) & { readonly calls: boolean };
}
