import type { SetConfig } from "../config/types.js";
import type { PauseNote } from "../core/pause-note.js";
import { said, type Said } from "../core/said.js";
import { showBytes, showDuration, showTime } from "../core/units.js";
import type { MirrorTransfer, Relationship } from "../ontap/index.js";
import type { Finding, FindingKind, Severity } from "./finding.js";
import { exportedAt, targetMs, unchangedAt } from "./recovery.js";
import type { MemberHealth } from "./view.js";

/** One mirror being judged. */
interface Case {
  readonly set: SetConfig;
  readonly member: MemberHealth;
  readonly is: Relationship;
  readonly now: number;
  readonly timeZone: string;
  /** "prod: the mirror epic_prd_dr on cvo-eastus2" */
  readonly it: string;
}

/** What is wrong with one mirror of a set: its worst condition, and what explains it. Empty when it is fine or could not be looked at. */
export function mirrorFindings(set: SetConfig, member: MemberHealth, now: number, timeZone: string): Finding[] {
  if (nothingThere(member)) {
    const { mirror } = member;
    const says = `${set.name} is not protected: nothing is mirrored to ${mirror.cluster}, and there is no volume ${mirror.volume} there.`;
    const choices = [{ label: `Protect ${set.name}`, say: `protect ${set.name}` }];
    return [finding(set, "volumeGone", "bad", "not protected", says, { choices })];
  }
  const sides = sideFindings(set, member);
  if (sides.some((each) => each.kind === "volumeGone") || !member.relationship.ok) return sides;
  const { mirror } = member;
  const is = member.relationship.is;
  if (!is) {
    const says = `${set.name} is not protected: ${mirror.volume} on ${mirror.cluster} is no mirror of anything.`;
    return [...sides, finding(set, "unprotected", "bad", "not protected", says)];
  }
  const it = `${set.name}: the mirror ${mirror.volume} on ${mirror.cluster}`;
  return [...sides, ...stateFindings({ set, member, is, now, timeZone, it })];
}

/** Neither a mirror nor a volume for one, while the source is there: never begun, or all of it gone; protecting it is the way on from both. */
const nothingThere = ({ relationship, onSource, onMirror }: MemberHealth): boolean =>
  relationship.ok && !relationship.is && onMirror.ok && !onMirror.is && onSource.ok && onSource.is !== undefined;

function finding(
  set: SetConfig,
  kind: FindingKind,
  severity: Severity,
  word: string,
  says: Said,
  more: { readonly weight?: number; readonly choices?: Finding["choices"] } = {},
): Finding {
  return { kind, severity, set: set.name, word, says, weight: more.weight ?? 0, choices: more.choices ?? [] };
}

function sideFindings(set: SetConfig, { source, mirror, onSource, onMirror }: MemberHealth): Finding[] {
  const found: Finding[] = [];
  for (const [at, side] of [[source, onSource] as const, [mirror, onMirror] as const]) {
    const name = `${at.volume} on ${at.cluster}`;
    if (!side.ok) continue;
    if (!side.is) {
      found.push(finding(set, "volumeGone", "bad", "volume gone", `${set.name}: there is no volume ${name}.`));
    } else if (side.is.volume.state !== "online" && side.is.volume.state !== undefined) {
      const says = `${set.name}: the volume ${name} is ${side.is.volume.state}.`;
      found.push(finding(set, "volumeOffline", "bad", side.is.volume.state, says));
    }
  }
  if (onSource.ok && onSource.is?.volume.type === "dp") {
    const says = `${set.name}: ${source.volume} on ${source.cluster} is read-only, so production cannot write: a restore into it is running, or one ended badly and its relationship is still there.`;
    found.push(finding(set, "sourceReadOnly", "bad", "production read-only", says));
  }
  return found;
}

