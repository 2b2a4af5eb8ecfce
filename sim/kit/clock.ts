/** The only time a simulator knows. Simulators hold no timers: state is advanced to `now()` whenever somebody looks at it. */
export interface SimClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const wallClock: SimClock = { now: () => Date.now() };

/** A clock tests turn by hand. */
export class ManualClock implements SimClock {
  constructor(private current: number) {}
  now(): number {
    return this.current;
  }
  advance(ms: number): void {
    this.current += ms;
  }
}
