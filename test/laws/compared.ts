import { canonical } from "../../src/core/json.js";

/**
 * A snapshot of the world without what steps with `stays` leave (labelled snapshots of ours, a mirror that is newer than it was), and what no
 * undo can give back or nobody made: the uuid of an igroup made again, the array's built-in policies, which appear when first used.
 * `keys`: what else is not compared.
 */
export function compared(snapshot: unknown, keys: readonly string[]): unknown {
  return without(withoutWhatStays(snapshot), keys);
}

function withoutWhatStays(snapshot: unknown): unknown {
  return JSON.parse(canonical(JSON.parse(JSON.stringify(snapshot))), (key, value: unknown) => {
    if (key === "snapshots" && Array.isArray(value))
      return value.filter((each) => !JSON.stringify(each).includes("sluice-"));
    if (key === "igroups" && Array.isArray(value)) return value.map((each: object) => ({ ...each, uuid: undefined }));
    if (key === "policies" && Array.isArray(value))
      return value.filter((each: { comment?: string }) => each.comment !== "built in");
    const isMirror = typeof value === "object" && value !== null && "type" in value && value.type === "dp";
    return isMirror ? { ...value, content: undefined, luns: "luns" in value ? withoutDisks(value.luns) : [] } : value;
  }) as unknown;
}

/** What is on the LUNs of a mirror is its content too. */
const withoutDisks = (luns: unknown): unknown =>
  Array.isArray(luns) ? luns.map((each: object) => ({ ...each, disk: undefined })) : luns;

const without = (world: unknown, keys: readonly string[]): unknown =>
  JSON.parse(JSON.stringify(world), (key, value: unknown) => (keys.includes(key) ? undefined : value)) as unknown;
