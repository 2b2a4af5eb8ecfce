import type { RunView } from "../core/fold.js";
import { hashOf, type RunId } from "../core/ids.js";
import { Conflict, LeaseLost } from "../core/journal.js";
import { resolveRefs } from "../core/refs.js";
import { touchesOf } from "../core/plan.js";
import { tagOf } from "../runbooks/tools.js";
import { isoNow } from "../core/clock.js";
import { Draft } from "./draft.js";
import type { Engine } from "./engine.js";
import { underLease } from "./guard.js";
import { nextMove, restsUnder, type Move } from "./moves.js";
import { planAgain, planEvents } from "./planning.js";
import { doStep } from "./stepping.js";
import { undoStep } from "./unwinding.js";

/** What is cancelled before it was planned is the plan of no bytes. */
const noPlan = hashOf("");

/** What a turn left behind: `busy` another worker has the run; `rest` it waits for people, the far end or a lock; `closed`. */
export type TurnEnd = "busy" | "rest" | "closed";

/**
 * A worker takes a run as far as it can go now: planning, granting, locking, stepping, unwinding, until it rests or is closed.
 * Safe to call at any time, any number of times, from any process.
 */
export async function turn(engine: Engine, run: RunId): Promise<TurnEnd> {
  const { store, timings } = engine;
  const lease = await store.takeLease(run, timings.leaseMs);
  if (!lease) return "busy";
  try {
    return await underLease(store, lease, timings.leaseMs, () => moves(engine, run, lease));
  } catch (error) {
    if (error instanceof LeaseLost) return "busy";
    throw error;
  } finally {
    await store.dropLease(lease);
  }
}

async function moves(engine: Engine, run: RunId, lease: { run: RunId; token: string }): Promise<TurnEnd> {
  let verified = false;
  for (;;) {
    const draft = await Draft.open(engine, run, lease);
    if (!draft) return "closed";
    try {
      const move = nextMove(draft.view, engine.clock.now(), engine.timings);
      if (restsUnder(engine, move)) return draft.view.outcome ? "closed" : "rest";
      const end = await make(engine, draft, move, verified);
      if (end === "verified") verified = true;
      else if (end === "rest") return "rest";
      else if (move.do !== "step") verified = false;
    } catch (error) {
      // A person's click landed in between: read and decide again.
      if (!(error instanceof Conflict)) throw error;
      verified = false;
    }
  }
}

/** Makes one move. `verified`: the locks are held and the plan of today is the granted one. */
async function make(
  engine: Engine,
  draft: Draft,
  move: Move,
  verified: boolean,
): Promise<"done" | "rest" | "verified"> {
  switch (move.do) {
    case "plan":
      await draft.append(await planEvents(engine, draft.view));
      return "done";
    case "start":
      if (engine.readOnly && changesAnything(draft.view)) {
        await draft.append([{ type: "refused", problem: readOnlyNow }]);
        return "done";
      }
      if (!verified) return start(engine, draft);
      return firstStep(engine, draft);
    case "step":
      await doStep(engine, draft, move.step.planned.id);
      await dropReads(engine, draft);
      return restsNow(draft.view) ? "rest" : "done";
    case "unwind":
      await undoStep(engine, draft, move.step.planned.id);
      return restsNow(draft.view) ? "rest" : "done";
    case "continue":
      await continueWith(engine, draft);
      return "done";
    case "finish":
      await draft.append([{ type: "finished", outcome: move.outcome }]);
      await tellParent(engine, draft.view);
      await wakeQueue(engine);
      return "done";
    case "rest":
      return "rest";
    default:
      if (move.do === "stale") await stepBack(engine, draft.view);
      await draft.append([{ type: "settled", hash: draft.view.planned?.hash ?? noPlan, ...settledBy(move.do) }]);
      if (move.do === "expire" || move.do === "cancel") await tellParent(engine, draft.view);
      return "done";
  }
}

const readOnlyNow = "Sluice is in read-only mode now, so this granted plan is not begun. Nothing was changed.";
const changesAnything = (view: RunView): boolean => view.steps.some((step) => step.planned.effect !== "read");

function settledBy(move: "grant" | "stale" | "expire" | "cancel"): {
  outcome: "granted" | "changed" | "expired" | "cancelled";
  reason?: string;
} {
  if (move === "grant") return { outcome: "granted" };
  if (move === "stale")
    return { outcome: "changed", reason: "The yes lay unused for too long, so it is asked for again." };
  if (move === "expire") return { outcome: "expired", reason: "Nobody decided in time. Nothing was changed." };
  return { outcome: "cancelled" };
}

/** A run that waits, is held or doubted cannot go on by itself. */
const restsNow = (view: RunView): boolean =>
  view.status === "waiting" || view.status === "held" || view.status === "doubted";

