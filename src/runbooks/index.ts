import type { AnyRunbook } from "./define.js";
import { clone } from "./clone.js";
import { extendLease } from "./extend-lease.js";
import { releaseClone } from "./release-clone.js";

/** One line per runbook. A version that has open runs stays until they have ended. */
export const runbooks: readonly AnyRunbook[] = [clone, releaseClone, extendLease];
