import { isoNow } from "../core/clock.js";
import type { BaselineMirror, Watch } from "../core/events.js";
import type { RunId } from "../core/ids.js";
import { limitAt } from "../core/off-peak.js";
import { showBytes, showDuration, showThrottle } from "../core/units.js";
import type { Relationship } from "../ontap/index.js";
import type { Engine } from "./engine.js";
import type { WatchEntry } from "./store/store.js";

type Waiting = readonly [RunId, WatchEntry];
type Baseline = Extract<Watch, { kind: "baseline" }>;

/**
 * First transfers of a set: which are all over, or have one that should run with another limit than it does. One query for all of a cluster's; how
 * far they are, how fast they go and when they will be through is put on the card.
 */
export async function baselinesOver(
  engine: Pick<Engine, "store" | "farEnds" | "clock" | "announcer">,
  cluster: string,
  group: readonly Waiting[],
  samples: Samples,
): Promise<RunId[]> {
  const wanted = group.flatMap(([, { watch }]) => (watch.kind === "baseline" ? watch.mirrors : []));
  const found = await engine.farEnds.ontap(cluster).relationships.watch([...new Set(wanted.map(({ uuid }) => uuid))]);
  const seen = new Map(found.map((each) => [each.uuid, each]));
  const over: RunId[] = [];
  for (const [run, entry] of group) {
    if (entry.watch.kind !== "baseline") continue;
    if (isOver(entry.watch, seen, engine.clock.now())) over.push(run);
    else await showProgress(engine, [run, entry], entry.watch, seen, samples);
  }
  return over;
}

const isActive = (relationship: Relationship | undefined): boolean =>
  relationship?.transfer?.state === "queued" || relationship?.transfer?.state === "transferring";

/** A member that has failed is not waited for until the others are through. */
function isOver(watch: Baseline, seen: ReadonlyMap<string, Relationship>, now: number): boolean {
  return (
    watch.mirrors.some((mirror) => {
      const relationship = seen.get(mirror.uuid);
      if (!isActive(relationship)) return relationship?.state !== "snapmirrored";
      if (relationship?.transfer?.state !== "transferring") return false;
      const limit = limitAt(watch.window, relationship.throttleKilobytesPerSecond ?? 0, now);
      return mirror.runsWith === null || mirror.runsWith !== limit;
    }) || watch.mirrors.every(({ uuid }) => !isActive(seen.get(uuid)))
  );
}

interface Sample {
  readonly at: number;
  readonly moved: number;
}
/** What each run's rate is taken from: not older than a few minutes, so that a new limit shows. */
export type Samples = Map<RunId, readonly Sample[]>;
const RATE_OVER_MS = 5 * 60_000;

async function showProgress(
  { store, clock, announcer }: Pick<Engine, "store" | "clock" | "announcer">,
  [run, entry]: Waiting,
  watch: Baseline,
  seen: ReadonlyMap<string, Relationship>,
  samples: Samples,
): Promise<void> {
  const now = clock.now();
  const moved = watch.mirrors.reduce((sum, each) => sum + movedOf(each, seen.get(each.uuid)), 0);
  const total = watch.mirrors.reduce((sum, each) => sum + each.totalBytes, 0);
  const kept = [...(samples.get(run) ?? []).filter((each) => now - each.at <= RATE_OVER_MS && each.moved <= moved)];
  samples.set(run, [...kept, { at: now, moved }].slice(-100));
  await store.setProgress(run, {
    step: entry.step,
    text: text({ moved, total, now, first: kept[0] }, watch, seen),
    at: isoNow(clock),
  });
  await announcer.run(run, 0);
}

const movedOf = (mirror: BaselineMirror, relationship: Relationship | undefined): number =>
  relationship?.state === "snapmirrored"
    ? mirror.totalBytes
    : Math.min(relationship?.transfer?.bytes ?? 0, mirror.totalBytes);

function text(
  { moved, total, now, first }: { moved: number; total: number; now: number; first: Sample | undefined },
  watch: Baseline,
  seen: ReadonlyMap<string, Relationship>,
): string {
  const parts = [`${showBytes(moved)} of about ${showBytes(total)}`];
  const elapsed = first ? now - first.at : 0;
  if (first && elapsed > 1_000 && moved > first.moved) {
    const perMs = (moved - first.moved) / elapsed;
    parts.push(`${showBytes(perMs * 1000)}/s`, `about ${showDuration((total - moved) / perMs)} left at this rate`);
  }
  const limits = [...new Set(watch.mirrors.flatMap(({ runsWith }) => (runsWith === null ? [] : [runsWith])))];
  if (limits.some((each) => each > 0)) parts.push(`limited to ${limits.map(showThrottle).join(", ")}`);
  const through = watch.mirrors.filter(({ uuid }) => seen.get(uuid)?.state === "snapmirrored").length;
  if (watch.mirrors.length > 1) parts.push(`${through} of ${watch.mirrors.length} volumes are through`);
  return parts.join(", ");
}
