import { clones } from "./clones.js";
import { database } from "./database.js";
import { failover } from "./failover.js";
import { restore } from "./restore.js";
import type { Scenario } from "./scenario.js";
import { trouble } from "./trouble.js";

/** In the order they are run in: each leaves what the next begins with. */
export const scenarios: readonly Scenario[] = [...clones, ...trouble, ...database, ...restore, ...failover];
