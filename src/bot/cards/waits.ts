import type { RunView } from "../../core/fold.js";
import type { Watch } from "../../core/events.js";

/** What a run waits for while it holds no slot, in words that go on after "waiting for": plain text, names as the configuration has them. */
export function waitsFor(view: RunView): string {
  const watch = view.steps.find((step) => step.phase === "waiting")?.watch;
  return watch ? words(watch) : "the storage to finish";
}

function words(watch: Watch): string {
  switch (watch.kind) {
    case "job":
      return `${watch.cluster} to finish its job`;
    case "relationship":
      return `the transfer to ${watch.cluster}`;
    case "baseline":
      return `the first transfers to ${watch.cluster}`;
    case "clusterPeer":
      return `${watch.cluster} and its new peer to find each other`;
    case "ticket":
      return `the script on ${watch.host}`;
    case "arrayApproval":
      return `${watch.cluster}'s own approval`;
    case "environment":
      return `BlueXP to finish with ${watch.name}`;
    case "agent":
      return "the Connector to report to BlueXP";
    case "deployment":
      return `Azure to finish the deployment ${watch.name}`;
    case "answers":
      return `${watch.cluster} to answer`;
    case "timer":
      return "its time";
  }
}
