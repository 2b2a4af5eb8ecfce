import { isoNow } from "../core/clock.js";
import { ownerOf, type CloneNote } from "../core/clone-notes.js";
import type { RunView } from "../core/fold.js";
import { runIdFor, type RunId } from "../core/ids.js";
import { Conflict } from "../core/journal.js";
import { touchesOf } from "../core/plan.js";
import { plainText, said } from "../core/said.js";
import { showDuration, showTime } from "../core/units.js";
import { cloneName, lookForClones, type HeldClone } from "../health/index.js";
import { homeOf, viewOf } from "./home.js";
import { eyes, onlyOnce, type RoundsTools } from "./round-tools.js";

const HOUR_MS = 60 * 60_000;
/** An owner is told this long before the end. */
const TOLD_BEFORE_MS = [24 * HOUR_MS, HOUR_MS] as const;

/** Reminds owners before their leases end, and gives back what is past its end. */
export async function leases(tools: RoundsTools): Promise<void> {
  // Before the look: a clone that is given back in between is then either busy or gone.
  const open = await openViews(tools);
  const { clones, troubles } = await lookForClones(eyes(tools));
  for (const { cluster, why } of troubles)
    tools.log.warn({ cluster, why }, "clones there could not be looked at; their leases wait");
  for (const clone of clones) {
    const { until, kind, run } = clone.note;
    const end = until === undefined ? NaN : Date.parse(until);
    if (kind === "pin" || Number.isNaN(end)) continue;
    try {
      const leftMs = end - tools.clock.now();
      if (leftMs > 0) await remind(tools, clone, leftMs);
      else await past(tools, clone, -leftMs, open);
    } catch (error) {
      tools.log.error({ err: error, clone: run }, "a lease could not be seen to; the next round tries again");
    }
  }
}

async function openViews({ store }: RoundsTools): Promise<readonly RunView[]> {
  const views = await Promise.all((await store.open()).map((run) => viewOf(store, run)));
  return views.filter((view) => view !== undefined);
}

async function remind(tools: RoundsTools, clone: HeldClone, leftMs: number): Promise<void> {
  const { note, volumes } = clone;
  const made = Math.min(...volumes.map((volume) => Date.parse(volume.createTime ?? "")));
  // A lease that was shorter than the notice from the start is not announced by it.
  const due = TOLD_BEFORE_MS.filter((before) => leftMs <= before && !(Date.parse(note.until ?? "") - before <= made));
  const nearest = due.at(-1);
  if (nearest === undefined) return;
  await onlyOnce(tools, told(note, `${nearest / HOUR_MS}h`), async () => {
    const home = await homeOf(tools, note);
    const when = `${showTime(note.until ?? "", home.timeZone)} (in ${showDuration(leftMs)})`;
    const text =
      note.kind === "safety"
        ? `${capital(cloneName(clone))} is kept until ${when}. Nothing removes it by itself, but nobody promises it beyond that.`
        : `the lease of ${cloneName(clone)} ends ${when}. Then it is taken off the host and deleted.`;
    await tools.announcer.remind(ownerOf(note), text, choicesFor(note), home.thread);
  });
}

const told = (note: CloneNote, what: string): string => `lease:${note.run}:${note.kind}:${note.until ?? ""}:${what}`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function choicesFor({ kind, name, host }: CloneNote): readonly { label: string; say: string }[] {
  if (kind !== "clone" || host === undefined) return [];
  return [
    { label: "Extend by 2 days", say: `extend the ${name} clone on ${host} by 2 days` },
    { label: "Give it back now", say: `release the ${name} clone on ${host}` },
  ];
}

async function past(tools: RoundsTools, clone: HeldClone, overMs: number, open: readonly RunView[]): Promise<void> {
  const { note } = clone;
  if (note.kind === "safety" || tools.readOnly) return tellEnded(tools, clone);
  if (open.some((view) => isAbout(view, clone))) return;
  const last = await lastAttempt(tools, note);
  if (last && !last.outcome) return;
  if (last && last.outcome !== "succeeded") await tellFailure(tools, clone, last);
  const hour = Math.floor(overMs / HOUR_MS);
  await askForRelease(tools, clone, hour);
}

/** Safety copies are never removed by themselves, and in read-only mode nothing is. */
async function tellEnded(tools: RoundsTools, clone: HeldClone): Promise<void> {
  const { note } = clone;
  await onlyOnce(tools, told(note, "ended"), async () => {
    const home = await homeOf(tools, note);
    const why =
      note.kind === "safety"
        ? "It stays until somebody removes it."
        : "Sluice is in read-only mode, so it stays as it is.";
    const text = `${capital(cloneName(clone))} was to be kept until ${showTime(note.until ?? "", home.timeZone)}, which is over. ${why}`;
    await tools.announcer.remind(ownerOf(note), text, [], home.thread);
  });
}

/** Does an open run work on it: extend it, give it back, or hold it in a failed attempt? Before it is planned, its request may say so. */
function isAbout(view: RunView, { note, cluster, svm, volumes }: HeldClone): boolean {
  const asked = view.asked.request as { readonly run?: unknown } | null;
  if (asked?.run === note.run) return true;
  const ids = new Set(volumes.map((volume) => `${cluster}/${svm}/${volume.name}`));
  return view.planned !== undefined && touchesOf(view.planned.plan).some(({ resource }) => ids.has(resource.id));
}

const attemptNote = (note: CloneNote): string => told(note, "asked");

async function lastAttempt({ store }: RoundsTools, note: CloneNote): Promise<RunView | undefined> {
  const run = await store.note(attemptNote(note));
  return run === undefined ? undefined : viewOf(store, run as RunId);
}

/** The holder of open files, or whatever else stood in the way, is told to the owner: once for each thing that stands there. */
async function tellFailure(tools: RoundsTools, clone: HeldClone, attempt: RunView): Promise<void> {
  const { note } = clone;
  const problem = attempt.problem ?? "a step failed.";
  const name = told(note, "failed");
  if ((await tools.store.note(name)) === plainText(problem)) return;
  const home = await homeOf(tools, note);
  const text = said`The lease of ${cloneName(clone)} has ended, but it could not be given back: ${problem} It stays as it is, and is tried again every hour.`;
  await tools.announcer.remind(ownerOf(note), text, choicesFor(note), home.thread);
  await tools.store.setNote(name, plainText(problem));
}

/** Asks for `release-clone` in the owner's name, as the clone's plan said. One run an hour: the same hour is the same run. */
async function askForRelease(tools: RoundsTools, { note }: HeldClone, hour: number): Promise<void> {
  const { store, clock, announcer } = tools;
  const again = hour === 0 ? [] : [String(hour)];
  const run = runIdFor("lease", note.run, note.until ?? "", ...again);
  const home = await homeOf(tools, note);
  const from = {
    team: ownerOf(note).team,
    channel: home.channel,
    ts: home.ts,
    eventId: ["lease", note.run, note.until ?? "", ...again].join("-"),
  };
  const text = `release the ${note.name} clone on ${note.host ?? "?"} (its lease has ended)`;
  const event = {
    type: "asked",
    from,
    text,
    runbook: "release-clone",
    request: { run: note.run },
    timeZone: home.timeZone,
  } as const;
  try {
    await store.append(run, 0, [{ at: isoNow(clock), by: ownerOf(note), event }]);
  } catch (error) {
    if (error instanceof Conflict) return;
    throw error;
  }
  await store.setNote(attemptNote(note), run);
  await announcer.run(run, 1);
  await tools.wake(run);
}
