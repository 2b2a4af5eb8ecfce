import { z } from "zod";
import type { Json } from "../core/json.js";
import { observe, type ConnectRequest } from "./connect/observe.js";
import type { Facts, Side } from "./connect/facts.js";
import { defineRunbook, type EndedStep, type Planner } from "./define.js";
import { listed } from "./inventory.js";
import { handsOff } from "./mayDo.js";
import { nameOf } from "./network/items.js";
import { makeNetworkPart, networkByHand } from "./steps/makeNetworkPart.js";
import { acceptPeering, proposePeering } from "./steps/peerClusters.js";
import type { ReadTools } from "./tools.js";

const request = z.strictObject({ clusters: z.array(z.string()).optional() });
const steps = { makeNetworkPart, networkByHand, proposePeering, acceptPeering };

/** Joins two clusters (reference 2, 3, W1): the array's intercluster network, routes both ways, an encrypted peering. */
export const connectClusters = defineRunbook({
  name: "connect-clusters",
  version: 1,
  title: (asked: ConnectRequest) =>
    asked.clusters && asked.clusters.length > 0 ? `Connect ${listed(asked.clusters)}` : "Connect the clusters",
  request,
  steps,
  observe: (asked: ConnectRequest, on: ReadTools): Promise<Facts> => observe(asked, on),
  plan,
  closing,
  example: { say: "connect the clusters", world: "apart" },
});

function plan(_asked: ConnectRequest, facts: Facts, p: Planner<typeof steps>): void {
  const { sides, connected } = facts;
  for (const sentence of facts.warnings) p.warn(sentence);
  for (const side of sides) showSide(side, connected, p);
  for (const sentence of facts.azure) p.show("Azure", sentence);
  // What nobody can see is not made over a peering that works.
  for (const side of sides) if (!(connected && side.hidden)) planNetwork(side, p);
  if (!connected) planPeering(facts, p);
}

function showSide(side: Side, connected: boolean, p: Planner<typeof steps>): void {
  const { cluster, there, hidden, addresses, release } = side;
  const runs = release === undefined ? "a release nobody can see" : `ONTAP ${release}`;
  const known = there.length > 0 ? ` Already there: ${there.map(nameOf).join("; ")}.` : "";
  const unseen = hidden && !connected ? " Its network cannot be seen with this login." : "";
  p.show(cluster.name, `${runs}; intercluster addresses ${listed(addresses)}.${known}${unseen}`);
}

function planNetwork({ cluster, missing, hidden }: Side, p: Planner<typeof steps>): void {
  if (missing.length === 0) return;
  if (handsOff({ clusters: [cluster] }, cluster.name, "network") || hidden) {
    p.step.networkByHand({ cluster: cluster.name, items: [...missing] }, { handOff: true });
    return;
  }
  for (const item of missing) p.step.makeNetworkPart({ cluster: cluster.name, item });
}

/** The half a person makes comes last: ours waits for it seven days, and shows when it is there. */
function planPeering({ sides, run }: Facts, p: Planner<typeof steps>): void {
  const [one, other] = sides;
  const byHand = (side: Side): boolean => handsOff({ clusters: [side.cluster] }, side.cluster.name, "clusterPeers");
  const [first, second] = byHand(one) && !byHand(other) ? [other, one] : [one, other];
  const partial = sides.some((side) => !side.everyNode);
  const half = (side: Side, peer: Side): Parameters<typeof p.step.proposePeering>[0] => ({
    cluster: side.cluster.name,
    peer: peer.cluster.name,
    addresses: [...peer.addresses],
    ipspace: side.ipspace,
    run: run.id,
    expiresIn: sides.some(byHand) ? "P7D" : "PT1H",
    partial,
  });
  p.step.proposePeering(half(first, second), { handOff: byHand(first) });
  p.step.acceptPeering(half(second, first), { handOff: byHand(second) });
}

function closing(ended: readonly EndedStep[]): {
  sentences: readonly string[];
  choices: readonly { label: string; say: string }[];
} {
  const { cluster, peer } = (ended.find((step) => step.uses === "acceptPeering")?.input ?? {}) as {
    readonly [key: string]: Json | undefined;
  };
  const sentences =
    typeof cluster === "string" && typeof peer === "string"
      ? [`${peer} and ${cluster} know and reach each other, encrypted.`]
      : ["They know and reach each other already."];
  return { sentences, choices: [{ label: "Peer the SVMs", say: "peer the svms" }] };
}
