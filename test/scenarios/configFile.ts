import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import type { Scene } from "./app.js";

/** The demo world's configuration as a file's text, with what this start of the world decided written into it: for processes of their own. */
export async function configText(scene: Scene): Promise<string> {
  const document = parseDocument(await readFile("config/epic.yaml", "utf8"));
  const overrides = { ...scene.world.overrides, "redis.prefix": scene.config.redis.prefix };
  for (const [path, value] of Object.entries(overrides)) {
    const [list = "", name = "", ...rest] = path.split(".");
    const entries = document.toJS() as Record<string, unknown>;
    const at = Array.isArray(entries[list])
      ? [list, (entries[list] as { name: string }[]).findIndex((each) => each.name === name), ...rest]
      : path.split(".");
    document.setIn(at, value);
  }
  return document.toString();
}