function stateFindings(c: Case): Finding[] {
  const { set, member, is, it } = c;
  if (is.source.volume !== "" && is.source.volume !== member.source.volume) {
    const says = `${it} copies ${is.source.path}, not ${member.source.volume}: the configuration or the mirror is wrong.`;
    return [finding(set, "wrongSource", "bad", "wrong source", says)];
  }
  switch (is.state) {
    case "uninitialized":
      return [uninitialized(c)];
    case "broken_off":
      return [brokenOff(c)];
    case "paused":
      return [paused(c)];
    case "out_of_sync":
      return [finding(set, "outOfSync", "bad", "out of sync", `${it} is out of sync${reasons(is)}. ${lagText(c)}`)];
    case "synchronizing":
      return [finding(set, "transferring", "warning", "synchronising", `${it} is synchronising. ${lagText(c)}`)];
    case undefined:
      return [finding(set, "unknownState", "warning", "unknown", `${it} is in a state I do not know. ${lagText(c)}`)];
    case "snapmirrored":
    case "in_sync":
      return copying(c);
  }
}

function uninitialized({ set, is, it }: Case): Finding {
  const moving = isMoving(is.transfer);
  const says = moving
    ? `${it} holds nothing yet: its first transfer is running (${movedText(is.transfer)}).`
    : `${it} holds nothing: it has never finished its first transfer${reasons(is)}.`;
  return finding(set, "uninitialized", moving ? "warning" : "bad", moving ? "filling" : "empty", says);
}

function brokenOff(c: Case): Finding {
  const says = `${c.it} is broken off (failed over): it copies nothing any more, and what it holds is live data of its own. ${lagText(c)}`;
  return finding(c.set, "brokenOff", "bad", "broken off", says, { weight: c.is.lagMs ?? 0 });
}

function paused(c: Case): Finding {
  const { set, is, it } = c;
  const overdue = ageOf(c) > targetMs(set);
  const unhealthy = is.healthy === false ? ` It is unhealthy as well${reasons(is)}.` : "";
  const says = said`${it} is paused ${whoPaused(c)}. ${lagText(c)}${unhealthy}`;
  return finding(set, "paused", overdue || is.healthy === false ? "bad" : "warning", "paused", says, {
    weight: ageOf(c),
    choices: [{ label: `Resume ${set.name}`, say: `resume mirror ${set.name}` }],
  });
}

/** Time between an update that had begun and the note of the pause that stopped further ones. */
const BEGUN_BEFORE_MS = 60_000;

function whoPaused(c: Case): Said {
  const { pause } = c.member;
  if (!pause.ok) return `(by whom cannot be looked up now: ${pause.why})`;
  if (!pause.is) return "(not by Sluice)";
  const exported = exportedAt(c.member, c.now)?.taken;
  const since = exported !== undefined && exported > Date.parse(pause.is.at) + BEGUN_BEFORE_MS;
  return since
    ? said`(the last pause Sluice knows of: ${pauseText(pause.is, c)}; it was updated after that, so this pause may be somebody else's)`
    : pauseText(pause.is, c);
}

const pauseText = ({ by, at, reason }: PauseNote, { now, timeZone }: Case): Said =>
  said`by ${by}, asked ${showTime(at, timeZone)}, ${showDuration(Math.max(0, now - Date.parse(at)))} ago: ${reason}`;

