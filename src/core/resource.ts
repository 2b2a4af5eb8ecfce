/** Something a plan touches, as policy and locks see it. */
export type Environment = "production" | "dr" | "clone" | "infrastructure";

export interface Resource {
  /** "volume", "relationship", "host", "igroup", "lun", … */
  readonly kind: string;
  /** Unique over all clusters, stable over renames: `cvo-eastus2/volume/<uuid>`, or by name while it does not exist yet. */
  readonly id: string;
  /** As people know it. */
  readonly name: string;
  readonly environment: Environment;
  readonly labels: Readonly<Record<string, string>>;
}

/** A person, by ids only: display names change and can be chosen. */
export interface Person {
  readonly team: string;
  readonly user: string;
}
