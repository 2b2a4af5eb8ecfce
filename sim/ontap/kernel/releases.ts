import type { Field } from "./fields.js";
import { within } from "./records.js";

export interface Release {
  readonly generation: number;
  readonly major: number;
  readonly minor: number;
}

/** The oldest release the simulator plays: what older ones lack is not written down. */
export const OLDEST = "9.6";

/**
 * First release of what later ones brought, from the reference (sections 2 to 14) and nothing else. A path is an endpoint, `path?flag` one
 * of its query arguments; `fields` are those of its records and bodies, `a.{b,c}` for several. A field covers what lies inside it.
 */
interface Row {
  /** Parts in braces are written `{}`. */
  readonly path: string;
  /** Release of the endpoint and of everything below it. */
  readonly since?: string;
  readonly flags?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}

const ROWS: readonly Row[] = [
  { path: "/cluster/jobs", fields: { "9.8": "svm", "9.9": "error", "9.11": "node" } },
  { path: "/cluster/nodes", fields: { "9.7": "vm" } },
  { path: "/cluster/peers", fields: { "9.7": "peer_applications version", "9.13": "ip_address" } },
  { path: "/cluster/schedules", fields: { "9.10": "svm scope" } },
  { path: "/svm/peers", flags: { force: "9.11" } },
  { path: "/network/ip/routes", fields: { "9.9": "interfaces", "9.11": "metric" } },
  { path: "/network/ip/interfaces", fields: { "9.16": "recommend" } },
  {
    path: "/snapmirror/policies",
    fields: {
      "9.10": "copy_all_source_snapshots rpo",
      "9.11": "copy_latest_source_snapshot create_snapshot_on_source retention.period",
      "9.13": "retention.preserve retention.warn",
    },
  },
  {
    path: "/snapmirror/relationships",
    fields: {
      "9.7": "source.cluster destination.cluster create_destination",
      "9.8": "source.consistency_group_volumes destination.consistency_group_volumes",
      "9.9": "transfer.end_time transfer.total_duration",
      "9.11": "throttle transfer_schedule last_transfer_type group_type identity_preservation",
      "9.13": "total_transfer_bytes total_transfer_duration last_transfer_network_compression_ratio",
      "9.14": "transfer.type transfer.last_updated_time backoff_level unhealthy_reason.arguments",
      "9.16": "source.luns destination.luns",
    },
  },
  {
    path: "/snapmirror/relationships/{}/transfers",
    fields: {
      "9.9": "throttle",
      "9.10": "error_info end_time total_duration",
      "9.13": "network_compression_ratio",
      "9.14": "last_updated_time",
    },
  },
  {
    path: "/storage/volumes",
    flags: { validate_only: "9.14" },
    fields: {
      "9.7": "snapmirror",
      "9.10": "snapshot_count consistency_group",
      "9.11": "msid",
      "9.12": "snapshot_locking_enabled clone.inherited_physical_used clone.inherited_savings",
      "9.13": "_tags",
      "9.14": "encryption.action",
    },
  },
  {
    path: "/storage/volumes/{}/snapshots",
    fields: {
      "9.7": "owners",
      "9.8": "snapmirror_label",
      "9.9": "size",
      "9.10": "reclaimable_space",
      "9.11": "version_uuid provenance_volume",
      "9.12": "logical_size delta",
      "9.15": "snaplock",
    },
  },
  { path: "/storage/snapshot-policies", fields: { "9.12": "copies.retention_period" } },
  { path: "/storage/luns", fields: { "9.10": "attributes consistency_group", "9.17": "serial_number_hex" } },
  {
    path: "/protocols/san/igroups",
    fields: {
      "9.9": "comment initiators.comment supports_igroups igroups parent_igroups portset target",
      "9.11": "connectivity_tracking",
      "9.15": "replication",
    },
  },
  { path: "/protocols/san/lun-maps", fields: { "9.10": "reporting_nodes" } },
  {
    path: "/application/consistency-groups",
    since: "9.10",
    fields: { "9.12": "clone", "9.15": "clone.is_flexclone clone.parent_svm" },
  },
  { path: "/application/consistency-groups/{}/snapshots", flags: { action: "9.11", action_timeout: "9.11" } },
  { path: "/security/multi-admin-verify", since: "9.11" },
  { path: "/security/multi-admin-verify/requests", fields: { "9.13": "execute_on_approval" } },
  { path: "/security/key-stores", since: "9.10" },
  {
    path: "/security/azure-key-vaults",
    since: "9.8",
    flags: { create_inactive: "9.14" },
    fields: {
      "9.10": "client_certificate authentication_method",
      "9.14": "configuration port oauth_host vault_host verify_host verify_ip",
      "9.16": "skip_verification",
    },
  },
  { path: "/security/login/whoami", since: "9.17" },
  { path: "/storage/snaplock/compliance-clocks", since: "9.7" },
  { path: "/support/ems/events", fields: { "9.8": "filter" } },
  { path: "/support/ems/application-logs", since: "9.17" },
];

