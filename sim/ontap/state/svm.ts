/** SVMs. Times are milliseconds since the epoch. */

export interface SvmState {
  readonly uuid: string;
  name: string;
  comment?: string | undefined;
  readonly iscsi?: { readonly targetName: string; enabled: boolean; alias: string } | undefined;
  readonly fcp?: { readonly targetName: string; enabled: boolean } | undefined;
  dns?: { readonly domains: readonly string[]; readonly servers: readonly string[] } | undefined;
  readonly createdAt: number;
}
