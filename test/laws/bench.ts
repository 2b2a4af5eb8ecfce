import { expect } from "@jest/globals";
import type { NewEntry } from "../../src/core/journal.js";
import type { RunEvent } from "../../src/core/events.js";
import { fold, type RunView } from "../../src/core/fold.js";
import type { RunId } from "../../src/core/ids.js";
import { look } from "../../src/jobs/planning.js";
import { turn } from "../../src/jobs/turn.js";
import { planBytes } from "../../src/core/plan.js";
import type { AnyRunbook } from "../../src/runbooks/index.js";
import { tagOf } from "../../src/runbooks/tools.js";
import type { TestEngine } from "../support/engine.js";
import { given } from "../support/given.js";
import { driveWithPerson } from "../support/person.js";
import { readSentence } from "../support/sentence.js";
import type { TestWorld } from "../support/world.js";
import { compared } from "./compared.js";
import { madeSoFar, nthSince, spoil, writesSince, type FaultKind, type Made, type Write } from "./writes.js";

/** What somebody else did at the far ends before: a transfer that runs, a mirror that is broken off. `name` tells it from the plain laws. */
export interface Arrangement {
  readonly name: string;
  by(world: TestWorld): Promise<unknown>;
  /** What of the world is not compared, by key: what a transfer that goes on by itself will still change. */
  readonly without?: readonly string[];
}

/** What a run found when it began: it is judged by what it did itself. A chain has one for each of its runs. */
interface Begun {
  readonly run: RunId | undefined;
  readonly world: unknown;
  readonly destroyed: ReadonlyMap<string, number>;
}

/**
 * A moment of the run without faults at which a worker had finished one thing and not begun the next, so that nothing was under way.
 * Whoever puts it back and lets a worker go on has the run it was.
 */
interface Moment {
  readonly made: Made;
  /** Entries written by then, the desk's among them. */
  readonly entries: number;
  readonly begun: readonly Begun[];
  putBack(): void;
}

/** How a run without faults went. */
export interface Rehearsal {
  readonly view: RunView;
  readonly writes: readonly Write[];
  /** What each act of writing wrote, from the first on: `began mapLuns`. */
  readonly entries: readonly string[];
}

/** A step is under way after these: a worker who finds one finds out how far it came. */
const insideStep = new Set<RunEvent["type"]>(["began", "noted", "undoBegan"]);

/** One runbook's run in a world where all that must have happened before has happened. */
export class Bench {
  private begun: readonly Begun[] = [];
  /** In the order of the run; the first is that before it was asked for. */
  private readonly moments: Moment[] = [];
  private run: RunId | undefined;

  private constructor(
    readonly world: TestWorld,
    readonly runbook: AnyRunbook,
    readonly engine: TestEngine,
    private readonly ignored: readonly string[],
  ) {
    this.moments.push(this.moment(0));
  }

  static async set(world: TestWorld, runbook: AnyRunbook, arrange: Arrangement | undefined): Promise<Bench> {
    world.reset();
    const engine = world.engine();
    for (const sentence of runbook.example.first ?? []) {
      const { runbook: name, request } = readSentence(world, sentence);
      expect((await driveWithPerson(world, engine, await engine.ask(name, request))).outcome).toBe("succeeded");
    }
    await given(world, runbook.example);
    await arrange?.by(world);
    world.fabric.clearFaults();
    world.cloud.clearFaults();
    world.console.clearFaults();
    world.scripts.reset();
    return new Bench(world, runbook, engine, arrange?.without ?? []);
  }

  /** Runs without faults from the start, and remembers every moment between two steps. */
  async rehearse(): Promise<Rehearsal> {
    await this.fromStart();
    const written: string[] = [];
    this.engine.hooks.beforeAppend = (_run, entries) => void written.push(entries.map(kindOfEntry).join());
    this.engine.hooks.onRead = (_run, entries) => {
      const last = entries.at(-1)?.event.type;
      const isNew = written.length > (this.moments.at(-1)?.entries ?? 0);
      if (isNew && last !== undefined && !insideStep.has(last)) this.moments.push(this.moment(written.length));
    };
    const view = await this.goOn();
    this.forget();
    return { view, writes: this.written(), entries: written };
  }

  /** The world and the store as they were before the run was asked for. */
  fromStart(): Promise<void> {
    return this.backTo(this.moments[0]!);
  }

  /** Puts back the last moment before this write of the rehearsal, and spoils it. `fromStart`: the first moment instead. */
  async spoilt(write: Write, kind: FaultKind, options?: { readonly fromStart: boolean }): Promise<void> {
    const nth = await this.before(write, options);
    spoil(this.world, write, nth, kind);
  }

