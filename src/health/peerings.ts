import { listed } from "../core/listed.js";
import { type Finding } from "./finding.js";
import type { HealthView, PeeringHealth } from "./view.js";

/** Peerings that are not there, or do not reach: what every mirror between the two hangs on, so said once and not of each. */
export function peeringFindings({ peerings, sets }: Pick<HealthView, "peerings" | "sets">): Finding[] {
  const said = new Map<string, Finding>();
  for (const peering of peerings) {
    const found = clusterFinding(peering) ?? svmFinding(peering);
    const names = sets
      .filter(({ members }) => members.some((member) => liesBetween(member, peering)))
      .map(({ set }) => set.name);
    const text = String(found?.says ?? "");
    if (found && !said.has(text)) said.set(text, { ...found, says: `${text} It concerns ${listed(names)}.` });
  }
  return [...said.values()];
}

const liesBetween = ({ source, mirror }: HealthView["sets"][number]["members"][number], pair: PeeringHealth): boolean =>
  source.cluster === pair.source.cluster &&
  source.svm === pair.source.svm &&
  mirror.cluster === pair.mirror.cluster &&
  mirror.svm === pair.mirror.svm;

function clusterFinding({ source, mirror, clusters }: PeeringHealth): Finding | undefined {
  if (!clusters) return undefined;
  const { seenOn, peer } = clusters;
  const both = `${source.cluster} and ${mirror.cluster}`;
  const connect = [{ label: "Connect the clusters", say: `connect ${source.cluster} and ${mirror.cluster}` }];
  if (!peer) {
    const says = `${both} do not know each other, so nothing can be mirrored between them.`;
    return { kind: "unpeered", severity: "bad", word: "not connected", says, weight: 1, choices: connect };
  }
  const state = `${peer.availability ?? "in no known state"}, authentication ${peer.authentication ?? "unknown"}`;
  if (peer.pending) {
    const says = `The peering of ${both} is not finished: ${seenOn} shows it as ${state}.`;
    return { kind: "unpeered", severity: "warning", word: "peering pending", says, weight: 0, choices: [] };
  }
  if (peer.authentication !== "ok" || peer.availability === "unavailable") {
    const says = `${both} do not reach each other: ${seenOn} shows their peering as ${state}. Mirrors stop until routes both ways, TCP 11104 and 11105 and ICMP are open again.`;
    return { kind: "peerDown", severity: "bad", word: "peer down", says, weight: 1, choices: [] };
  }
  if (peer.availability !== "partial") return undefined;
  const says = `The peering of ${both} is partial on ${seenOn}: not every intercluster interface reaches every other. Where only some nodes take part, that is as it should be.`;
  return { kind: "peerPartial", severity: "note", word: "peering partial", says, weight: 0, choices: [] };
}

function svmFinding({ source, mirror, svms }: PeeringHealth): Finding | undefined {
  if (!svms) return undefined;
  const { seenOn, peer } = svms;
  const both = `${mirror.svm} on ${mirror.cluster} and ${source.svm} on ${source.cluster}`;
  const choices = [{ label: "Peer the SVMs", say: `peer ${source.svm} with ${mirror.svm}` }];
  if (!peer)
    return {
      kind: "unpeered",
      severity: "bad",
      word: "SVMs not peered",
      says: `${both} are no peers, so nothing can be mirrored between them.`,
      weight: 0,
      choices,
    };
  if (peer.state !== "peered") {
    const says = `The peering of ${both} is ${peer.state ?? "in no known state"} on ${seenOn}, not peered: mirrors between them fail.`;
    return { kind: "peerDown", severity: "bad", word: "SVM peering", says, weight: 0, choices: [] };
  }
  if (peer.applications.includes("snapmirror")) return undefined;
  const says = `${both} are peers for ${listed(peer.applications)}, and not for SnapMirror.`;
  return { kind: "unpeered", severity: "bad", word: "no SnapMirror", says, weight: 0, choices };
}
