import { apart, apartNic, apartSvm } from "./apart.js";
import { bare, bareSvm } from "./bare.js";
import { epic } from "./epic.js";
import { hospital } from "./hospital.js";
import { lab } from "./lab.js";
import type { World } from "./types.js";

export type { World } from "./types.js";

const worlds: Readonly<Record<string, World>> = {
  epic,
  hospital,
  lab,
  apart,
  "apart-svm": apartSvm,
  "apart-nic": apartNic,
  bare,
  "bare-svm": bareSvm,
};

export const worldNames: readonly string[] = Object.keys(worlds);

/** The world of that name. Throws with the names there are. */
export function getWorld(name: string): World {
  const world = worlds[name];
  if (!world) throw new Error(`there is no world "${name}"; there are: ${worldNames.join(", ")}`);
  return world;
}
