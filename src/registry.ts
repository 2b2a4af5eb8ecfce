import type { Registry } from "./jobs/engine.js";
import { runbooks } from "./runbooks/index.js";

/** Runbooks by name; the newest version unless one is asked for. */
export function registryOf(): Registry {
  return {
    find: (name, version) =>
      runbooks
        .filter((each) => each.name === name && (version === undefined || each.version === version))
        .sort((a, b) => b.version - a.version)[0],
    names: () => [...new Set(runbooks.map((each) => each.name))],
  };
}
