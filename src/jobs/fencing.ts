import { failoverNoteName, readFailoverNote, type FailoverNote } from "../core/failover-note.js";
import { isoNow } from "../core/clock.js";
import { fold } from "../core/fold.js";
import { runIdFor, type RunId } from "../core/ids.js";
import { Conflict } from "../core/journal.js";
import type { SetConfig } from "../config/types.js";
import { ownerOf } from "../core/clone-notes.js";
import { asProblem } from "../core/problems.js";
import { homeOf } from "./home.js";
import type { RoundsTools } from "./round-tools.js";

/** After an attempt that did not end well, the next one waits so long. */
const AGAIN_AFTER_MS = 10 * 60_000;

/**
 * The standing task of a failover without the array: whoever is failed over and not fenced is fenced as soon as the array is seen again, by a run of its
 * own, asked for in the name of who asked for the failover. The array is not called while the mirror's own cluster says that it is out of reach.
 */
export async function fencing(tools: RoundsTools): Promise<void> {
  if (tools.readOnly) return;
  for (const set of tools.inventory.sets) {
    try {
      const note = readFailoverNote(await tools.store.note(failoverNoteName(set.name)));
      if (note && !note.fenced) await seeTo(tools, set, note);
    } catch (error) {
      tools.log.error(
        { err: error, set: set.name },
        "a source that should be fenced could not be seen to; the next round tries again",
      );
    }
  }
}

interface Attempt {
  readonly count: number;
  readonly run: string;
}
const attemptName = (note: FailoverNote): string => `fence:${note.run}`;

async function seeTo(tools: RoundsTools, set: SetConfig, note: FailoverNote): Promise<void> {
  const { store, clock } = tools;
  const kept = await store.note(attemptName(note));
  const last = kept === undefined ? undefined : (JSON.parse(kept) as Attempt);
  const entries = last === undefined ? [] : await store.read(last.run as RunId);
  const view = entries.length === 0 ? undefined : fold((last as Attempt).run as RunId, entries);
  if (view && !view.outcome) return;
  if (view && clock.now() - Date.parse(view.updatedAt) < AGAIN_AFTER_MS) return;
  if (!(await isSeen(tools, set))) return;
  await askForFence(tools, set, note, (last?.count ?? 0) + 1);
}

/** All of it: half a source cannot be fenced. */
async function isSeen(tools: RoundsTools, set: SetConfig): Promise<boolean> {
  for (const { source, mirror } of set.members) {
    try {
      const peer = await tools.farEnds
        .ontap(mirror.cluster)
        .clusterPeers.findByRemote(source.cluster)
        .catch(() => undefined);
      if (peer?.availability === "unavailable") return false;
      if (
        (await tools.farEnds.ontap(source.cluster).volumes.list({ svm: source.svm, name: source.volume })).length === 0
      )
        return false;
    } catch (error) {
      tools.log.debug({ cluster: source.cluster, why: asProblem(error).sentence }, "not seen yet");
      return false;
    }
  }
  return true;
}

/** One run an attempt: the same attempt is the same run. From the second on the hosts are left as they are. */
async function askForFence(tools: RoundsTools, set: SetConfig, note: FailoverNote, count: number): Promise<void> {
  const { store, clock, announcer } = tools;
  const run = runIdFor("fence", note.run, String(count));
  const home = await homeOf(tools, { run: note.run, owner: note.by, ...(note.thread ? { thread: note.thread } : {}) });
  const event = {
    type: "asked",
    from: {
      team: ownerOf({ owner: note.by }).team,
      channel: home.channel,
      ts: home.ts,
      eventId: `fence-${note.run}-${count}`,
    },
    text: `fence ${set.name} (its array is seen again after the failover)`,
    runbook: "fence",
    request: { set: set.name, ...(count > 1 ? { withoutHosts: true } : {}) },
    timeZone: note.timeZone,
  } as const;
  try {
    await store.append(run, 0, [{ at: isoNow(clock), by: ownerOf({ owner: note.by }), event }]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
  await store.setNote(attemptName(note), JSON.stringify({ count, run } satisfies Attempt));
  await announcer.run(run, 1);
  await tools.wake(run);
}
