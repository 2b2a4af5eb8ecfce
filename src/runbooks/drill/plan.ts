import type { Ref, Refs } from "../../core/refs.js";
import { showDuration } from "../../core/units.js";
import { ownerText, writeNote, type CloneNote } from "../clones.js";
import { freeNumbers } from "../clone/names.js";
import type { Planner } from "../define.js";
import { hostPart } from "../failover/plan.js";
import { listed } from "../inventory.js";
import { showAge, showTime } from "../points.js";
import { attachClone } from "../steps/attachClone.js";
import { createClone } from "../steps/createClone.js";
import {
  detachDrill,
  dropDrill,
  dropDrillIgroup,
  measureDrill,
  runCheck,
  startDrill,
  unmapDrill,
} from "../steps/drill.js";
import { ensureIgroup } from "../steps/ensureIgroup.js";
import { mapLuns } from "../steps/mapLuns.js";
import { hostTag } from "../steps/onHost.js";
import type { Facts } from "./observe.js";
import type { DrillRequest } from "./request.js";

export const steps = {
  startDrill,
  createClone,
  ensureIgroup,
  mapLuns,
  attachClone,
  runCheck,
  detachDrill,
  unmapDrill,
  dropDrillIgroup,
  dropDrill,
  measureDrill,
};
type P = Planner<typeof steps>;

/** Clones, mounts, checks, takes all of it away again, and reports. Pure. */
export function plan(_asked: DrillRequest, facts: Facts, p: P): void {
  show(facts, p);
  const { set, run, host, point, places } = facts;
  const { cluster, svm } = facts.members[0]?.member.mirror ?? { cluster: "", svm: "" };
  const mirrors = facts.members.map(({ member }) => ({ ...member.mirror, relationship: member.relationship.uuid }));
  const start = p.step.startDrill({ mirrors });
  const made = facts.members.map(({ member, volume, luns }) => {
    const note = noteOf(facts, member.source.volume);
    const { volume: parent } = member.mirror;
    return {
      note,
      refs: p.step.createClone({ cluster, svm, parent, snapshot: point.name, volume, note, lunCount: luns.length }),
    };
  });
  const igroup = p.step.ensureIgroup({
    cluster,
    svm,
    igroup: facts.igroup.name,
    initiator: host.iqn ?? "",
    host: host.name,
  });
  const mapped = mapAll(facts, made, p);
  const attached = places.map((place) => attachOf(facts, place, mapped));
  const mounts = attached.map((input) => p.step.attachClone(input));
  const checks = set.drill.checks.map(({ name, command, limitSeconds, isolation }) => ({
    name,
    isolation,
    ended: p.step.runCheck({ host: hostPart(host), name, check: { command, limitSeconds } }),
  }));
  for (const input of [...attached].reverse()) p.step.detachDrill(input);
  for (const { volume, owner, luns } of mapped)
    p.step.unmapDrill({
      cluster,
      svm,
      volume,
      owner,
      igroup: facts.igroup.name,
      host: host.name,
      luns: luns.map(({ path, number, uuid }) => ({ uuid, path, number, igroupUuid: igroup.uuid })),
    });
  if (facts.makesIgroup)
    p.step.dropDrillIgroup({
      cluster,
      svm,
      igroup: facts.igroup.name,
      uuid: igroup.uuid,
      initiators: [host.iqn ?? ""],
      host: host.name,
    });
  for (const [i, { note, refs }] of made.entries())
    p.step.dropDrill({ cluster, svm, volume: facts.members[i]?.volume ?? "", uuid: refs.uuid, note });
  p.step.measureDrill({
    set: set.name,
    run: run.id,
    cluster,
    svm,
    mirrors,
    states: start.states as unknown as Ref<string[]>,
    point: { name: point.name, taken: point.taken },
    host: host.name,
    mounts: places.map(({ mount }) => mount),
    started: start.$at,
    mounted: mounts.at(-1)?.$at ?? start.$at,
    checks: checks.map(({ name, isolation, ended }) => ({ name, isolation, exit: ended.exit, output: ended.output })),
  });
}