const rows = new Map(ROWS.map((row) => [row.path, row]));

const numbers = (text: string): [number, number, number] => {
  const [generation = 9, major = 0, minor = 0] = text.split(".").map(Number);
  return [generation, major, minor];
};

/** Is the release that old, or newer? `9.12` stands for 9.12.0. */
export function atLeast(release: Release, since: string): boolean {
  const [generation, major, minor] = numbers(since);
  if (release.generation !== generation) return release.generation > generation;
  return release.major !== major ? release.major > major : release.minor >= minor;
}

/** `9.14.1` as a release. */
export function releaseOf(text: string): Release {
  if (!/^\d+\.\d+(\.\d+)?$/.test(text)) throw new Error(`"${text}" is no release: 9.14.1 is one`);
  const [generation, major, minor] = numbers(text);
  return { generation, major, minor };
}

const plain = (path: string): string => path.replace(/\{[^}]+\}/g, "{}");

/** The row of a path, or of the collection an instance path belongs to. */
function rowOf(path: string): Row | undefined {
  for (let at = plain(path); at !== ""; at = at.endsWith("/{}") ? at.slice(0, -3) : "") {
    const row = rows.get(at);
    if (row) return row;
  }
  return undefined;
}

/** The release that brought an endpoint. */
export function endpointSince(path: string): string {
  for (let at = plain(path); at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const since = rows.get(at)?.since;
    if (since !== undefined) return since;
  }
  return OLDEST;
}

/** The release that brought a query argument of an endpoint. */
export const flagSince = (path: string, flag: string): string => rowOf(path)?.flags?.[flag] ?? OLDEST;

/** The release that brought a field of an endpoint's records or bodies. */
export function fieldSince(path: string, name: string): string {
  let found: { readonly entry: string; readonly since: string } | undefined;
  for (const [since, entries] of Object.entries(rowOf(path)?.fields ?? {})) {
    for (const entry of entries.split(" ")) {
      if (within(name, entry) && entry.length > (found?.entry.length ?? -1)) found = { entry, since };
    }
  }
  return found?.since ?? OLDEST;
}

const memo = new WeakMap<readonly Field[], Map<string, readonly Field[]>>();

/** The fields of an endpoint's table that exist in a release. */
export function knownFields(path: string, table: readonly Field[], release: Release): readonly Field[] {
  const known = memo.get(table) ?? new Map<string, readonly Field[]>();
  memo.set(table, known);
  const key = `${plain(path)} ${release.generation}.${release.major}.${release.minor}`;
  let found = known.get(key);
  if (!found) {
    found = table.filter((field) => atLeast(release, fieldSince(path, field.name)));
    known.set(key, found);
  }
  return found;
}

/** Every row, for the page that shows them. */
export const releaseRows = (): readonly Row[] => ROWS;
