import type { ClusterPeer } from "../../ontap/index.js";
import { unlessHidden } from "../hidden.js";
import type { ReadTools } from "../tools.js";

/** One side of a peering, as it is looked for: by the other's name, or by its addresses as long as it has not said its name. */
export interface Half {
  readonly cluster: string;
  readonly peer: string;
  readonly addresses: readonly string[];
}

/** A cluster's record of its peering with another; each side keeps its own. An offer's uuid changes when it is accepted, so it is never kept. */
export async function findHalf(half: Half, on: ReadTools): Promise<ClusterPeer | undefined | "hidden"> {
  const all = await unlessHidden(() => on.ontap(half.cluster).clusterPeers.list());
  if (all === "hidden") return all;
  return all.find(
    (each) =>
      each.remoteName === half.peer ||
      (each.remoteName === undefined && each.remoteAddresses.some((address) => half.addresses.includes(address))),
  );
}

export type Standing = { readonly is: "good" | "pending" } | { readonly is: "bad"; readonly why: string };

/** `partial`: not every node of both takes part, and then ONTAP calls the best there is "partial". */
export function standingOf(cluster: string, peer: ClusterPeer, partial: boolean): Standing {
  const who = `${cluster}'s peering with ${peer.remoteName ?? "the other cluster"}`;
  if (peer.pending) return { is: "pending" };
  if (peer.authentication !== "ok")
    return { is: "bad", why: `${who} is not authenticated (${peer.authentication ?? "unknown"}).` };
  if (peer.availability === "available" || (partial && peer.availability === "partial")) return { is: "good" };
  return {
    is: "bad",
    why: `${who} is ${peer.availability ?? "in no known state"}: not every intercluster interface reaches every other. Look at routes both ways, TCP 11104 and 11105, and ICMP.`,
  };
}
