import type { Json } from "../core/json.js";

/** What may happen if a request is carried out; decides how strictly its sentence is read. */
export type SpokenEffect = "read" | "change" | "destroy";

/** The words of one runbook or question. `says` is grammar, help text and test cases at once; see grammar.ts for how it is read. */
export interface Phrasebook {
  /** The runbook's name, as people type it: "clone". */
  readonly name: string;
  /** Patterns; the first is the one shown to people, and buttons are written in it. */
  readonly says: readonly string[];
  /** One sentence for help, without the runbook's name: "makes a writable copy of a set and mounts it". */
  readonly summary: string;
  readonly effect: SpokenEffect;
  /** Read as strictly as what destroys, though it does not: every word must be understood. */
  readonly strict?: boolean;
  /** False: understood, and answered that it is not there yet. */
  readonly available: boolean;
  /** Under which name a slot's value goes into the request; null leaves it out. Slots not named here keep DEFAULT_FIELDS. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** Words that may stand before a slot, where this runbook differs from INTRODUCERS: `extend … to Friday`. */
  readonly introducers?: Readonly<Record<string, readonly string[]>>;
  /** At least one of these slots must be filled, else Sluice asks. */
  readonly oneOf?: readonly string[];
  /** The runbook people often mean when words are left over: "restore prod to training" is a clone. */
  readonly orElse?: string;
  /** Phrases that say nothing here: "and mount it" of a clone. */
  readonly filler?: readonly string[];
}

export interface SetWords {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly volumes: readonly string[];
  /** Names of the volumes' mirrors: they mean the set where a mirror is spoken of, and nowhere else. */
  readonly mirrors?: readonly string[];
}
export interface HostWords {
  readonly name: string;
  readonly purposes: readonly string[];
  readonly aliases: readonly string[];
}
export interface PurposeWords {
  readonly name: string;
  readonly aliases: readonly string[];
}
export interface ClusterWords {
  readonly name: string;
  readonly platform: "onprem" | "cvo";
  readonly aliases?: readonly string[];
  readonly svms?: readonly string[];
}

/** Everything that has a name. Built from config by the app; requests knows nothing else about the world. */
export interface Vocabulary {
  readonly runbooks: readonly Phrasebook[];
  readonly sets: readonly SetWords[];
  readonly hosts: readonly HostWords[];
  readonly purposes: readonly PurposeWords[];
  readonly clusters: readonly ClusterWords[];
}

/** A clone the asker owns, as far as the caller knows. */
export interface OwnClone {
  readonly name: string;
  readonly set?: string;
  readonly host?: string;
  readonly purpose?: string;
  readonly as?: string;
}
export interface Asker {
  /** IANA name; what is no zone counts as UTC. */
  readonly timeZone: string;
  readonly clones?: readonly OwnClone[];
}
export interface Context {
  readonly now: Date;
  readonly asker: Asker;
  readonly vocabulary: Vocabulary;
  /** Mention, direct message, slash command, button: always answered. Otherwise what is no request is ignored. */
  readonly addressed: boolean;
}

/** One thing to press: `label` is shown, `say` is a sentence that `understand` reads. */
export interface Choice {
  readonly label: string;
  readonly say: string;
}
export type Understood =
  | { readonly kind: "request"; readonly runbook: string; readonly request: Readonly<Record<string, Json>> }
  | { readonly kind: "reply"; readonly text: string; readonly choices?: readonly Choice[] }
  | { readonly kind: "ignore" };
