import { showDuration } from "../../core/units.js";
import type { Planner, Steps } from "../define.js";
import { listed } from "../inventory.js";
import { showTime } from "../points.js";
import type { Facts, Leaving } from "./facts.js";
import type { FailbackRequest } from "./request.js";

type Shows = Pick<Planner<Steps>, "show" | "warn">;

const homesOf = ({ members }: Facts): string =>
  listed([...new Set(members.map(({ member }) => member.source.cluster))]);

/** What the card says of the first half: the array catches up, and what it loses by it. */
export function showPrepare(facts: Facts, p: Shows): void {
  const { set, run, note, tail, fenced, members, unknown } = facts;
  p.show("Runs now", `on ${note.host} since ${showTime(note.since, run.timeZone)}, and goes on there until the switch`);
  p.show(
    "Then",
    `${homesOf(facts)} follows the copy; when it has caught up, the switch is asked for in a plan of its own, with votes of its own`,
  );
  const begun = members.filter(({ stage }) => stage !== "alone");
  const follow = begun.filter(({ stage }) => stage === "follows").length;
  if (follow === members.length) p.show("Begun before", `${homesOf(facts)} follows the copy already`);
  else if (begun.length > 0)
    p.show(
      "Begun before",
      `${follow} of ${members.length} volumes follow the copy already; only what is left of the others is done`,
    );
  const since = members.flatMap(({ common }) => common?.createTime ?? []).sort()[0];
  if (tail.kind !== "none" && since !== undefined) {
    const span = `between ${showTime(since, run.timeZone)} and ${showTime(fenced.at, run.timeZone)}, when it was fenced (${showDuration(Math.max(0, Date.parse(fenced.at) - Date.parse(since)))})`;
    if (tail.kind === "kept")
      p.show(
        "Never sent",
        `what ${homesOf(facts)} wrote ${span} is in no copy: it is held there as a volume of its own until ${showTime(tail.until, run.timeZone)}. Nothing removes it by itself`,
        "warning",
      );
    else
      p.warn(
        `LOST: what was written on ${homesOf(facts)} ${span} was never sent, and goes for good: ${tail.why}. Whoever needs it copies it by hand first.`,
      );
  }
  if (unknown !== undefined) p.warn(unknown);
  p.show("Keeps", `everything written to ${set.name} since the failover, and every snapshot both sides have in common`);
}

/** What it says of the switch: what stops, and what comes back. */
export function showSwitch(asked: FailbackRequest, facts: Facts, leaving: Leaving, p: Shows): void {
  const { set, unknown } = facts;
  const { host, places, back, byHand } = leaving;
  p.show(
    "Stops",
    `${set.name} on ${host.name} (${listed(places.map(({ mount }) => mount))}); open files there hold it up and are named`,
    "danger",
  );
  p.show("Data", "nothing is lost: the final state is taken after it has stopped, and brought home");
  if (back.length > 0)
    p.show(
      "Comes back",
      `what was mounted on ${listed(back.map((each) => each.host.name))} before; the application ${asked.startApplication ? "is started" : "stays stopped"}`,
    );
  if (byHand.length > 0)
    p.warn(
      `${listed(byHand)} wrote nothing down before the failover: ${byHand.length === 1 ? "it gets its" : "they get their"} LUNs back, and mounting and starting there is left to people.`,
    );
  if (unknown !== undefined) p.warn(unknown);
  p.warn(
    `Left to the application's team: IRIS mirror and failover membership, ECP clients, interfaces and names that point to ${host.name}.`,
  );
  p.show("Afterwards", `${set.name}'s mirror follows its array again, by its old schedule`);
}
