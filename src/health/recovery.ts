import type { SetConfig } from "../config/types.js";
import { completePoints, type Consistency } from "../core/points.js";
import type { Looked } from "./looked.js";
import type { MemberHealth, SetHealth, VolumeSight } from "./view.js";

/** A state of a set that could be brought back now. */
export interface RecoveryPoint {
  /** The snapshot's name; undefined: what the mirror shows as its content (SnapMirror's own snapshots). */
  readonly name: string | undefined;
  /** ISO-8601. */
  readonly taken: string;
  readonly consistency: Consistency;
}

/** What could be brought back of a set now, against its target. */
export interface SetRecovery {
  readonly set: SetConfig;
  /** `known: false`: the mirror could not be looked at, which says nothing about what it holds. */
  readonly known: boolean;
  /** The source side could be looked at. */
  readonly sourceSeen: boolean;
  readonly newest: RecoveryPoint | undefined;
  readonly applicationConsistent: RecoveryPoint | undefined;
  /** Age of the newest point, in milliseconds. An idle source's point counts from when it was last found unchanged. */
  readonly ageMs: number | undefined;
  readonly targetMs: number;
  readonly overdue: boolean;
  /** The point is older than `ageMs` says, but the source has not changed since. */
  readonly idle: boolean;
}

export const targetMs = (set: Pick<SetConfig, "rpoTargetMinutes">): number => set.rpoTargetMinutes * 60_000;

/** From the view of a set to its recovery point. Pure. */
export function recoveryOf({ set, members }: SetHealth, now: number): SetRecovery {
  const target = targetMs(set);
  const unknown = members.some((member) => !member.onMirror.ok || !member.relationship.ok);
  const points = completePoints(members.map((member) => seen(member.onMirror)?.snapshots ?? []));
  const state = shownState(members, now);
  const named = points[0];
  const newestNamed = named && { name: named.name, taken: named.taken, consistency: named.consistency };
  const frozen = points.find((point) => point.consistency === "application-consistent");
  const byState = state && (!newestNamed || Date.parse(state.point.taken) > Date.parse(newestNamed.taken));
  const readable = members.every((member) => seen(member.onMirror)?.volume.state !== "offline");
  const newest = readable ? (byState ? state.point : newestNamed) : undefined;
  const asOf = newest === undefined ? undefined : byState ? state.asOf : Date.parse(newest.taken);
  const ageMs = asOf === undefined ? undefined : Math.max(0, now - asOf);
  return {
    set,
    known: !unknown,
    sourceSeen: members.every((member) => member.onSource.ok),
    newest: unknown ? undefined : newest,
    applicationConsistent:
      unknown || !readable || !frozen
        ? undefined
        : { name: frozen.name, taken: frozen.taken, consistency: frozen.consistency },
    ageMs: unknown ? undefined : ageMs,
    targetMs: target,
    overdue: !unknown && (ageMs === undefined || ageMs > target),
    idle: newest !== undefined && asOf !== undefined && asOf > Date.parse(newest.taken),
  };
}

const seen = (side: Looked<VolumeSight | undefined>): VolumeSight | undefined => (side.ok ? side.is : undefined);

/** What all mirrors of a set show now: as old as the oldest of them. Undefined where one is no copy (broken off, never filled, gone). */
function shownState(
  members: readonly MemberHealth[],
  now: number,
): { readonly point: RecoveryPoint; readonly asOf: number } | undefined {
  const shown = members.map((member) => exportedAt(member, now));
  if (shown.length === 0 || shown.some((each) => each === undefined)) return undefined;
  const all = shown as { taken: number; asOf: number }[];
  const taken = Math.min(...all.map((each) => each.taken));
  const asOf = Math.min(...all.map((each) => each.asOf));
  return {
    point: { name: undefined, taken: new Date(taken).toISOString(), consistency: "crash-consistent" },
    asOf,
  };
}

const copies: ReadonlySet<string | undefined> = new Set(["snapmirrored", "paused", "in_sync"]);

/** When the content a mirror shows was taken, and until when the source is known to have held just that. */
export function exportedAt(
  { relationship, onMirror, policy }: Pick<MemberHealth, "relationship" | "onMirror" | "policy">,
  now: number,
): { readonly taken: number; readonly asOf: number } | undefined {
  if (!relationship.ok || !relationship.is || !copies.has(relationship.is.state)) return undefined;
  const { exportedSnapshot, lagMs, state } = relationship.is;
  const snapshot = seen(onMirror)?.snapshots.find((each) => each.name === exportedSnapshot);
  const taken =
    snapshot?.createTime !== undefined
      ? Date.parse(snapshot.createTime)
      : lagMs !== undefined
        ? now - lagMs
        : state === "in_sync"
          ? now
          : undefined;
  if (taken === undefined) return undefined;
  const unchanged = unchangedAt({ relationship, policy });
  return { taken, asOf: unchanged === undefined ? taken : Math.max(taken, unchanged) };
}

/**
 * When an idle mirror was last found in step with its source: it is healthy and its last transfer went well and moved nothing. The lag
 * the array shows goes on counting then (reference: Harvest 2066, 2091). Only where every update takes a snapshot of the source:
 * a policy that carries labelled snapshots alone also moves 0 bytes when there was no new label, whatever has been written.
 */
export function unchangedAt({
  relationship,
  policy,
}: Pick<MemberHealth, "relationship" | "policy">): number | undefined {
  const is = relationship.ok ? relationship.is : undefined;
  const last = is?.transfer;
  if (!is || is.state !== "snapmirrored" || is.healthy === false || !policy?.createsSnapshotOnSource) return undefined;
  if (last?.state !== "success" || last.bytes !== 0 || last.endTime === undefined) return undefined;
  return Date.parse(last.endTime) - (last.durationMs ?? 0);
}
