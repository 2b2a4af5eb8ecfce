import { createAzure } from "../azure/index.js";
import { createHosts } from "../host/index.js";
import { wallClock } from "../kit/clock.js";
import { createFabric } from "../ontap/index.js";
import { createSlack } from "../slack/index.js";
import { getWorld } from "./index.js";

export interface OneOptions {
  readonly world: string;
  readonly port: number;
  readonly tls: boolean;
  /** ONTAP only; default: the first of the world. */
  readonly cluster?: string;
}

/** One simulator of a world by itself. */
export async function startOne(
  name: "ontap" | "azure" | "slack",
  options: OneOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const world = getWorld(options.world);
  const { port, tls } = options;
  if (name === "slack") return createSlack({ world }).listen({ port });
  const fabric = createFabric({ world, clock: wallClock });
  if (name === "ontap") return fabric.listen(options.cluster ?? world.clusters[0]?.name ?? "", { port, tls });
  const hosts = createHosts({ world, clock: wallClock, san: fabric.san() });
  return createAzure({ world, clock: wallClock, hosts }).listen({ port });
}
