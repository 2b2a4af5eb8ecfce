import { listed } from "../core/listed.js";
import { DateTime } from "luxon";
import type { SetConfig } from "../config/types.js";
import { consistencyOf, isNightly } from "../core/points.js";
import { showDuration, showTime } from "../core/units.js";
import { failoverFindings } from "./failovers.js";
import { worstFirst, type Finding } from "./finding.js";
import { leaseFindings } from "./leases.js";
import { mirrorFindings } from "./mirrors.js";
import { lastNight, missingNights, nightsDue, type MissingNight, type Slot } from "./nights.js";
import { peeringFindings } from "./peerings.js";
import { recoveryOf } from "./recovery.js";
import { vaultFindings } from "./vaults.js";
import type { HealthView, SetHealth, Trouble } from "./view.js";

/**
 * From what was seen to what is wrong, worst first. Pure: the same view, time and zone give the same findings. An empty answer means that
 * everything was looked at and is well; what could not be looked at is a finding itself.
 */
export function judgeHealth(view: HealthView, now: number, timeZone = "UTC"): readonly Finding[] {
  const due = new Map<string, readonly Slot[]>();
  const slotsOf = ({ nightly }: SetConfig): readonly Slot[] => {
    const key = `${nightly.cron} ${nightly.timeZone} ${nightly.graceMinutes}`;
    const slots = due.get(key) ?? nightsDue(nightly, now);
    due.set(key, slots);
    return slots;
  };
  return worstFirst([
    ...view.troubles.map((trouble) => unreachable(trouble, view.sets)),
    ...peeringFindings(view),
    ...vaultFindings(view.keyVaults, now, timeZone),
    ...view.sets.flatMap((health) => setFindings(health, { now, timeZone, slots: slotsOf(health.set) })),
    ...leaseFindings(view.clones, now, timeZone),
  ]);
}

interface When {
  readonly now: number;
  readonly timeZone: string;
  readonly slots: readonly Slot[];
}

function unreachable({ cluster, why }: Trouble, sets: readonly SetHealth[]): Finding {
  const touched = (side: "source" | "mirror"): string[] =>
    sets.filter(({ members }) => members.some((member) => member[side].cluster === cluster)).map(({ set }) => set.name);
  const mirrors = touched("mirror");
  const sources = touched("source");
  const unknown = [
    ...(mirrors.length > 0 ? [`what could be restored of ${listed(mirrors)} is not known`] : []),
    ...(sources.length > 0 ? [`the source side of ${listed(sources)} is not judged`] : []),
  ];
  const says = `Could not look at ${cluster}: ${why}${unknown.length > 0 ? ` So ${listed(unknown)}.` : ""}`;
  return { kind: "unreachable", severity: "bad", word: "not seen", says, weight: mirrors.length, choices: [] };
}

/** Conditions under which a missing night on the mirror says nothing new. */
const emptyMirror: ReadonlySet<string> = new Set(["unprotected", "uninitialized", "volumeGone"]);

function setFindings(health: SetHealth, when: When): Finding[] {
  const { now, timeZone, slots } = when;
  const { failover } = health;
  // Its mirror is the productive copy: nights, lateness and the state of its old source say nothing now.
  if (failover) return failoverFindings(health, failover, now, timeZone);
  const mirrors = health.members.flatMap((member) => mirrorFindings(health.set, member, now, timeZone));
  const empty = mirrors.some(({ kind }) => emptyMirror.has(kind));
  const nights = missingNights(health, slots).filter((night) => !empty || night.on !== "mirror");
  return [
    ...mirrors,
    ...pointFindings(health, now, empty),
    ...nightFindings(health, nights, slots),
    ...(empty ? [] : qualityFindings(health, when)),
  ];
}

function pointFindings(health: SetHealth, now: number, explained: boolean): Finding[] {
  const { set, known, newest } = recoveryOf(health, now);
  if (!known || newest || explained) return [];
  const says = `${set.name}: nothing could be restored now: its mirror holds no snapshot that is complete on every volume and readable.`;
  return [{ kind: "noPoint", severity: "bad", set: set.name, word: "no point", says, weight: 0, choices: [] }];
}

function nightFindings(
  { set, members }: SetHealth,
  nights: readonly MissingNight[],
  slots: readonly Slot[],
): Finding[] {
  const places = {
    source: [...new Set(members.map((member) => member.source.cluster))],
    mirror: [...new Set(members.map((member) => member.mirror.cluster))],
  };
  const last = slots.at(-1)?.night;
  return (["both", "source", "mirror"] as const).flatMap((on): Finding[] => {
    const missing = nights.filter((each) => each.on === on);
    if (missing.length === 0) return [];
    const where = on === "both" ? [...places.source, ...places.mirror] : places[on];
    const volumes = [...new Set(missing.flatMap((each) => each.volumes))];
    const some = volumes.length > 0 ? ` (of ${listed(volumes)})` : "";
    const few = missing.length === 1 ? "the night of" : "the nights of";
    const says = `${set.name}: ${few} ${listed(missing.map((each) => showNight(each.night)))} ${missing.length === 1 ? "is" : "are"} missing on ${listed(where)}${some}.`;
    const severity = on !== "source" && missing.some((each) => each.night === last) ? "bad" : "warning";
    const word = missing.length === 1 ? "night missing" : `${missing.length} nights missing`;
    return [{ kind: "nightMissing", severity, set: set.name, word, says, weight: missing.length, choices: [] }];
  });
}

const showNight = (night: string): string => DateTime.fromISO(night, { zone: "UTC" }).toFormat("ccc d LLL");

/** No night at all, or a newest night whose application was not frozen. */
function qualityFindings(health: SetHealth, { now, timeZone, slots }: When): Finding[] {
  const { set, members } = health;
  const sides = members.flatMap(({ onSource, onMirror }) => [onSource, onMirror]);
  if (sides.some((side) => !side.ok)) return [];
  const nightly = sides.some((side) => side.ok && side.is?.snapshots.some((each) => isNightly(set, each.name)));
  if (!nightly) {
    if (slots.length === 0) return [];
    const says = `${set.name}: no night (${set.nightly.pattern}) is held on either side.`;
    return [{ kind: "noNights", severity: "bad", set: set.name, word: "no nights", says, weight: 0, choices: [] }];
  }
  const last = lastNight(health, slots);
  if (!last?.snapshot || consistencyOf([last.snapshot]) === "application-consistent") return [];
  const { applicationConsistent: good } = recoveryOf(health, now);
  const else_ = good
    ? `The newest application-consistent one is ${good.name ?? "?"}, ${showDuration(now - Date.parse(good.taken))} old (${showTime(good.taken, timeZone)}).`
    : "There is no application-consistent one.";
  const comment = last.snapshot.comment === "" ? "" : ` ("${last.snapshot.comment}")`;
  const says = `${set.name}: the night of ${showNight(last.night)} is crash-consistent only${comment}. ${else_}`;
  return [
    { kind: "crashNight", severity: "warning", set: set.name, word: "crash-consistent", says, weight: 0, choices: [] },
  ];
}
