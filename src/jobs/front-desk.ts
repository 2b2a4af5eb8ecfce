import {
  decide,
  isOwnClone,
  mayAnswerDoubt,
  mayAsk,
  mayCancel,
  mayTryAgain,
  type Decision,
  type Permission,
  type Policy,
} from "../approvals/index.js";
import { isoNow } from "../core/clock.js";
import type { RunEvent } from "../core/events.js";
import { fold, hasBegun, pastNoReturn, type RunView, type StepView } from "../core/fold.js";
import { runIdFor, type RunId } from "../core/ids.js";
import { Conflict } from "../core/journal.js";
import type { Person } from "../core/resource.js";
import type { Ask, Desk, Reply, Visitor } from "./desk.js";
import { Draft } from "./draft.js";
import type { Timings } from "./engine.js";
import type { Store } from "./store/store.js";
import type { Clock } from "../core/clock.js";
import type { Announcer, ReplyTo } from "../core/announcer.js";
import type { Question } from "../core/answer.js";
import { showDuration } from "../core/units.js";

export interface DeskOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly announcer: Announcer;
  readonly policy: Policy;
  readonly timings: Timings;
  /** Open requests one person may have. */
  readonly openPerPerson: number;
  wake(run: RunId, kind: "plan" | "execute"): Promise<void>;
  ask(question: Question, to: ReplyTo, eventId: string): Promise<void>;
}

type Events = readonly (readonly [Person | "sluice", RunEvent])[];
/** What a click comes to, once the run has been read: entries to append and a sentence, or only a sentence. */
type Act = { readonly events: Events; readonly says: string; readonly wake?: boolean } | { readonly refuse: string };

const unknownRun = "I do not know that request (any more). Nothing was changed.";
const refused = (sentence: string): Reply => ({ ok: false, sentence });
const permitted = (permission: Permission): string | undefined => (permission.ok ? undefined : permission.says);

/** The desk: everything a person can do to a run, each by reading, deciding and appending with compare-and-swap. */
export function createDesk(options: DeskOptions): Desk {
  const { store, policy } = options;
  const see = async (run: RunId): Promise<RunView | undefined> => {
    const entries = await store.read(run);
    return entries.length === 0 ? undefined : fold(run, entries);
  };
  const all = async (runs: readonly RunId[]): Promise<RunView[]> =>
    (await Promise.all(runs.map(see))).filter((view) => view !== undefined);
  const on = (run: RunId, act: (view: RunView) => Act): Promise<Reply> => change(options, run, act);
  return {
    ask: (ask) => askFor(options, ask),
    question: async (question, to, visitor, eventId) => {
      const no = permitted(mayAsk(policy, visitor, question.name));
      if (no !== undefined) return refused(no);
      await options.ask(question, to, eventId);
      return { ok: true, sentence: "" };
    },
    vote: async (key, visitor, vote, reason) => {
      const run = await store.runOfKey(key);
      return run ? on(run, (view) => voteAct(options, view, key, visitor, vote, reason)) : refused(unknownRun);
    },
    cancel: (run, visitor, reason) => on(run, (view) => cancelAct(view, visitor, reason)),
    tryAgain: (run, visitor) => on(run, (view) => tryAgainAct(policy, view, visitor)),
    handToPerson: (run, visitor, reason) => on(run, (view) => handAct(policy, view, visitor, reason)),
    answerDoubt: (run, step, visitor, answer, reason) =>
      on(run, (view) => doubtAct(options, view, step, visitor, answer, reason)),
    view: see,
    runOfKey: (key) => store.runOfKey(key),
    recent: async (limit) => all(await store.recent(limit)),
    open: async () => all(await store.open()),
    progress: (run) => store.progress(run),
    card: (run) => store.card(run),
    keepCard: (run, card) => store.keepCard(run, card),
  };
}

