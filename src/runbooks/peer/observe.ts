import { Refusal } from "../../core/problems.js";
import type { SvmPeer } from "../../ontap/index.js";
import { findHalf, standingOf } from "../connect/peering.js";
import { unlessHidden } from "../hidden.js";
import { listed } from "../inventory.js";
import { findSvmPeer } from "../steps/peerSvms.js";
import type { Inventory, ReadTools } from "../tools.js";

const nothing = "Nothing was changed.";

export interface PeerRequest {
  readonly svms?: readonly string[] | undefined;
}
interface Place {
  readonly cluster: string;
  readonly svm: string;
}

/** Two SVMs that are to mirror: the one that is mirrored, and the one that holds the mirrors. */
export interface SvmPair {
  readonly source: Place;
  readonly mirror: Place;
  /** Names of the sets between them. */
  readonly sets: readonly string[];
}

export interface PairFacts extends SvmPair {
  /** As the mirrors' side has it. */
  readonly known: SvmPeer | undefined;
  /** What the source SVM is called, or will be, on the mirrors' side. */
  readonly alias: string;
  /** The source's side says yes by itself. */
  readonly permitted: boolean;
}
export interface Facts {
  readonly pairs: readonly PairFacts[];
}

/** Every two SVMs the sets of the configuration lie between. */
function pairsOf({ sets }: Pick<Inventory, "sets">): SvmPair[] {
  const pairs = new Map<string, { source: Place; mirror: Place; sets: Set<string> }>();
  for (const set of sets)
    for (const { source, mirror } of set.members) {
      const key = JSON.stringify([source.cluster, source.svm, mirror.cluster, mirror.svm]);
      const pair = pairs.get(key) ?? {
        source: { cluster: source.cluster, svm: source.svm },
        mirror: { cluster: mirror.cluster, svm: mirror.svm },
        sets: new Set<string>(),
      };
      pair.sets.add(set.name);
      pairs.set(key, pair);
    }
  return [...pairs.values()].map((pair) => ({ ...pair, sets: [...pair.sets] }));
}

/** Those that are meant: all, or those with every SVM that was named. Throws a Refusal where there is none. */
export function whichPairs({ svms = [] }: PeerRequest, on: Pick<ReadTools, "inventory">): SvmPair[] {
  const all = pairsOf(on.inventory);
  const has = ({ source, mirror }: SvmPair, name: string): boolean => source.svm === name || mirror.svm === name;
  const named = svms.length === 0 ? all : all.filter((pair) => meant(pair, svms, has));
  if (named.length > 0) return named;
  const pairs = all.map(({ source, mirror }) => `${source.svm} with ${mirror.svm}`);
  throw new Refusal(
    `No set of the configuration lies between ${svms.length > 1 ? listed(svms) : `${svms[0] ?? "SVMs"} and another SVM`}. There are: ${listed(pairs)}.`,
    {
      next: nothing,
      detail: {
        choices: all.slice(0, 5).map(({ source, mirror }) => ({
          label: `${source.svm} and ${mirror.svm}`,
          say: `peer ${source.svm} with ${mirror.svm}`,
        })),
      },
    },
  );
}

/** One name: every pair it is in. Several: the source with one or more of its mirrors' SVMs; two names that are the same SVM name mean that pair. */
function meant(pair: SvmPair, svms: readonly string[], has: (pair: SvmPair, name: string) => boolean): boolean {
  if (svms.length === 1) return has(pair, svms[0] ?? "");
  return svms.includes(pair.source.svm) && svms.includes(pair.mirror.svm);
}

export async function observe(asked: PeerRequest, on: ReadTools): Promise<Facts> {
  const pairs = whichPairs(asked, on);
  for (const pair of pairs) await refuseStrangers(pair, on);
  const taken = new Map<string, Set<string>>();
  const facts: PairFacts[] = [];
  for (const pair of pairs) facts.push(await viewPair(pair, taken, on));
  return { pairs: facts };
}