/** Rule 1: lock everything first, then look again; only an equal plan goes on. */
async function start(engine: Engine, draft: Draft): Promise<"rest" | "verified" | "done"> {
  const planned = draft.view.planned;
  if (!planned) return "done";
  const wishes = touchesOf(planned.plan).map(({ resource, as }) => ({ resource: resource.id, as }));
  const locked = await engine.store.lock(draft.view.id, wishes, engine.clock.now());
  if (!locked.ok) {
    const names = new Map(touchesOf(planned.plan).map(({ resource }) => [resource.id, resource.name]));
    const detail = locked.holders.map((each) => ({
      run: each.run,
      resource: names.get(each.resource) ?? each.resource,
    }));
    await askAside(engine, draft.view, locked.holders);
    if (JSON.stringify(draft.view.held?.detail) !== JSON.stringify(detail)) {
      await draft.append([{ type: "held", step: null, attempt: 0, why: "lock", detail }]);
    }
    return "rest";
  }
  const changed = await planAgain(engine, draft.view);
  if (changed.length === 0) return "verified";
  await stepBack(engine, draft.view);
  await draft.append(changed);
  return "done";
}

/** Holders that step aside for this run are cancelled: they take back what they did, and their locks come free as any run's. */
async function askAside(engine: Engine, view: RunView, holders: readonly { readonly run: RunId }[]): Promise<void> {
  for (const run of new Set(holders.map((each) => each.run))) {
    const draft = await Draft.open(engine, run);
    if (!draft || draft.view.outcome || draft.view.cancel) continue;
    const { runbook } = draft.view.asked;
    const version = draft.view.planned?.plan.version;
    const yields = engine.registry.find(runbook, version)?.yieldsTo?.includes(view.asked.runbook) ?? false;
    if (!yields) continue;
    await draft.append([{ type: "cancelAsked", reason: `the ${view.asked.runbook} ${view.id} goes first` }]);
    await engine.wake(run);
  }
}

/**
 * A run that asks people again holds nothing and keeps nobody waiting meanwhile. The locks of a chain stay: what its
 * earlier runs did is only half of the work.
 */
async function stepBack(engine: Engine, view: RunView): Promise<void> {
  if (view.asked.parent === undefined) await engine.store.unlock(view.id);
}

/** A plan without steps is done at once. */
async function firstStep(engine: Engine, draft: Draft): Promise<"done" | "rest"> {
  const step = draft.view.steps[0];
  if (!step) {
    await draft.append([{ type: "finished", outcome: "succeeded" }]);
    return "done";
  }
  await doStep(engine, draft, step.planned.id);
  return restsNow(draft.view) ? "rest" : "done";
}

/** Shared locks go after the last step that names them. */
async function dropReads(engine: Engine, draft: Draft): Promise<void> {
  const { steps, planned, id } = draft.view;
  if (!planned) return;
  const done = steps.findIndex((step) => step.phase !== "ended") - 1;
  if (done < 0) return;
  const strongest = touchesOf(planned.plan).filter((touch) => touch.as === "reads");
  const lastUse = (resource: string): number =>
    steps.findLastIndex((step) => step.planned.on.some((touch) => touch.resource.id === resource));
  const free = strongest.map((touch) => touch.resource.id).filter((resource) => lastUse(resource) === done);
  if (free.length > 0) await engine.store.unlock(id, free);
}

/** The next run of the chain gets the locks before it is named; the parent stays open until it ends. */
async function continueWith(engine: Engine, draft: Draft): Promise<void> {
  const { view } = draft;
  const then = view.planned?.plan.then;
  if (!then) return;
  const outputs = new Map(
    view.steps.map((step) => [step.planned.id, { output: step.output ?? null, at: step.endedAt ?? "" }]),
  );
  const known = { run: { id: view.id, tag: tagOf(view.id) }, outputs };
  if (then.when !== true && resolveRefs(then.when, known) !== true) {
    await draft.append([{ type: "finished", outcome: "succeeded" }]);
    await tellParent(engine, draft.view);
    return;
  }
  const child = engine.child(view, then.runbook, resolveRefs(then.request, known));
  const { from, timeZone } = view.asked;
  const asked = {
    type: "asked",
    from,
    text: then.runbook,
    runbook: then.runbook,
    request: resolveRefs(then.request, known),
    timeZone,
    parent: view.id,
  } as const;
  await engine.store
    .append(child, 0, [{ at: isoNow(engine.clock), by: view.asked.by, event: asked }])
    .catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
  await engine.store.handLocks(view.id, child);
  await draft.append([{ type: "continued", child }]);
  await engine.wake(child);
}

/** A child that ended closes its parent's waiting. */
export async function tellParent(
  engine: Pick<Engine, "store" | "clock" | "announcer" | "wake">,
  view: RunView,
): Promise<void> {
  const parent = view.asked.parent;
  if (!parent || !view.outcome) return;
  const draft = await Draft.open(engine, parent);
  if (!draft || draft.view.outcome || draft.view.child?.outcome !== undefined) return;
  await draft.append([{ type: "childEnded", child: view.id, outcome: view.outcome }]);
  await engine.wake(parent);
}

/** Locks were freed: whoever waits may try now. */
async function wakeQueue(engine: Engine): Promise<void> {
  for (const run of await engine.store.lockQueue()) await engine.wake(run);
}
