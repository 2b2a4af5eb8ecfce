import { apart, apartSvm } from "./apart.js";
import type { World } from "./types.js";

const isArray = ({ platform }: World["clusters"][number]): boolean => platform === "onprem";

/** Before anything in Azure but the network and the hosts: no Connector, no CVO; the array does not know what it will mirror to. */
const before = (world: World, name: string): World => ({
  ...world,
  name,
  clusters: world.clusters.filter(isArray),
  later: world.clusters.filter((each) => !isArray(each)).map((each) => each.name),
  bluexp: { connector: null },
  slack: { ...world.slack, hints: ["deploy the connector", "deploy cvo", "/sluice help"] },
});

export const bare: World = before(apart, "bare");
/** The same, where the array belongs to the provider: `sluice` sees one SVM of it. */
export const bareSvm: World = before(apartSvm, "bare-svm");