/** Clusters that do not know each other cannot peer SVMs; where one side cannot be seen, the other is believed. */
async function refuseStrangers({ source, mirror }: SvmPair, on: ReadTools): Promise<void> {
  if (source.cluster === mirror.cluster) return;
  const halves = await Promise.all([
    findHalf({ cluster: mirror.cluster, peer: source.cluster, addresses: [] }, on),
    findHalf({ cluster: source.cluster, peer: mirror.cluster, addresses: [] }, on),
  ]);
  const clusters = [mirror.cluster, source.cluster];
  for (const [i, half] of halves.entries()) {
    if (half === "hidden") continue;
    const cluster = clusters[i] ?? "";
    const standing = half && standingOf(cluster, half, true);
    if (standing?.is === "good") continue;
    const why =
      standing === undefined
        ? `${source.cluster} and ${mirror.cluster} do not know each other`
        : standing.is === "bad"
          ? standing.why.replace(/\.$/, "")
          : `${cluster} still waits for the other side of its cluster peering`;
    throw new Refusal(`${why}. SVMs can be peered when their clusters are.`, {
      next: nothing,
      detail: {
        choices: [{ label: "Connect the clusters", say: `connect ${source.cluster} and ${mirror.cluster}` }],
      },
    });
  }
}

async function viewPair(pair: SvmPair, taken: Map<string, Set<string>>, on: ReadTools): Promise<PairFacts> {
  const { source, mirror } = pair;
  const here = { cluster: mirror.cluster, svm: mirror.svm, peerCluster: source.cluster, peerSvm: source.svm };
  await refuseMissing(mirror, on);
  await refuseMissing(source, on);
  const known = await findSvmPeer(here, on);
  const other = await unlessHidden(() =>
    findSvmPeer({ cluster: source.cluster, svm: source.svm, peerCluster: mirror.cluster, peerSvm: mirror.svm }, on),
  );
  for (const [cluster, seen] of [
    [mirror.cluster, known],
    [source.cluster, other === "hidden" ? known : other],
  ] as const)
    if (seen?.state !== known?.state || (seen && seen.state !== "peered")) throw halfMade(pair, cluster, seen);
  const permissions = await unlessHidden(() =>
    on.ontap(source.cluster).peerPermissions.list({ clusterPeer: mirror.cluster }),
  );
  const permitted =
    permissions !== "hidden" && permissions.some(({ svm }) => svm.name === "*" || svm.name === source.svm);
  return { ...pair, known, permitted, alias: known?.name ?? (await freeAlias(pair, taken, on)) };
}

async function refuseMissing({ cluster, svm }: Place, on: ReadTools): Promise<void> {
  const all = await on.ontap(cluster).svms.list();
  if (all.some((each) => each.name === svm)) return;
  throw new Refusal(`${cluster} has no SVM ${svm}, or the login may not see it.`, {
    next: `Correct the sets in the configuration. ${nothing}`,
  });
}

const halfMade = ({ source, mirror }: SvmPair, cluster: string, seen: SvmPeer | undefined): Refusal =>
  new Refusal(
    `The peering of ${mirror.svm} and ${source.svm} is ${seen ? (seen.state ?? "in no known state") : "not there"} on ${cluster}: it is half made, and was not made by this request.`,
    {
      next: `Finish it there (vserver peer accept), or delete it (vserver peer delete), and ask again. ${nothing}`,
    },
  );

/** The source SVM's own name where it is free on the mirrors' side, else one with its cluster in it (9896086, reference 4). */
async function freeAlias({ source, mirror }: SvmPair, taken: Map<string, Set<string>>, on: ReadTools): Promise<string> {
  const array = on.ontap(mirror.cluster);
  const names = taken.get(mirror.cluster) ?? new Set<string>();
  taken.set(mirror.cluster, names);
  for (const svm of await array.svms.list()) names.add(svm.name);
  for (const peer of await array.svmPeers.list())
    if (peer.svm.name === mirror.svm) names.add(`${mirror.svm}/${peer.name}`);
  const isFree = (alias: string): boolean => !names.has(alias) && !names.has(`${mirror.svm}/${alias}`);
  const wanted = [source.svm, `${source.svm}_${source.cluster.replaceAll(/[^A-Za-z0-9_]/g, "_")}`];
  for (let n = 2; n < 100; n += 1) wanted.push(`${wanted[1] ?? ""}_${n}`);
  const alias = wanted.find(isFree) ?? source.svm;
  names.add(`${mirror.svm}/${alias}`);
  return alias;
}
