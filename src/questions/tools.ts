import type { RunView } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import type { Json } from "../core/json.js";
import type { AzureReader } from "../azure/index.js";
import type { OntapReader } from "../ontap/index.js";
import type { AnyRunbook, Inventory } from "../runbooks/index.js";

/** The words of one runbook or question, as help needs them. */
export interface HelpWords {
  readonly name: string;
  /** Patterns; the first is the one shown to people. */
  readonly says: readonly string[];
  /** One sentence without the name: "makes a writable copy of a set and mounts it". */
  readonly summary: string;
  readonly effect: "read" | "change" | "destroy";
  /** False: understood, and not built yet. */
  readonly available: boolean;
}

/** What questions are answered from: nothing here can act. */
export interface QuestionTools {
  readonly inventory: Inventory;
  /** Throws a Refusal when the inventory has no such cluster. */
  ontap(cluster: string): OntapReader;
  /** Throws a Refusal when the configuration has no azure section. */
  azure(): AzureReader;
  recall(name: string): Promise<string | undefined>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  open(): Promise<readonly RunView[]>;
  /** The latest runs, newest first. */
  recent(limit: number): Promise<readonly RunView[]>;
  view(run: RunId): Promise<RunView | undefined>;
  /** Who holds what, by resource id. */
  locks(): Promise<readonly { readonly resource: string; readonly run: RunId; readonly as: "reads" | "changes" }[]>;
  /** What a running step says of itself; volatile. */
  progress(run: RunId): Promise<{ readonly text: string; readonly fraction?: number } | undefined>;
  /** How long a card waits for its votes. */
  readonly cardExpiresMinutes: number;
  /** Everything that can be said, built or not. */
  readonly vocabulary: readonly HelpWords[];
  readonly runbooks: readonly AnyRunbook[];
  /** Told of mistakes of our own: the person gets a sentence, the log gets the rest. */
  readonly log?: { error(detail: object, message: string): void };
}

/** "Clone prod for training". Never throws: an old request may not fit today's runbook. */
export function titleOf(tools: Pick<QuestionTools, "runbooks">, runbook: string, request: Json): string {
  try {
    return tools.runbooks.find((each) => each.name === runbook)?.title(request) ?? runbook;
  } catch {
    return runbook;
  }
}
