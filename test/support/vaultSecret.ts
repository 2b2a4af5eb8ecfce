import type { TestWorld } from "./world.js";

const SECRET = "/providers/Microsoft.KeyVault/vaults/kv-epic/secrets/sluice-nve";

/** Changes what Azure shows of the secret the array signs in to its key vault with; undefined takes it away. */
export function secretOf(
  world: TestWorld,
  change: { readonly enabled?: boolean; readonly exp?: () => number | undefined } | undefined,
): void {
  const { cloud } = world.cloud;
  const secret = cloud.list().find(({ id }) => id.endsWith(SECRET));
  if (!secret) throw new Error("the world has no such secret");
  if (!change) return cloud.remove(secret.id);
  const { exp: _, ...before } = secret.properties["attributes"] as Record<string, unknown>;
  const exp = change.exp ? change.exp() : _;
  const attributes = { ...before, enabled: change.enabled ?? true, ...(exp === undefined ? {} : { exp }) };
  cloud.put({ ...secret, properties: { ...secret.properties, attributes } });
}
