import { DateTime } from "luxon";
import { isNightly } from "../core/points.js";
import type { NightlyConfig } from "../config/types.js";
import type { Snapshot } from "../ontap/index.js";
import { ticksBetween } from "./cron.js";
import type { SetHealth } from "./view.js";

const DAY_MS = 86_400_000;
const NIGHTS_LOOKED_BACK = 7;
/** A snapshot may be stamped a little before its schedule, by a clock that is ahead. */
const EARLY_MS = 30 * 60_000;

/** A night that is due and not complete on a side. */
export interface MissingNight {
  /** Local date in the zone of the nightly's schedule. */
  readonly night: string;
  readonly on: "source" | "mirror" | "both";
  /** Volumes that lack it, where others of the set have it. */
  readonly volumes: readonly string[];
}

/** How the last night that is due went. */
export interface LastNight {
  readonly night: string;
  readonly snapshot: Snapshot | undefined;
}

/** A night that should be there: the time between its schedule and the next. Milliseconds since the epoch. */
export interface Slot {
  /** Local date in the zone of its schedule. */
  readonly night: string;
  readonly from: number;
  readonly to: number;
}

/** The nights of the last seven days that have come due, grace included, oldest first. */
export function nightsDue({ cron, timeZone, graceMinutes }: NightlyConfig, now: number): readonly Slot[] {
  const until = now - graceMinutes * 60_000;
  const ticks = ticksBetween(cron, timeZone, until - NIGHTS_LOOKED_BACK * DAY_MS, until);
  return ticks.map((at, i) => ({
    night: DateTime.fromMillis(at, { zone: timeZone }).toISODate() ?? "",
    from: at - EARLY_MS,
    to: (ticks[i + 1] ?? Infinity) - EARLY_MS,
  }));
}

/**
 * Nights that should be there and are not. A night older than the oldest that a side holds has been rotated out there, which is no fault,
 * unless the other side holds older ones and lacks it too: then it was never taken. A side that could not be looked at lacks nothing.
 */
export function missingNights(health: SetHealth, slots: readonly Slot[]): readonly MissingNight[] {
  const perMember = health.members.map((member) => ({
    source: sideOf(health, member.onSource),
    mirror: sideOf(health, member.onMirror),
    names: { source: member.source.volume, mirror: member.mirror.volume },
  }));
  return slots.flatMap((slot) => {
    const lacking = perMember.map((member) => ({
      source: lacks(slot, member.source, member.mirror) ? member.names.source : undefined,
      mirror: lacks(slot, member.mirror, member.source) ? member.names.mirror : undefined,
    }));
    const source = lacking.flatMap((each) => each.source ?? []);
    const mirror = lacking.flatMap((each) => each.mirror ?? []);
    if (source.length === 0 && mirror.length === 0) return [];
    const some = (names: readonly string[]): readonly string[] => (names.length < perMember.length ? names : []);
    return [
      {
        night: slot.night,
        on: source.length === 0 ? "mirror" : mirror.length === 0 ? "source" : "both",
        volumes: [...some(source), ...some(mirror)],
      },
    ];
  });
}

/** The newest night that is due, as the mirror's first volume has it. Undefined where it could not be looked at or none is due. */
export function lastNight(health: SetHealth, slots: readonly Slot[]): LastNight | undefined {
  const slot = slots.at(-1);
  const [member] = health.members;
  if (!slot || !member?.onMirror.ok) return undefined;
  const nights = sideOf(health, member.onMirror) ?? [];
  return { night: slot.night, snapshot: nights.find((each) => within(slot, each)) };
}

type Side = readonly Snapshot[] | undefined;

function sideOf(health: Pick<SetHealth, "set">, side: SetHealth["members"][number]["onSource"]): Side {
  if (!side.ok) return undefined;
  return (side.is?.snapshots ?? []).filter((each) => isNightly(health.set, each.name));
}

const timeOf = (snapshot: Snapshot): number => Date.parse(snapshot.createTime ?? "");
const within = (slot: Slot, snapshot: Snapshot): boolean => timeOf(snapshot) >= slot.from && timeOf(snapshot) < slot.to;

function lacks(slot: Slot, side: Side, other: Side): boolean {
  if (side === undefined || side.some((each) => within(slot, each))) return false;
  if (holdsOlder(slot, side)) return true;
  const otherHas = other?.some((each) => within(slot, each)) ?? false;
  return side.length === 0 ? otherHas : !otherHas && holdsOlder(slot, other ?? []);
}

const holdsOlder = (slot: Slot, side: readonly Snapshot[]): boolean => side.some((each) => timeOf(each) < slot.from);