/** A mirror that should be copying: unhealthy, late, without a schedule, idle, or at it. */
function copying(c: Case): Finding[] {
  const { set, is, it } = c;
  const update = [{ label: `Update ${set.name}`, say: `update mirror ${set.name}` }];
  const late = ageOf(c) > targetMs(set);
  if (is.healthy === false) {
    const says = `${it} is unhealthy${reasons(is)}.${failedText(is.transfer)} ${lagText(c)}`;
    const weight = ageOf(c) / targetMs(set);
    return [finding(set, "unhealthy", "bad", "unhealthy", says, { weight, choices: update })];
  }
  if (late) {
    const weight = ageOf(c) / targetMs(set);
    const choices = isMoving(is.transfer) ? [] : update;
    const says = `${it} is late. ${lagText(c)} ${causeOfLateness(c)}`;
    return [finding(set, "late", "bad", "late", says, { weight, choices })];
  }
  if (is.state === "snapmirrored" && scheduleOf(c) === undefined) {
    const says = `${it} has no schedule: nothing updates it by itself. ${lagText(c)}`;
    return [finding(set, "unscheduled", "warning", "no schedule", says, { choices: update })];
  }
  if ((is.lagMs ?? 0) > targetMs(set)) {
    const when = unchangedAt(c.member);
    const at = when === undefined ? "" : ` at ${showTime(new Date(when).toISOString(), c.timeZone)}`;
    const says = `${it} shows a lag of ${showDuration(is.lagMs ?? 0)}, but is not late: its last update${at} found nothing new to copy, so it held all that ${set.name} had then.`;
    return [finding(set, "idle", "note", "idle", says)];
  }
  if (!isMoving(is.transfer)) return [];
  return [finding(set, "transferring", "note", "updating", `${it} is being updated (${movedText(is.transfer)}).`)];
}

function causeOfLateness(c: Case): string {
  const { is, member } = c;
  const last = is.transfer;
  if (isMoving(last)) return `An update is running (${movedText(last)}).`;
  const schedule = scheduleOf(c);
  if (schedule === undefined) return "It has no schedule, so nothing updates it by itself.";
  const failed = failedText(last).trim();
  if (failed !== "") return failed;
  if (last?.state === "success" && last.bytes === 0) {
    if (member.policy && !member.policy.createsSnapshotOnSource) {
      return `Its updates run${endText(c)} and move nothing: its policy ${member.policy.name} carries labelled snapshots only, and there is no newer one on ${member.source.volume}.`;
    }
    return `Its last update${endText(c)} moved nothing.`;
  }
  return `Its last update ended${endText(c)}, although its schedule is ${schedule}: whether the schedule runs has to be looked at on ${member.mirror.cluster}.`;
}

const endText = ({ is, timeZone }: Case): string =>
  is.transfer?.endTime === undefined ? "" : ` (last ${showTime(is.transfer.endTime, timeZone)})`;

const scheduleOf = ({ is, member }: Case): string | undefined => is.schedule ?? member.policy?.schedule;

/** How old what the mirror holds is; Infinity when it holds nothing that can be dated. */
function ageOf({ member, is, now }: Case): number {
  const shown = exportedAt(member, now);
  return shown ? Math.max(0, now - shown.asOf) : (is.lagMs ?? Infinity);
}

function lagText(c: Case): string {
  const { is, set } = c;
  const target = `the target is ${showDuration(targetMs(set))}`;
  if (is.lagMs === undefined) return `The array shows no lag; ${target}.`;
  return `What it holds is ${showDuration(is.lagMs)} old; ${target}.`;
}

const isMoving = (transfer: MirrorTransfer | undefined): boolean =>
  transfer?.state === "queued" || transfer?.state === "transferring";

const movedText = (transfer: MirrorTransfer | undefined): string =>
  transfer?.state === "queued"
    ? "queued"
    : `${showBytes(transfer?.bytes ?? 0)} moved${transfer?.durationMs === undefined ? "" : ` in ${showDuration(transfer.durationMs)}`}`;

const failedText = (transfer: MirrorTransfer | undefined): string =>
  transfer?.state === "failed" || transfer?.state === "aborted" || transfer?.state === "hard_aborted"
    ? ` Its last ${transfer.type ?? "transfer"} ${transfer.state === "failed" ? "failed" : "was aborted"}.`
    : "";

/** All reasons the array gives, outermost first. */
function reasons({ unhealthyReasons }: Relationship): string {
  const all = unhealthyReasons.map(
    ({ message, code }) => `${message.replace(/[.\s]+$/, "")}${code === undefined ? "" : ` (${code})`}`,
  );
  return all.length === 0 ? "" : `: ${all.join("; ")}`;
}
