import { fold } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import { Conflict } from "../core/journal.js";
import type { Engine } from "./engine.js";
import { nextMove, restsUnder } from "./moves.js";
import { tellParent } from "./turn.js";
import { awaitedBy } from "./watch.js";

/**
 * What a queue may forget, this finds again: every open run that has work and no worker is woken, every wait that is not watched
 * is watched, a parent whose child has ended is told. Run at start and every few seconds.
 */
export async function sweep(engine: Engine): Promise<void> {
  const watched = await engine.store.watches();
  for (const run of await engine.store.open()) {
    await sweepRun(engine, run, watched.has(run));
  }
}

async function sweepRun(engine: Engine, run: RunId, watched: boolean): Promise<void> {
  const entries = await engine.store.read(run);
  if (entries.length === 0 || (await engine.store.leased(run))) return;
  const view = fold(run, entries);
  if (view.child && view.child.outcome === undefined) {
    const child = await engine.store.read(view.child.id);
    // another sweeper may tell it first
    if (child.length > 0)
      await tellParent(engine, fold(view.child.id, child)).catch((error: unknown) => {
        if (!(error instanceof Conflict)) throw error;
      });
  }
  const awaited = awaitedBy(view);
  if (awaited) {
    if (!watched) await engine.store.keepWatch(run, { ...awaited, since: engine.clock.now() });
    return;
  }
  if (view.steps.some((step) => step.phase === "held")) return;
  const move = nextMove(view, engine.clock.now(), engine.timings);
  if (!restsUnder(engine, move)) await engine.wake(run);
}
