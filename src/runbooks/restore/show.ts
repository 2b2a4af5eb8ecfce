import { showBytes, showDuration } from "../../core/units.js";
import type { PauseNote } from "../../core/pause-note.js";
import { said } from "../../core/said.js";
import type { Planner, Steps } from "../define.js";
import { listed } from "../inventory.js";
import type { MemberView } from "../mirrors.js";
import { showAge, showTime, type SetPoint } from "../points.js";
import type { Facts } from "./facts.js";

/** What the card says of a restore beside its steps: what is lost first. */
export function showLoss(facts: Facts, p: Pick<Planner<Steps>, "show" | "warn">): void {
  const { point, set, run, members } = facts;
  p.show("Restores to", `${point.name}, taken ${showTime(point.taken, run.timeZone)}: ${showAge(point, run.askedAt)}`);
  const since = showDuration(Math.max(0, Date.parse(run.askedAt) - Date.parse(point.taken)));
  const from = showTime(point.taken, run.timeZone);
  p.show("Will be lost", `everything written to ${set.name} since ${from}: the last ${since}`, "danger");
  const newer = members.flatMap(({ onSource }) =>
    onSource.filter(
      (each) => !each.name.startsWith("snapmirror.") && Date.parse(each.createTime ?? "") > Date.parse(point.taken),
    ),
  );
  if (newer.length > 0) {
    p.show(
      "Snapshots that may go",
      `${listed(newer.slice(0, 6).map((each) => each.name))} on the array are newer, and a restore may remove them`,
      "danger",
    );
  }
  for (const { member, paused } of members) if (paused) showPaused(facts, member, paused.note, p);
  const used = members.reduce((sum, { target }) => sum + (target.usedBytes ?? target.sizeBytes ?? 0), 0);
  p.show("Size", `up to ${showBytes(used)}; only what differs moves`);
  p.show(
    "Stops",
    `${listed(facts.hosts.map((host) => host.name))} lose ${listed(set.layout.volumeGroups.flatMap((group) => group.logicalVolumes.map((each) => each.mountPoint)))} while it runs`,
  );
  showOthers(facts, p);
  const local = members.every(({ onSource }, i) =>
    onSource.some((each) => each.versionUuid !== undefined && each.versionUuid === point.members[i]?.versionUuid),
  );
  if (local) p.show("Quicker", "the same snapshot is on the array itself: a local revert there takes seconds");
  if (facts.lookFirst !== undefined)
    p.show("Look first", `"${facts.lookFirst}" shows the old data without touching production`);
}

/** How many are told in the text; all of them are there to choose from. */
const TOLD = 3;

function showOthers({ set, point, points, run }: Facts, p: Pick<Planner<Steps>, "show">): void {
  const others = points.filter((each) => each.name !== point.name);
  if (others.length === 0) return p.show("Other points", "none");
  const told = others
    .slice(0, TOLD)
    .map((each) => `${each.name} (${showTime(each.taken, run.timeZone)}, ${showAge(each, run.askedAt)})`);
  const rest = others.length > TOLD ? `; ${others.length - TOLD} older` : "";
  const choices = others.map((each) => ({
    label: [
      each.name,
      ageOf(each, run.askedAt),
      ...(each.label === undefined ? [] : [each.label]),
      each.consistency,
    ].join(", "),
    say: `restore ${set.name} from ${each.name}`,
  }));
  p.show("Other points", `${told.join(", ")}${rest}`, "plain", choices);
}

const ageOf = (point: SetPoint, askedAt: string): string =>
  `${showDuration(Math.max(0, Date.parse(askedAt) - Date.parse(point.taken)))} old`;

/** A pause is somebody's decision: the restore works around it, and says whose it is. */
function showPaused(
  { run }: Facts,
  { mirror }: MemberView,
  note: PauseNote | undefined,
  p: Pick<Planner<Steps>, "show">,
): void {
  const stays = "The restore leaves it paused.";
  p.show(
    "Mirror",
    note
      ? said`${mirror.volume} on ${mirror.cluster} was paused by ${note.by} ${showTime(note.at, run.timeZone)}: ${note.reason}. ${stays}`
      : `${mirror.volume} on ${mirror.cluster} is paused, and not by me: nobody wrote down who or why. ${stays}`,
    "warning",
  );
}
