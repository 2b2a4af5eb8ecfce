import { z } from "zod";
import type { Json } from "../core/json.js";
import { defineRunbook, type EndedStep, type Planner } from "./define.js";
import { listed } from "./inventory.js";
import { handsOff } from "./mayDo.js";
import { observe, type Facts, type PairFacts, type PeerRequest } from "./peer/observe.js";
import { acceptSvmPeer, createSvmPeer, extendSvmPeer } from "./steps/peerSvms.js";
import type { Inventory, ReadTools } from "./tools.js";

const request = z.strictObject({ svms: z.array(z.string()).optional() });
const steps = { createSvmPeer, acceptSvmPeer, extendSvmPeer };

/** Lets the SVMs the sets lie between mirror to each other (reference 4): asked for on the mirrors' side, accepted on the source's. */
export const peerSvms = defineRunbook({
  name: "peer-svms",
  version: 1,
  title: (asked: PeerRequest) => (asked.svms && asked.svms.length > 0 ? `Peer ${listed(asked.svms)}` : "Peer the SVMs"),
  request,
  steps,
  observe: async (asked: PeerRequest, on: ReadTools): Promise<Facts & Pick<Inventory, "clusters">> => ({
    ...(await observe(asked, on)),
    clusters: on.inventory.clusters,
  }),
  plan,
  closing,
  example: { say: "peer the svms", world: "apart", first: ["connect the clusters"] },
});

function plan(_asked: PeerRequest, facts: Facts & Pick<Inventory, "clusters">, p: Planner<typeof steps>): void {
  for (const pair of facts.pairs) {
    showPair(pair, p);
    planPair(pair, facts, p);
  }
}

function showPair({ source, mirror, sets, known, alias, permitted }: PairFacts, p: Planner<typeof steps>): void {
  const state = known ? `peers already, for ${listed(known.applications)}` : "no peers yet";
  const called = alias === source.svm ? "" : `; ${source.svm} is called ${alias} on ${mirror.cluster}`;
  const yes = permitted && !known ? `; ${source.cluster} permits it beforehand` : "";
  p.show(`${mirror.svm} and ${source.svm}`, `${state}${called}${yes}; between them: ${listed(sets)}`);
}

function planPair(pair: PairFacts, inventory: Pick<Inventory, "clusters">, p: Planner<typeof steps>): void {
  const { source, mirror, known, alias } = pair;
  const byHand = (cluster: string): { handOff: boolean } => ({ handOff: handsOff(inventory, cluster, "svmPeers") });
  const there = { cluster: mirror.cluster, svm: mirror.svm, peerCluster: source.cluster, peerSvm: source.svm };
  if (known) {
    if (known.applications.includes("snapmirror")) return;
    const before = [...known.applications];
    p.step.extendSvmPeer({ ...there, applications: [...before, "snapmirror"], before }, byHand(mirror.cluster));
    return;
  }
  p.step.createSvmPeer({ ...there, alias }, byHand(mirror.cluster));
  p.step.acceptSvmPeer(
    { cluster: source.cluster, svm: source.svm, peerCluster: mirror.cluster, peerSvm: mirror.svm },
    byHand(source.cluster),
  );
}

function closing(ended: readonly EndedStep[]): {
  sentences: readonly string[];
  choices: readonly { label: string; say: string }[];
} {
  const made = ended.filter((step) => step.uses === "createSvmPeer").map((step) => textsOf(step.input));
  const sentences = made.map(({ svm, peerSvm, alias }) =>
    alias === peerSvm
      ? `${svm} and ${peerSvm} are peers.`
      : `${svm} and ${peerSvm} are peers; it is called ${alias} there.`,
  );
  return { sentences: ended.length === 0 ? ["They are peers already."] : sentences, choices: [] };
}

function textsOf(input: Json): Readonly<Record<"svm" | "peerSvm" | "alias", string>> {
  const given = input as { readonly [key: string]: Json | undefined };
  const text = (key: string): string => String(given[key] ?? "");
  return { svm: text("svm"), peerSvm: text("peerSvm"), alias: text("alias") };
}
