import { clones } from "./clones.js";
import { database } from "./database.js";
import { devicesFile } from "./devicesFile.js";
import { failover } from "./failover.js";
import { killed } from "./killed.js";
import { protect } from "./protect.js";
import { provision } from "./provision.js";
import { restore } from "./restore.js";
import type { Scenario } from "./scenario.js";
import { trouble } from "./trouble.js";

/** Scenarios one after the other: each leaves what the next begins with. */
export type Lane = readonly Scenario[];

/**
 * One stage after the other; the lanes of a stage at the same time, each on a host of its own. What is done to production, or to all copies of it, is in a
 * stage with nothing that needs them.
 */
export const stages: readonly (readonly Lane[])[] = [
  [
    [...clones, ...trouble, ...database],
    [...killed, ...devicesFile],
  ],
  [[...restore, ...failover], provision],
  [protect],
];