  /** Puts back the last moment before this write of the rehearsal; which of its kind it is from there. */
  async before(write: Write, options = { fromStart: false }): Promise<number> {
    const nth = (moment: Moment): number => nthSince(write, this.start.made, moment.made);
    const moment = options.fromStart ? this.start : (this.moments.findLast((each) => nth(each) > 0) ?? this.start);
    await this.backTo(moment);
    return nth(moment);
  }

  /** Asks for the run unless it was asked for, and turns it until nothing is left to do. */
  async goOn(): Promise<RunView> {
    this.run ??= await this.ask();
    return driveWithPerson(this.world, this.engine, this.run);
  }

  /** The plan's bytes, made by looking at the world as it is. */
  async plan(): Promise<string> {
    const run = {
      id: "rlaw",
      tag: tagOf("rlaw"),
      asker: { team: "T0RIVERSIDE", user: "U0REQUESTER" },
      timeZone: "UTC",
      askedAt: "2026-11-22T14:00:00.000Z",
    };
    return planBytes((await look(this.engine.engine, this.runbook, this.sentence().request, run)).plan);
  }

  /**
   * A worker that stops just before it writes an entry of the rehearsal (counted from 1), for longer than its lease; another finishes the
   * run; then it wakes up, and must change nothing.
   */
  async frozenAt(place: number, options = { fromStart: false }): Promise<RunView> {
    const moment = options.fromStart
      ? this.start
      : (this.moments.findLast(({ entries }) => entries < place) ?? this.start);
    await this.backTo(moment);
    const { world, engine } = this;
    let seen = moment.entries;
    let frozen: () => void = () => undefined;
    const isFrozen = new Promise<"frozen">((resolve) => (frozen = () => resolve("frozen")));
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    engine.hooks.beforeAppend = () => {
      seen += 1;
      if (seen !== place) return undefined;
      frozen();
      return woken;
    };
    const first = this.goOn();
    if ((await Promise.race([first, isFrozen])) !== "frozen" || this.run === undefined) return first;
    this.forget();
    world.clock.advance(engine.engine.timings.leaseMs + 1);
    const view = await this.goOn();
    const settled = JSON.stringify(world.snapshot());
    wake();
    await first;
    expect(JSON.stringify(world.snapshot())).toBe(settled);
    expect(await turn(engine.engine, this.run)).not.toBe("busy");
    return fold(this.run, await engine.store.read(view.id));
  }

  /** Writes since the run was asked for, a person's own left out. */
  written(): readonly Write[] {
    return writesSince(this.world, this.start.made);
  }

  /** The world as the run (of a chain, the latest) found it. */
  get found(): unknown {
    return this.begun.at(-1)?.world;
  }

  get now(): unknown {
    return compared(this.world.snapshot(), this.ignored);
  }

  /** What was destroyed since the run (of a chain, the latest) began. */
  destroyed(): readonly string[] {
    const before = this.begun.at(-1)?.destroyed;
    return this.world.farEnds.flatMap((end) => end.destroyed().slice(before?.get(end.name) ?? 0));
  }

  private get start(): Moment {
    return this.moments[0]!;
  }

  private async ask(): Promise<RunId> {
    const { runbook, request } = this.sentence();
    return this.engine.ask(runbook, request);
  }

  private sentence(): ReturnType<typeof readSentence> {
    const read = readSentence(this.world, this.runbook.example.say);
    expect(read.runbook).toBe(this.runbook.name);
    return read;
  }

  private begins(run: RunId | undefined): Begun {
    const destroyed = new Map(this.world.farEnds.map((end) => [end.name, end.destroyed().length]));
    return { run, world: this.now, destroyed };
  }

  private moment(entries: number): Moment {
    if (entries === 0) this.begun = [this.begins(undefined)];
    const { begun, run } = this;
    const saved = [this.world.save(), this.engine.save()];
    const putBack = (): void => {
      for (const each of saved) each();
      this.begun = begun;
      this.run = run;
    };
    return { made: madeSoFar(this.world), entries, begun, putBack };
  }

  private async backTo(moment: Moment): Promise<void> {
    this.forget();
    moment.putBack();
    this.engine.onNext = (run) => {
      if (!this.begun.some((each) => each.run === run)) this.begun = [...this.begun, this.begins(run)];
    };
    await this.engine.store.loseWorkers();
  }

  private forget(): void {
    this.engine.hooks.beforeAppend = undefined;
    this.engine.hooks.onRead = undefined;
  }
}

/** What happened and to which kind of step. A step's id is its place and its kind. */
const kindOfEntry = ({ event }: NewEntry): string =>
  `${event.type} ${"step" in event ? (event.step ?? "").replace(/^\d+-/, "") : ""}`;
