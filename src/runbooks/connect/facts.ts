import type { ClusterConfig } from "../../config/types.js";
import type { RunFacts } from "../tools.js";
import type { NetworkItem } from "../network/items.js";

/** One of the two clusters, as far as its login can see it. */
export interface Side {
  readonly cluster: ClusterConfig;
  readonly ipspace: string;
  /** What the file says and is not there; all of it where nobody can look. */
  readonly missing: readonly NetworkItem[];
  readonly there: readonly NetworkItem[];
  /** The login may not see the network. */
  readonly hidden: boolean;
  /** Intercluster addresses, those to be made among them. */
  readonly addresses: readonly string[];
  /** Every node has one, or is about to; true where nobody can look. */
  readonly everyNode: boolean;
  readonly release: string | undefined;
}

export interface Facts {
  readonly sides: readonly [Side, Side];
  /** They know and reach each other already. */
  readonly connected: boolean;
  readonly warnings: readonly string[];
  /** What Azure says of the way between them: one sentence a thing looked at. */
  readonly azure: readonly string[];
  readonly run: RunFacts;
}
