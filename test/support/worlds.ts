import { getWorld } from "../../sim/worlds/index.js";
import { startTestWorld, type TestWorld } from "./world.js";

/** Worlds by name, each started when it is first asked for. */
export class Worlds {
  private readonly started = new Map<string, Promise<TestWorld>>();

  get(name: string): Promise<TestWorld> {
    const known = this.started.get(name) ?? startTestWorld({}, getWorld(name));
    this.started.set(name, known);
    return known;
  }

  async close(): Promise<void> {
    await Promise.all([...this.started.values()].map(async (world) => (await world).close()));
  }
}
