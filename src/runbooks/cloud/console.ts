import type { ClusterConfig } from "../../config/types.js";
import { Refusal } from "../../core/problems.js";
import type { ConnectorReader, Environment } from "../../azure/index.js";
import { listed } from "../inventory.js";
import type { Inventory, ReadTools } from "../tools.js";

const nothing = "Nothing was changed.";

/** Where the client id of a Connector that Sluice deployed is remembered. */
export const connectorNote = "bluexp:connector";

/** The Connector's client id: the configuration's, else the one that was deployed. Throws a Refusal that offers to deploy one. */
export async function connectorOf(on: ReadTools): Promise<string> {
  const known = on.inventory.bluexp?.connector ?? (await on.recall(connectorNote));
  if (known) return known;
  throw new Refusal(
    "There is no BlueXP Connector yet: neither the configuration names one nor has Sluice deployed one.",
    {
      next: nothing,
      detail: { choices: [{ label: "Deploy the Connector", say: "deploy connector" }] },
    },
  );
}

/** The CVO a sentence means: the one named, or the only one there is. Throws a Refusal. */
export function cvoOf(inventory: Inventory, said: string | undefined): ClusterConfig {
  const all = inventory.clusters.filter((each) => each.profile !== "onprem");
  const named =
    said === undefined ? all : inventory.clusters.filter((each) => each.name.toLowerCase() === said.toLowerCase());
  const [first, ...others] = named;
  if (first?.profile === "onprem")
    throw new Refusal(`${first.name} is an array of its own, no Cloud Volumes ONTAP.`, { next: nothing });
  if (first && others.length === 0) return first;
  const names = listed(all.map((each) => each.name));
  throw new Refusal(
    first
      ? `Which Cloud Volumes ONTAP do you mean: ${names}?`
      : `I know no Cloud Volumes ONTAP${said === undefined ? "" : ` called "${said}"`}.`,
    { next: `${first || names === "" ? "" : `There is ${names}. `}${nothing}` },
  );
}

/** The system's working environment. undefined: BlueXP has none of that name. */
export const findByName = async (through: ConnectorReader, name: string): Promise<Environment | undefined> =>
  (await through.listEnvironments()).find((each) => each.name.toLowerCase() === name.toLowerCase());

/** The same; throws a Refusal that offers to deploy it. */
export async function getEnvironment(
  on: ReadTools,
  cluster: string,
): Promise<{ connector: string; environment: Environment }> {
  const connector = await connectorOf(on);
  const environment = await findByName(on.bluexp().through(connector), cluster);
  if (environment) return { connector, environment };
  throw new Refusal(`BlueXP has no working environment called ${cluster}.`, {
    next: nothing,
    detail: { choices: [{ label: "Deploy it", say: `deploy ${cluster}` }] },
  });
}
