import { createAzure } from "../azure/index.js";
import { createBluexp } from "../bluexp/index.js";
import { createHosts } from "../host/index.js";
import { wallClock } from "../kit/clock.js";
import { createFabric, type Fabric, knobsFrom, withProfile } from "../ontap/index.js";
import { createSlack } from "../slack/index.js";
import { getWorld } from "./index.js";

export interface OneOptions {
  readonly world: string;
  readonly port: number;
  readonly tls: boolean;
  /** ONTAP only; default: the first of the world. */
  readonly cluster?: string;
  /** ONTAP only, as they stand on a command line: `9.12.1`, `cvo-single`, `["mavStatus=403"]`, `10000`. */
  readonly release?: string;
  readonly platform?: string;
  readonly knobs?: readonly string[];
  readonly relationships?: string;
  /** ONTAP only: a folder for the bytes of its LUNs. */
  readonly data?: string;
}

/** An option that cannot be: the message says which and what can. */
export class OptionError extends Error {}

const PLATFORMS = ["onprem", "cvo-single", "cvo-ha"] as const;

/** The world and the knobs the options ask for. Throws OptionError. */
function arraysOf(options: OneOptions): { cluster: string; fabric: Fabric } {
  try {
    const world = getWorld(options.world);
    const cluster = options.cluster ?? world.clusters[0]?.name ?? "";
    const { release } = options;
    const platform = PLATFORMS.find((each) => each === options.platform);
    if (options.platform !== undefined && !platform)
      throw new Error(`there is no platform "${options.platform}"; there are: ${PLATFORMS.join(", ")}`);
    const relationships = Number(options.relationships ?? 0);
    if (!Number.isInteger(relationships) || relationships < 0)
      throw new Error(`--relationships takes a number, not "${options.relationships ?? ""}"`);
    const profile = { cluster, ...(release === undefined ? {} : { release }), ...(platform ? { platform } : {}) };
    const fabric = createFabric({
      world: withProfile(world, profile),
      clock: wallClock,
      knobs: knobsFrom(Object.fromEntries((options.knobs ?? []).map(knobOf))),
      ...(relationships > 0 ? { bulk: { relationships } } : {}),
      ...(options.data === undefined ? {} : { data: { folder: options.data } }),
    });
    return { cluster, fabric };
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

/** `name=value`, the value as JSON or as it stands. */
function knobOf(text: string): [string, unknown] {
  const [, name = text, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

/** One simulator of a world by itself. */
export async function startOne(
  name: "ontap" | "azure" | "slack" | "bluexp",
  options: OneOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const world = getWorld(options.world);
  const { port, tls } = options;
  if (name === "slack") return createSlack({ world }).listen({ port });
  if (name === "ontap") {
    const { cluster, fabric } = arraysOf(options);
    return fabric.listen(cluster, { port, tls });
  }
  const fabric = createFabric({ world, clock: wallClock });
  const hosts = createHosts({ world, clock: wallClock, san: fabric.san() });
  const azure = createAzure({ world, clock: wallClock, hosts, nics: () => fabric.cloudNics() });
  if (name === "bluexp")
    return createBluexp({ world, clock: wallClock, yard: fabric, cloud: azure.cloud }).listen({ port });
  return azure.listen({ port });
}