async function askFor(options: DeskOptions, ask: Ask): Promise<{ run: RunId; fresh: boolean } | { refused: string }> {
  const { store, policy, clock } = options;
  const no = permitted(mayAsk(policy, ask.visitor, ask.runbook));
  if (no !== undefined) return { refused: no };
  const run = runIdFor(ask.from.team, ask.from.eventId);
  // A redelivery is no further request, and is not counted as one.
  if ((await store.read(run)).length > 0) return { run, fresh: false };
  const { person } = ask.visitor;
  const mine = (await Promise.all((await store.open()).map((each) => store.read(each)))).filter(
    (entries) => entries[0] && entries[0].by !== "sluice" && entries[0].by.user === person.user,
  );
  if (mine.length >= options.openPerPerson) {
    return {
      refused: `You have ${mine.length} open requests already, which is as many as one person may have. Finish or cancel one first. Nothing was changed.`,
    };
  }
  const { from, text, runbook, request, timeZone } = ask;
  try {
    await store.append(run, 0, [
      { at: isoNow(clock), by: person, event: { type: "asked", from, text, runbook, request, timeZone } },
    ]);
  } catch (error) {
    if (error instanceof Conflict) return { run, fresh: false };
    throw error;
  }
  await options.announcer.run(run, 1);
  await options.wake(run, "plan");
  return { run, fresh: true };
}

/** Reads, decides, appends; whoever loses the race reads and decides again, so that no click is dropped. */
async function change(options: DeskOptions, run: RunId, act: (view: RunView) => Act): Promise<Reply> {
  for (;;) {
    const draft = await Draft.open(options, run);
    if (!draft) return refused(unknownRun);
    const decided = act(draft.view);
    if ("refuse" in decided) return refused(decided.refuse);
    try {
      await draft.appendBy(decided.events);
    } catch (error) {
      if (error instanceof Conflict) continue;
      throw error;
    }
    if (decided.wake !== false) await options.wake(run, "execute");
    return { ok: true, sentence: decided.says };
  }
}

function voteAct(
  options: DeskOptions,
  view: RunView,
  key: string,
  visitor: Visitor,
  vote: "approve" | "deny",
  reason: string | undefined,
): Act {
  const { planned } = view;
  if (!planned) return { refuse: unknownRun };
  if (planned.key !== key)
    return { refuse: "That card shows an older plan. Look at the newest one: this click counts for nothing." };
  const settled = view.outcome ?? planned.settled?.outcome;
  const decision = decide({
    policy: options.policy,
    demand: planned.demand,
    votes: planned.votes,
    visitor,
    vote,
    requester: view.asked.by,
    now: options.clock.now(),
    hash: planned.hash,
    clickedHash: planned.hash,
    plannedAt: planned.at,
    ...(settled === undefined ? {} : { settled }),
  });
  return actOf(decision, visitor.person, planned.hash, reason);
}

function actOf(
  decision: Decision,
  person: Person,
  hash: Extract<RunEvent, { type: "settled" }>["hash"],
  reason: string | undefined,
): Act {
  const why = reason === undefined ? {} : { reason };
  if (decision.do === "refuse") return { refuse: decision.says };
  if (decision.do === "cancel") {
    return { events: [[person, { type: "settled", outcome: "cancelled", hash, ...why }]], says: decision.says };
  }
  const voted: RunEvent = { type: "voted", vote: decision.vote, hash, groups: decision.groups, ...why };
  const events: Events =
    decision.settles === null
      ? [[person, voted]]
      : [
          [person, voted],
          ["sluice", { type: "settled", outcome: decision.settles, hash, ...why }],
        ];
  return { events, says: decision.says, wake: decision.settles !== null };
}

