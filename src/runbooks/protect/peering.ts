import type { VolumeRef } from "../../config/types.js";
import { Refusal, Rejected } from "../../core/problems.js";
import type { ReadTools } from "../tools.js";

const nothing = "Nothing was changed.";

/** The alias by which the mirror's SVM knows the source's (reference 4). Throws a Refusal that offers what must come first. */
export async function peeringOf(source: VolumeRef, mirror: VolumeRef, on: ReadTools): Promise<string> {
  const array = on.ontap(mirror.cluster);
  const peer = await array.svmPeers.findByPeer(mirror.svm, source.svm, source.cluster);
  if (peer?.state === "peered" && peer.applications.includes("snapmirror")) return peer.name;
  await refuseUnconnected(source, mirror, on);
  const what = !peer
    ? "are not peered"
    : peer.state === "peered"
      ? "are peered, but not for SnapMirror"
      : `are not peered yet (${peer.state ?? "?"})`;
  throw new Refusal(`${source.svm} on ${source.cluster} and ${mirror.svm} on ${mirror.cluster} ${what}.`, {
    next: nothing,
    detail: {
      choices: [{ label: `Peer ${source.svm} with ${mirror.svm}`, say: `peer ${source.svm} with ${mirror.svm}` }],
    },
  });
}

async function refuseUnconnected(source: VolumeRef, mirror: VolumeRef, on: ReadTools): Promise<void> {
  const peers = await on
    .ontap(mirror.cluster)
    .clusterPeers.list({})
    .catch((problem: unknown) => {
      if (problem instanceof Rejected) return undefined;
      throw problem;
    });
  if (peers === undefined) return;
  const found = peers.find((each) => each.remoteName === source.cluster || each.name === source.cluster);
  if (found?.availability === "available") return;
  throw new Refusal(
    found
      ? `${mirror.cluster} does not reach ${source.cluster}: their peering is ${found.availability ?? "in no state"}.`
      : `${mirror.cluster} and ${source.cluster} do not know each other yet.`,
    { next: nothing, detail: { choices: [{ label: "Connect the clusters", say: "connect the clusters" }] } },
  );
}
