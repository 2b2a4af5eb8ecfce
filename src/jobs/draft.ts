import type { NewEntry, Lease } from "../core/journal.js";
import { isoNow } from "../core/clock.js";
import { fold, type RunView } from "../core/fold.js";
import type { RunEvent } from "../core/events.js";
import type { Person } from "../core/resource.js";
import type { RunId } from "../core/ids.js";
import type { Engine } from "./engine.js";

/** A run in a worker's hands: what is known of it, and the one way to add to it. */
export class Draft {
  private constructor(
    private readonly engine: Pick<Engine, "store" | "clock" | "announcer">,
    readonly lease: Lease | undefined,
    private entries: Awaited<ReturnType<Engine["store"]["read"]>>,
    private folded: RunView,
  ) {}

  /** Undefined when there is no such run. */
  static async open(
    engine: Pick<Engine, "store" | "clock" | "announcer">,
    run: RunId,
    lease?: Lease,
  ): Promise<Draft | undefined> {
    const entries = await engine.store.read(run);
    return entries.length === 0 ? undefined : new Draft(engine, lease, entries, fold(run, entries));
  }

  get view(): RunView {
    return this.folded;
  }

  /** Appends, then tells the announcer. Throws Conflict or LeaseLost; nothing is added then. */
  append(events: readonly RunEvent[], by: Person | "sluice" = "sluice"): Promise<RunView> {
    return this.appendBy(events.map((event) => [by, event] as const));
  }

  /** The same, for entries of several hands in one act. */
  async appendBy(events: readonly (readonly [Person | "sluice", RunEvent])[]): Promise<RunView> {
    const run = this.folded.id;
    const at = isoNow(this.engine.clock);
    const fresh: NewEntry[] = events.map(([by, event]) => ({ at, by, event }));
    const length = this.entries.length;
    await this.engine.store.append(run, length, fresh, this.lease);
    this.entries = [...this.entries, ...fresh.map((each, i) => ({ seq: length + i + 1, ...each }))];
    this.folded = fold(run, this.entries);
    await this.engine.announcer.run(run, this.entries.length);
    return this.folded;
  }
}