function cancelAct(view: RunView, visitor: Visitor, reason: string | undefined): Act {
  const no = permitted(mayCancel(visitor, { requester: view.asked.by, demand: view.planned?.demand }));
  if (no !== undefined) return { refuse: no };
  if (view.outcome) return { refuse: `This request has ended already (${view.outcome}).` };
  if (view.cancel) return { refuse: "Somebody has asked to cancel this already; it stops at the next step." };
  const why = reason === undefined ? {} : { reason };
  const hash = view.planned?.hash;
  if (hash && !view.planned.settled) {
    return {
      events: [[visitor.person, { type: "settled", outcome: "cancelled", hash, ...why }]],
      says: "Cancelled. Nothing was changed.",
    };
  }
  if (pastNoReturn(view)) {
    return {
      refuse: "This is past the point of no return: stopping here would leave it half done, so it goes on to the end.",
    };
  }
  if (view.status === "doubted")
    return { refuse: "Nobody knows yet whether the last step happened: answer that first, then cancel." };
  const says = hasBegun(view)
    ? "It stops at the next step, and what was done is taken back."
    : "Cancelled. Nothing was changed.";
  return { events: [[visitor.person, { type: "cancelAsked", ...why }]], says };
}

const operable = (policy: Policy, view: RunView, visitor: Visitor, onlyLooks = false): string | undefined => {
  const plan = view.planned?.plan;
  const ownClone = plan !== undefined && isOwnClone({ runbook: plan.runbook, steps: plan.steps, asker: view.asked.by });
  return permitted(mayTryAgain(policy, visitor, { requester: view.asked.by, ownClone: ownClone || onlyLooks }));
};

const stuckStep = (view: RunView): StepView | undefined =>
  view.steps.find((step) => step.phase === "undoFailed") ??
  view.steps.find((step) => step.phase === "held") ??
  view.steps.find((step) => step.phase === "failed");

function tryAgainAct(policy: Policy, view: RunView, visitor: Visitor): Act {
  const step = stuckStep(view);
  // "Done" only makes us look: whoever asked may say it as well.
  const no = operable(policy, view, visitor, step?.held?.why === "handOff");
  if (no !== undefined) return { refuse: no };
  if (!step || (view.status !== "parked" && view.status !== "held"))
    return { refuse: "There is nothing to try again: this request is not stuck." };
  return {
    events: [[visitor.person, { type: "triedAgain", step: step.planned.id }]],
    says: step.held?.why === "handOff" ? "Looking whether it is done." : `Trying again: ${step.planned.says}.`,
  };
}

function handAct(policy: Policy, view: RunView, visitor: Visitor, reason: string): Act {
  const no = operable(policy, view, visitor);
  if (no !== undefined) return { refuse: no };
  const step = stuckStep(view) ?? view.steps.find((each) => each.phase === "doubted");
  if (!step || !["parked", "doubted", "held"].includes(view.status))
    return { refuse: "This request is not stuck; cancel it if it should stop." };
  const events: Events = [
    [visitor.person, { type: "handedOver", step: step.planned.id, reason }],
    ["sluice", { type: "finished", outcome: "abandoned" }],
  ];
  return { events, says: "This is in your hands now. Sluice does nothing more here, and its locks are free." };
}

function doubtAct(
  options: DeskOptions,
  view: RunView,
  stepId: string,
  visitor: Visitor,
  answer: "checkAgain" | "happened" | "didNot",
  reason: string,
): Act {
  const step = view.steps.find((each) => each.planned.id === stepId);
  if (!step || step.phase !== "doubted") return { refuse: "That question is answered already." };
  const no =
    answer === "checkAgain"
      ? operable(options.policy, view, visitor)
      : permitted(mayAnswerDoubt(options.policy, visitor, { requester: view.asked.by, effect: step.planned.effect }));
  if (no !== undefined) return { refuse: no };
  const openUntil = Date.parse(step.lastBeganAt ?? view.updatedAt) + options.timings.leaseMs + options.timings.callMs;
  const waitMs = openUntil - options.clock.now();
  if (answer === "didNot" && waitMs > 0 && step.planned.by === "sluice") {
    return {
      refuse: `The last call may still be under way. "It did not" can be answered in ${showDuration(waitMs)}. Nothing was changed.`,
    };
  }
  return {
    events: [[visitor.person, { type: "answered", step: stepId, answer, reason }]],
    says: "Thank you. Looking again.",
  };
}
