import type { FailoverNote } from "../core/failover-note.js";
import { ownerOf } from "../core/clone-notes.js";
import { listed } from "../core/listed.js";
import { said, type Said } from "../core/said.js";
import { showDuration, showTime } from "../core/units.js";
import { type Finding, type FindingKind, type Severity } from "./finding.js";
import { mirrorFindings } from "./mirrors.js";
import type { MemberHealth, SetHealth } from "./view.js";

/** What stays true of a member whose mirror is the productive copy. */
const stillSaid: ReadonlySet<FindingKind> = new Set(["volumeGone", "volumeOffline"]);

/** A set that runs on its mirror: since when and where, whether its old copy is fenced, and whether anything copies the new one. */
export function failoverFindings(
  { set, members }: SetHealth,
  note: FailoverNote,
  now: number,
  timeZone: string,
): Finding[] {
  const finding = (
    kind: FindingKind,
    severity: Severity,
    word: string,
    says: Said,
    choices: Finding["choices"] = [],
  ): Finding => ({
    kind,
    severity,
    set: set.name,
    word,
    says,
    weight: Math.max(0, now - Date.parse(note.since)),
    choices,
  });
  const broken = members.filter(({ relationship }) => relationship.ok && relationship.is?.state === "broken_off");
  const other = members.filter((member) => !broken.includes(member));
  const since = `${showTime(note.since, timeZone)} (${showDuration(Math.max(0, now - Date.parse(note.since)))})`;
  const partly =
    other.length === 0
      ? ""
      : ` But ${listed(other.map(({ mirror }) => mirror.volume))} ${other.length === 1 ? "is" : "are"} not broken off: the set is torn.`;
  const is = said`${set.name}: failed over since ${since} by ${ownerOf({ owner: note.by })}, runs on ${note.host}. ${snapshotsText(broken, now)}${partly}`;
  const back = [{ label: `Fail ${set.name} back`, say: `failback ${set.name}` }];
  const kept = members
    .flatMap((member) => mirrorFindings(set, member, now, timeZone))
    .filter(({ kind }) => stillSaid.has(kind));
  const found = [
    finding("failedOver", partly === "" && hasPolicy(broken) ? "warning" : "bad", "failed over", is, back),
    ...kept,
  ];
  if (note.fenced) return found;
  const sources = listed([...new Set(note.members.map(({ source }) => source.cluster))]);
  const unfenced = `${set.name}: UNFENCED. ${sources} may still serve production's hosts, and what they write there is in no copy. It is fenced as soon as it is seen again; until then keep the application there stopped.`;
  return [
    finding("unfenced", "bad", "UNFENCED", unfenced, [{ label: `Fence ${set.name} now`, say: `fence ${set.name}` }]),
    ...found,
  ];
}

const policiesOf = (members: readonly MemberHealth[]): string[] =>
  members.flatMap(({ onMirror }) => (onMirror.ok && onMirror.is ? [onMirror.is.volume.snapshotPolicy ?? "none"] : []));
const hasPolicy = (members: readonly MemberHealth[]): boolean => !policiesOf(members).includes("none");

/** Nothing copies it elsewhere; its own snapshots are all there is. */
function snapshotsText(members: readonly MemberHealth[], now: number): string {
  const policies = policiesOf(members);
  if (policies.includes("none"))
    return "Nothing copies it, and no snapshots are taken of it: it has no snapshot policy.";
  const newest = members.flatMap(({ onMirror }) => {
    const times = onMirror.ok
      ? (onMirror.is?.snapshots ?? [])
          .filter(({ name }) => !name.startsWith("snapmirror."))
          .map(({ createTime }) => Date.parse(createTime ?? ""))
          .filter((at) => !Number.isNaN(at))
      : [];
    return times.length === 0 ? [] : [Math.max(...times)];
  });
  const age = newest.length === 0 ? "" : `; the newest is ${showDuration(Math.max(0, now - Math.min(...newest)))} old`;
  return `Nothing copies it anywhere; snapshots are taken of it by the policy ${listed([...new Set(policies)].map((each) => `"${each}"`))}${age}.`;
}
