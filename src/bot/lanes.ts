import type { Clock } from "../core/clock.js";

interface Lane {
  running: Promise<void>;
  /** The next round, asked for while one is under way: however many ask, it is one. */
  next: Promise<void> | undefined;
}

/**
 * One renderer per message: rounds of the same name never overlap and are at least `everyMs` apart, and calls that come while one is
 * under way share the one after it, which sees the newest state. So no last state is lost and no message is updated in a storm.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly ended = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly everyMs: number,
    private readonly stopping: AbortSignal,
  ) {}

  /** Resolves when a round that began after this call has ended; rejects as that round does. */
  run(name: string, round: () => Promise<void>): Promise<void> {
    const lane = this.lanes.get(name);
    if (!lane) return this.start(name, round);
    lane.next ??= lane.running.then(
      () => this.start(name, round),
      () => this.start(name, round),
    );
    return lane.next;
  }

  /** Is a round asked for that has not begun? It will see what there is now. */
  isAsked(name: string): boolean {
    return this.lanes.get(name)?.next !== undefined;
  }

  private start(name: string, round: () => Promise<void>): Promise<void> {
    const running = this.pace(name)
      .then(round)
      .finally(() => {
        this.ended.set(name, this.clock.now());
        this.forgetOld();
        if (this.lanes.get(name)?.next === undefined) this.lanes.delete(name);
      });
    this.lanes.set(name, { running, next: undefined });
    return running;
  }

  private async pace(name: string): Promise<void> {
    const waitMs = (this.ended.get(name) ?? -Infinity) + this.everyMs - this.clock.now();
    if (waitMs > 0 && !this.stopping.aborted) await this.clock.sleep(waitMs, this.stopping).catch(() => undefined);
  }

  private forgetOld(): void {
    const old = this.clock.now() - this.everyMs;
    for (const [name, at] of this.ended) if (at < old) this.ended.delete(name);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.lanes.size > 0) {
      await Promise.allSettled([...this.lanes.values()].map((lane) => lane.next ?? lane.running));
    }
  }
}