interface Mapped {
  readonly volume: string;
  readonly source: string;
  readonly owner: string;
  readonly luns: readonly {
    readonly path: string;
    readonly number: number;
    readonly uuid: Refs<string>;
    readonly wwid: Refs<string>;
  }[];
}

function mapAll(
  facts: Facts,
  made: readonly { readonly note: CloneNote; readonly refs: unknown }[],
  p: P,
): readonly Mapped[] {
  const { cluster, svm } = facts.members[0]?.member.mirror ?? { cluster: "", svm: "" };
  const numbers = freeNumbers(
    facts.igroup.inUse,
    facts.members.reduce((sum, { luns }) => sum + luns.length, 0),
  );
  return facts.members.map(({ member, volume, luns }, m): Mapped => {
    const { note, refs } = made[m] as { note: CloneNote; refs: Refs<{ luns: { uuid: string; wwid: string }[] }> };
    const mine = luns.map((lun, i) => ({
      path: `/vol/${volume}/${lun.logicalUnit}`,
      number: numbers.shift() ?? 0,
      uuid: refs.luns[i]?.uuid as Refs<string>,
      wwid: refs.luns[i]?.wwid as Refs<string>,
    }));
    p.step.mapLuns({
      cluster,
      svm,
      volume,
      owner: note.owner,
      igroup: facts.igroup.name,
      host: facts.host.name,
      luns: mine.map(({ path, number }) => ({ path, number })),
    });
    return { volume, source: member.source.volume, owner: note.owner, luns: mine };
  });
}

function attachOf(
  facts: Facts,
  { group, logical, vg, mount, volumes }: Facts["places"][number],
  mapped: readonly Mapped[],
) {
  const { host, run, igroup } = facts;
  return {
    host: hostPart(host),
    logout: igroup.inUse.length === 0,
    attach: {
      tag: hostTag(run.id),
      initiator: host.iqn ?? "",
      target: facts.target,
      portals: facts.portals.map(({ address }) => address),
      luns: mapped
        .filter(({ source }) => volumes.includes(source))
        .flatMap(({ luns }) => luns.map(({ number, wwid }) => ({ number, wwid }))),
      sourceVg: group.name,
      vg,
      lv: logical.name,
      mount,
      fileSystem: logical.fileSystem,
      options: "noatime",
    },
  };
}

function noteOf(facts: Facts, source: string): CloneNote {
  const { set, host, run, point, igroup } = facts;
  const place = facts.places.find(({ volumes }) => volumes.includes(source));
  const note: CloneNote = {
    sluice: 1,
    run: run.id,
    kind: "drill",
    set: set.name,
    name: `drill ${run.id}`,
    owner: ownerText(run.asker),
    snapshot: point.name,
    taken: point.taken,
    host: host.name,
    igroup: igroup.name,
    ...(place ? { mount: place.mount, vg: place.vg } : {}),
    ...(run.thread === undefined ? {} : { thread: run.thread }),
  };
  writeNote(note);
  return note;
}

function show(facts: Facts, p: P): void {
  const { set, run, host, point, places, lacking } = facts;
  const { checks } = set.drill;
  p.show("Data", `${point.name}, taken ${showTime(point.taken, run.timeZone)}: ${showAge(point, run.askedAt)}`);
  p.show(
    "Where",
    `${listed(places.map(({ mount }) => mount))} on ${host.name}; everything the drill makes is taken away again`,
  );
  p.show("Mirrors", `go on meanwhile; a failover of ${set.name} ends the drill and cleans it up`);
  const longest = checks.reduce((sum, { limitSeconds }) => sum + limitSeconds, 0);
  p.show(
    "Checks",
    checks.length === 0
      ? "none is configured: it is shown that the data can be mounted, and nothing more"
      : `${listed(checks.map(({ name }) => name))}; at most ${showDuration(longest * 1000)}`,
  );
  if (!checks.some(({ isolation }) => isolation))
    p.show("Isolation", "storage only: no configured check shows that the host cannot reach production", "warning");
  for (const lack of lacking) p.warn(`${lack}: the mirror may get no newer data while the drill holds its snapshot.`);
}
