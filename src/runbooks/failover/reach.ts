import type { HostConfig, SetConfig } from "../../config/types.js";
import type { TakenMap } from "../../core/failover-note.js";
import { Problem, Refusal } from "../../core/problems.js";
import { inspect } from "../../host/index.js";
import type { Lun } from "../../ontap/index.js";
import { hostsBehind } from "../hostsBehind.js";
import { listed } from "../inventory.js";
import { lossesByUpdate, mirrorPolicy, refusePaused, sourceSnapshots, type MemberView } from "../mirrors.js";
import { safetyLabel } from "../points.js";
import type { ReadTools } from "../tools.js";
import type { Facts, SourceFacts } from "./facts.js";
import type { FailoverRequest } from "./request.js";

const nothing = "Nothing was changed.";

/**
 * Is the source there, and what of it does a planned failover need? Said to be down, it is asked nothing. Else the mirror's own cluster is asked first how
 * its peer is, so that a dead array is not called even once; only one that its peer can reach is looked at.
 * Throws a Refusal where a planned failover was asked for in so many words and cannot be.
 */
export async function lookAtSource(
  asked: FailoverRequest,
  set: SetConfig,
  members: readonly MemberView[],
  on: ReadTools,
): Promise<Facts["source"]> {
  if (asked.unplanned) return { alive: false, why: "the request says that it is down" };
  const dead = await whyDead(members, on);
  if (dead !== undefined) return gaveUp(asked, set, dead);
  try {
    return { alive: true, is: await viewSource(set, members, on) };
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Problem) || error.kind === "rejected") throw error;
    return gaveUp(asked, set, error.sentence.replace(/[.\s]+$/, ""));
  }
}

function gaveUp(asked: FailoverRequest, set: SetConfig, why: string): Facts["source"] {
  if (!asked.planned) return { alive: false, why };
  throw new Refusal(`A planned failover of ${set.name} stops its application and sends everything first, but ${why}.`, {
    next: nothing,
    detail: { choices: [{ label: "Without the array", say: `failover ${set.name} unplanned` }] },
  });
}

/** What the mirror's own cluster says of its peer; undefined when that is there, or nobody may tell. */
async function whyDead(members: readonly MemberView[], on: ReadTools): Promise<string | undefined> {
  const pairs = new Map(
    members.map(({ source, mirror }) => [`${mirror.cluster}/${source.cluster}`, { source, mirror }]),
  );
  for (const { source, mirror } of pairs.values()) {
    const peer = await on
      .ontap(mirror.cluster)
      .clusterPeers.findByRemote(source.cluster)
      .catch((error: unknown) => {
        // a login that may not see peers
        if (error instanceof Problem && error.kind === "rejected") return undefined;
        throw error;
      });
    if (peer?.availability === "unavailable") return `${mirror.cluster} cannot reach ${source.cluster}`;
  }
  return undefined;
}

async function viewSource(set: SetConfig, members: readonly MemberView[], on: ReadTools): Promise<SourceFacts> {
  refusePaused(set, members);
  const views = await Promise.all(
    members.map(async (member) => {
      const [luns, onSource, policy] = await Promise.all([
        on.ontap(member.source.cluster).luns.listByVolume(member.source.svm, member.source.volume),
        sourceSnapshots(member, on),
        mirrorPolicy(member, on),
      ]);
      if (!policy.copiesAllSnapshots && !policy.retention.some((each) => each.label === safetyLabel))
        throw new Refusal(
          `The policy ${policy.name} of the mirror ${member.mirror.volume} keeps no snapshots with the label ${safetyLabel}, so the final state cannot be carried over by name.`,
          { next: `Add a rule for that label to the policy. ${nothing}` },
        );
      return { source: member.source, luns, losses: lossesByUpdate(member, onSource, policy, [safetyLabel]) };
    }),
  );
  const hosts = await hostsBehind(set, views, on);
  const answers = await Promise.all(hosts.map((host) => doesAnswer(host, on)));
  return {
    members: views.map(({ luns, losses }) => ({ luns, losses })),
    maps: mapsOf(views),
    hosts: hosts.filter((_host, i) => answers[i]),
    silent: hosts.filter((_host, i) => !answers[i]).map(({ name }) => name),
  };
}

/** Every place the LUNs have at their hosts, in a steady order. */
export function mapsOf(
  views: readonly { readonly source: MemberView["source"]; readonly luns: readonly Lun[] }[],
): readonly TakenMap[] {
  const maps = views.flatMap(({ source, luns }) =>
    luns.flatMap((lun) =>
      lun.maps.map(({ igroup, number }): TakenMap => ({
        cluster: source.cluster,
        svm: source.svm,
        lun: lun.name,
        uuid: lun.uuid,
        serial: lun.serial,
        igroup: igroup.name ?? "",
        igroupUuid: igroup.uuid ?? "",
        number: number ?? 0,
      })),
    ),
  );
  return maps.sort((a, b) => (`${a.lun}/${a.igroup}` < `${b.lun}/${b.igroup}` ? -1 : 1));
}

/** Whether a script can be run there at all. */
export async function doesAnswer(host: HostConfig, on: ReadTools): Promise<boolean> {
  try {
    await inspect.ask(on.host(host.name), {});
    return true;
  } catch (error) {
    if (error instanceof Problem && error.kind !== "refusal") return false;
    throw error;
  }
}

/** "epic-prd-01 and epic-prd-02" */
export const namesOf = (hosts: readonly HostConfig[]): string => listed(hosts.map(({ name }) => name));
