import { expect } from "@jest/globals";
import type { NewEntry } from "../../src/core/journal.js";
import type { Entry, RunEvent } from "../../src/core/events.js";
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
import { stateOf } from "./states.js";
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
const isBetween = (entries: readonly Entry[]): boolean => {
  const last = entries.at(-1)?.event.type;
  return last !== undefined && !insideStep.has(last);
};
/** A step is over, one way or the other. */
const isAfterStep = (entries: readonly Entry[]): boolean =>
  ["ended", "undone"].includes(entries.at(-1)?.event.type ?? "");

/** Thrown to stop a run: it stands where an earlier one stood, and from there everything was seen to go well. */
class Known extends Error {}

/** How a run ended; `known`: as an earlier one did that came to the same state, which was judged. */
export type End = RunView | "known";

export interface BenchOptions {
  readonly arrange?: Arrangement | undefined;
  /** Stops a run where it stands as an earlier one stood that ended well. */
  readonly stopsAtKnown: boolean;
}

/** One runbook's run in a world where all that must have happened before has happened. */
export class Bench {
  private begun: readonly Begun[] = [];
  /** In the order of the run; the first is that before it was asked for. */
  private readonly moments: Moment[] = [];
  private run: RunId | undefined;
  /** States from which a run was seen to end well, and those of the run that is not judged yet. */
  private readonly good = new Set<string>();
  private unjudged: string[] = [];
  private spoiltWrite: Write | undefined;
  private readonly ignored: readonly string[];

  private constructor(
    readonly world: TestWorld,
    readonly runbook: AnyRunbook,
    readonly engine: TestEngine,
    private readonly options: BenchOptions,
  ) {
    this.ignored = options.arrange?.without ?? [];
    this.moments.push(this.moment(0));
  }

  static async set(world: TestWorld, runbook: AnyRunbook, options: BenchOptions): Promise<Bench> {
    world.reset();
    const engine = world.engine();
    for (const sentence of runbook.example.first ?? []) {
      const { runbook: name, request } = readSentence(world, sentence);
      expect((await driveWithPerson(world, engine, await engine.ask(name, request))).outcome).toBe("succeeded");
    }
    await given(world, runbook.example);
    await options.arrange?.by(world);
    world.fabric.clearFaults();
    world.cloud.clearFaults();
    world.console.clearFaults();
    world.scripts.reset();
    return new Bench(world, runbook, engine, options);
  }

  /** Runs without faults from the start, and remembers every moment between two steps. */
  async rehearse(): Promise<Rehearsal> {
    await this.fromStart();
    const written: string[] = [];
    let writer: RunId | undefined;
    this.engine.hooks.beforeAppend = (run, entries) => {
      writer = run;
      written.push(entries.map(kindOfEntry).join());
    };
    this.engine.hooks.onRead = async (run, entries) => {
      // whoever reads another run than it wrote is about to tell that one something
      const isNew = run === writer && written.length > (this.moments.at(-1)?.entries ?? 0);
      if (!isNew || !isBetween(entries)) return;
      this.moments.push(this.moment(written.length));
      if (this.options.stopsAtKnown && isAfterStep(entries)) this.unjudged.push(await this.state());
    };
    const view = await this.toTheEnd();
    this.forget();
    return { view, writes: this.written(), entries: written };
  }

  /** The run that ended last was judged, and ended well: where it stood, others need not go on. */
  endedWell(): void {
    for (const each of this.unjudged) this.good.add(each);
    this.unjudged = [];
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
    this.spoiltWrite = write;
    return nth(moment);
  }

  /** Goes on until nothing is left to do, or until the rest is known. */
  async goOn(): Promise<End> {
    if (this.options.stopsAtKnown) this.watchForKnown();
    try {
      return await this.toTheEnd();
    } catch (error) {
      if (error instanceof Known) return "known";
      throw error;
    } finally {
      this.forget();
    }
  }

  /** Asks for the run unless it was asked for, and turns it until nothing is left to do. */
  async toTheEnd(): Promise<RunView> {
    this.run ??= await this.ask();
    return driveWithPerson(this.world, this.engine, this.run);
  }

  /** Looks after every step that this worker ended, once the spoilt write has been met. */
  private watchForKnown(): void {
    let writer: RunId | undefined;
    this.engine.hooks.beforeAppend = (run) => void (writer = run);
    this.engine.hooks.onRead = async (run, entries) => {
      if (run !== writer || !isAfterStep(entries) || !this.isMet()) return;
      writer = undefined;
      const state = await this.state();
      if (this.good.has(state)) throw new Known();
      this.unjudged.push(state);
    };
  }

  /** Has the write that is spoilt been made? */
  private isMet(): boolean {
    return this.spoiltWrite === undefined || nthSince(this.spoiltWrite, this.start.made, madeSoFar(this.world)) < 1;
  }

  private state(): Promise<string> {
    return stateOf(this.world, this.engine, { chain: this.begun.length, destroyed: this.destroyed() });
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
  async frozenAt(place: number, options = { fromStart: false }): Promise<End> {
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
    const first = this.toTheEnd();
    if ((await Promise.race([first, isFrozen])) !== "frozen" || this.run === undefined) return first;
    this.forget();
    world.clock.advance(engine.engine.timings.leaseMs + 1);
    const end = await this.goOn();
    // who stopped where the rest is known is still at work, as far as the frozen one can see
    if (end === "known")
      for (const run of await engine.store.open()) await engine.store.takeLease(run, engine.engine.timings.leaseMs);
    const settled = JSON.stringify(world.snapshot());
    wake();
    await first;
    expect(JSON.stringify(world.snapshot())).toBe(settled);
    if (end === "known") return end;
    expect(await turn(engine.engine, this.run)).not.toBe("busy");
    return fold(this.run, await engine.store.read(end.id));
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
    this.unjudged = [];
    this.spoiltWrite = undefined;
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
