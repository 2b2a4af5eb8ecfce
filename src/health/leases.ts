import { ownerOf } from "../core/clone-notes.js";
import { said, type Said } from "../core/said.js";
import { showDuration, showTime } from "../core/units.js";
import type { Finding, FindingKind, Severity } from "./finding.js";
import type { HeldClone } from "./view.js";

const DAY_MS = 86_400_000;
/** How long before its end a lease is spoken of. */
export const LEASE_NEAR_MS = 3 * DAY_MS;
/** A pin or a clone without a lease belongs to a run under way; after so long something was left behind. */
const LEFT_AFTER_MS = DAY_MS;

/** "the clone training of prod on epic-trn-01" */
export const cloneName = ({ note }: Pick<HeldClone, "note">): string =>
  note.kind === "clone"
    ? `the clone "${note.name}" of ${note.set}${note.host === undefined ? "" : ` on ${note.host}`}`
    : `the ${note.name} of ${note.set}`;

/** Leases that end soon or have ended, and what was left behind. */
export function leaseFindings(clones: readonly HeldClone[], now: number, timeZone: string): Finding[] {
  return clones.flatMap((clone) => leaseFinding(clone, now, timeZone) ?? []);
}

function leaseFinding(clone: HeldClone, now: number, timeZone: string): Finding | undefined {
  const { note } = clone;
  const until = note.until === undefined ? undefined : Date.parse(note.until);
  if (until === undefined || Number.isNaN(until)) return left(clone, now);
  const leftMs = until - now;
  if (leftMs > LEASE_NEAR_MS) return undefined;
  const owner = ownerOf(note);
  const when = showTime(note.until ?? "", timeZone);
  const span = showDuration(Math.abs(leftMs));
  const safety = note.kind === "safety";
  const it = `${note.set}: ${cloneName(clone).replace(` of ${note.set}`, "")}`;
  if (leftMs <= 0) {
    const says = safety
      ? said`${it} was to be kept until ${when} (${span} ago) and is still there, with the space it holds; nothing removes it by itself. Owner: ${owner}.`
      : said`${it} had its lease until ${when} (${span} ago) and is still there. Owner: ${owner}.`;
    return finding(clone, safety ? "safetyEnded" : "leaseEnded", "warning", says, -leftMs);
  }
  const says = safety
    ? said`${it} is to be kept until ${when}, ${span} from now: the way back from that restore. Owner: ${owner}.`
    : said`${it}: its lease ends ${when}, in ${span}; it is given back by itself then. Owner: ${owner}.`;
  return finding(clone, safety ? "safetyEnding" : "leaseEnding", safety ? "warning" : "note", says, -leftMs);
}

/** What has no lease belongs to a run that is under way, unless that was long ago. */
function left(clone: HeldClone, now: number): Finding | undefined {
  const since = Math.min(...clone.volumes.map((volume) => Date.parse(volume.createTime ?? "")));
  if (!(now - since > LEFT_AFTER_MS)) return undefined;
  const { note } = clone;
  const age = showDuration(now - since);
  if (note.kind === "pin") {
    const says = `${note.set}: the snapshot ${note.snapshot} is still held for the run ${note.run}, ${age} after it began: a restore that did not come to its end.`;
    return finding(clone, "pinLeft", "warning", says, now - since);
  }
  const says = `${note.set}: ${cloneName(clone).replace(` of ${note.set}`, "")} has no lease, ${age} after it was made: the run ${note.run} did not come to its end.`;
  return finding(clone, "cloneUnfinished", "warning", says, now - since);
}

function finding({ note }: HeldClone, kind: FindingKind, severity: Severity, says: Said, weight: number): Finding {
  const extend = {
    label: `Extend ${note.name}`,
    say: `extend the ${note.name} clone on ${note.host ?? "?"} by 2 days`,
  };
  const choices = (kind === "leaseEnding" || kind === "leaseEnded") && note.host !== undefined ? [extend] : [];
  return { kind, severity, set: note.set, word: "", says, weight, choices };
}
