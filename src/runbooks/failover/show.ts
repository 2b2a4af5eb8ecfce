import { showDuration } from "../../core/units.js";
import type { Planner, Steps } from "../define.js";
import { listed } from "../inventory.js";
import { showAge, showTime } from "../points.js";
import type { Facts } from "./facts.js";
import { namesOf } from "./reach.js";

type Shows = Pick<Planner<Steps>, "show" | "warn">;

/** What the card says of a failover beside its steps: which plan it is, what is lost, what stops, and what is left to others. */
export function showFailover(facts: Facts, p: Shows): void {
  const { set, host, places, source } = facts;
  if (source.alive) showPlanned(facts, p);
  else showUnplanned(facts, source.why, p);
  p.show("Where", `${listed(places.map(({ mount }) => mount))} on ${host.name}`);
  if (facts.drills.length > 0)
    p.show("Drill", `a drill of ${set.name} is under way: it is ended and cleaned up first`, "warning");
  if (facts.snapshotPolicy === undefined)
    p.warn(
      `There is no snapshot policy "${set.failover.snapshotPolicy}" for the mirror's volumes, so no snapshots are taken of ${set.name} until somebody gives them one.`,
    );
  p.warn(
    `Left to the application's team: starting it on ${host.name} (Sluice starts nothing), IRIS mirror and failover membership, ECP clients, interfaces, licences and names that point to the old hosts. After a restart of ${host.name} nothing mounts the file systems by itself.`,
  );
}

function showPlanned(facts: Facts, p: Shows): void {
  const { source, set, run } = facts;
  if (!source.alive) return;
  const { hosts, silent, maps } = source.is;
  p.show("Kind", `planned: ${sourcesOf(facts)} is there, so everything is sent before the switch`);
  p.show("Data", "nothing is lost: the final state is taken after the application has stopped");
  const newest = newestLine(facts);
  if (newest !== undefined) p.show("Now held", newest);
  if (hosts.length > 0)
    p.show(
      "Stops",
      `the application on ${namesOf(hosts)}, which ${hosts.length === 1 ? "loses" : "lose"} ${listed(set.layout.volumeGroups.flatMap(({ logicalVolumes }) => logicalVolumes.map(({ mountPoint }) => mountPoint)))} until ${set.name} is failed back`,
      "danger",
    );
  if (silent.length > 0)
    p.warn(
      `${listed(silent)} ${silent.length === 1 ? "does" : "do"} not answer, so the application there cannot be stopped: its LUNs are taken from it as it runs, and the final state is what the array has then.`,
    );
  if (maps.length === 0) p.warn(`No host has LUNs of ${set.name} on the array, so there is nothing to fence.`);
  p.show(
    "Until it is done",
    `a failure takes all of it back: the mirror, the LUNs, the hosts (asked ${showTime(run.askedAt, run.timeZone)})`,
  );
}

const sourcesOf = ({ members }: Facts): string =>
  listed([...new Set(members.map(({ member }) => member.source.cluster))]);

function showUnplanned(facts: Facts, why: string, p: Shows): void {
  const { set, run, point, members } = facts;
  p.show("Kind", `unplanned: ${why}. Nothing at all is asked of ${sourcesOf(facts)}`, "warning");
  const [only] = members;
  const age = (iso: string): string => showDuration(Math.max(0, Date.parse(run.askedAt) - Date.parse(iso)));
  const newest = members.flatMap((each) => each.newest ?? []);
  if (point) {
    p.show(
      "Data",
      `${point.name}, taken ${showTime(point.taken, run.timeZone)}: ${showAge(point, run.askedAt)}`,
      "danger",
    );
    const oldest = newest.length === members.length ? newest.sort()[0] : undefined;
    p.show(
      "Against the newest",
      oldest === undefined
        ? "the newest states of its mirrors cannot be dated"
        : `each mirror's own newest state is ${age(oldest)} old or less, but they are of different moments: together only ${point.name} is one`,
      "warning",
    );
  } else if (only) {
    p.show(
      "Data",
      only.newest === undefined
        ? "the newest state the mirror holds, which cannot be dated"
        : `the newest state the mirror holds, taken ${showTime(only.newest, run.timeZone)}: ${age(only.newest)} old when asked, crash-consistent`,
      "danger",
    );
  }
  const from = point?.taken ?? newest[0];
  p.show(
    "Will be missing",
    from === undefined
      ? `what was written to ${set.name} since then`
      : `what was written to ${set.name} since ${showTime(from, run.timeZone)}: the last ${age(from)} before it was asked for (target ${showDuration(set.rpoTargetMinutes * 60_000)})`,
    "danger",
  );
  const others = facts.points.filter((each) => each.name !== point?.name).slice(0, 10);
  if (others.length > 0)
    p.show(
      "Other points",
      `${listed(others.slice(0, 3).map((each) => `${each.name} (${showAge(each, run.askedAt)})`))}`,
      "plain",
      others.map((each) => ({
        label: `${each.name}, ${each.consistency}`,
        say: `failover ${set.name} from ${each.name} unplanned`,
      })),
    );
  p.warn(
    `UNFENCED: ${sourcesOf(facts)} may still serve production's hosts, and what they write there is in no copy. As soon as it is seen again, Sluice stops the hosts that answer and takes the LUNs of ${set.name} from all of them; whoever approves this plan approves that too. Until then health says UNFENCED.`,
  );
}

function newestLine({ members, run }: Facts): string | undefined {
  const newest = members.flatMap((each) => each.newest ?? []).sort()[0];
  if (newest === undefined) return undefined;
  const age = showDuration(Math.max(0, Date.parse(run.askedAt) - Date.parse(newest)));
  return `by the mirror${members.length === 1 ? "" : "s"}: a state that is ${age} old; the final update brings the rest`;
}
