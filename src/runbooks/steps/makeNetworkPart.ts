import { z } from "zod";
import { Refusal } from "../../core/problems.js";
import { defineStep, type Probe } from "../define.js";
import { nameOf, networkItem, type NetworkItem } from "../network/items.js";
import { lookFor, type Seen } from "../network/look.js";
import { make, takeAway } from "../network/make.js";
import { networkText } from "../network/typed.js";
import { changes, clusterResource } from "../resources.js";
import { unlessHidden } from "../hidden.js";
import type { ReadTools } from "../tools.js";

const one = z.object({ cluster: z.string(), item: networkItem });
const all = z.object({ cluster: z.string(), items: z.array(networkItem).min(1) });
const output = z.object({});
type Output = z.infer<typeof output>;

/** What the plan holds is what the step is given: no part of a network is a Ref. */
const itemOf = (given: { readonly item: unknown }): NetworkItem => networkItem.parse(given.item);
const itemsOf = (given: { readonly items: unknown }): NetworkItem[] => z.array(networkItem).parse(given.items);

const undoWords = (item: NetworkItem): string =>
  item.kind === "port"
    ? `${nameOf(item)} is put back where it was`
    : `${nameOf(item).replace(/ \(.*$/, "")} is removed again`;

/**
 * One part of a cluster's replication network. Nothing of it can carry a tag, so ours is what was absent while we held the cluster's lock:
 * what is there and right has no step, and what is there and wrong is left.
 */
export const makeNetworkPart = defineStep<z.infer<typeof one>, Output>({
  effect: "change",
  input: one,
  output,
  describe: (given) => {
    const item = itemOf(given);
    if (item.kind === "port")
      return `On ${String(given.cluster)}, put ${nameOf(item)} into broadcast domain ${item.domain.name}`;
    return `On ${String(given.cluster)}, make ${nameOf(item)}`;
  },
  touches: (given) => [changes(clusterResource(String(given.cluster)))],
  probe: async ({ cluster, item }, on): Promise<Probe<Output>> => {
    const seen = await lookFor(item, on.ontap(cluster));
    if (seen.is === "wrong") return { found: "foreign", what: `${seen.what}, on ${cluster}` };
    return seen.is === "right" ? { found: "done", output: {} } : { found: "absent" };
  },
  run: async ({ cluster, item }, on) => make(item, on.ontap(cluster)),
  handOff: (given) => networkText(String(given.cluster), [itemOf(given)]),
  undo: {
    describe: (given) => undoWords(itemOf(given)),
    run: async ({ cluster, item }, _past, on) => takeAway(item, on.ontap(cluster)),
  },
});

/** All of it, by a person: one text for one service request. */
export const networkByHand = defineStep<z.infer<typeof all>, Output>({
  effect: "change",
  input: all,
  output,
  describe: (given) => `On ${String(given.cluster)}, have ${itemsOf(given).map(nameOf).join("; ")}`,
  touches: (given) => [changes(clusterResource(String(given.cluster)))],
  probe: probeAll,
  run: ({ cluster }) =>
    Promise.reject(new Refusal(`The network of ${cluster} is made by a person.`, { next: "Nothing was changed." })),
  handOff: (given) => networkText(String(given.cluster), itemsOf(given)),
  undo: {
    describe: (given) => `what was made on ${String(given.cluster)} is removed again, last one first`,
    run: () => Promise.reject(new Refusal("This is taken back by a person.", { next: "Nothing was changed." })),
  },
});

async function probeAll({ cluster, items }: z.infer<typeof all>, on: ReadTools): Promise<Probe<Output>> {
  const seen = await unlessHidden(() => Promise.all(items.map((item) => lookFor(item, on.ontap(cluster)))));
  if (seen === "hidden") return { found: "unclear", why: `The network of ${cluster} cannot be seen with this login.` };
  const wrong = seen.find((each): each is Extract<Seen, { is: "wrong" }> => each.is === "wrong");
  if (wrong) return { found: "foreign", what: `${wrong.what}, on ${cluster}` };
  const missing = items.filter((_, i) => seen[i]?.is === "absent").map(nameOf);
  if (missing.length === 0) return { found: "done", output: {} };
  const why = `${missing.join("; ")} ${missing.length === 1 ? "is" : "are"} missing on ${cluster}.`;
  return missing.length === items.length ? { found: "absent", because: why } : { found: "partial", why };
}
