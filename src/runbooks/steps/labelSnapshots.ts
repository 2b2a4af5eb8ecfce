import { z } from "zod";
import type { Json } from "../../core/json.js";
import { labelText } from "../byHand/snapshots.js";
import { defineStep, shown } from "../define.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob } from "./jobs.js";
import { environment, setTouches } from "./takeSetSnapshot.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  environment,
  volumes: z.array(z.object({ name: z.string(), uuid: z.string() })).min(1),
  label: z.string(),
  snapshots: z.array(z.object({ name: z.string(), volumeUuid: z.string(), uuid: z.string() })).min(1),
});
type Input = z.infer<typeof input>;
const nothing = z.object({}).strict();
const beforeShape = z.array(z.object({ uuid: z.string(), label: z.string() }));

const look = (given: Input, on: ReadTools) =>
  Promise.all(given.snapshots.map(({ volumeUuid, uuid }) => on.ontap(given.cluster).snapshots.find(volumeUuid, uuid)));

async function write(given: Input, labels: ReadonlyMap<string, string>, on: Tools): Promise<void> {
  const found = (await look(given, on)).filter((each) => each !== undefined);
  const accepted = await Promise.allSettled(
    found
      .filter((each) => labels.has(each.uuid) && (each.label ?? "") !== labels.get(each.uuid))
      .map((each) =>
        on.ontap(given.cluster).snapshots.patch(each.volumeUuid, each.uuid, { label: labels.get(each.uuid) ?? "" }),
      ),
  );
  for (const each of accepted) if (each.status === "fulfilled") await noteJob(on, each.value);
  const failed = accepted.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}

/** Gives snapshots another tool took the label by which the mirror takes them along. */
export const labelSnapshots = defineStep<Input, Record<string, never>>({
  effect: "change",
  input,
  output: nothing,
  describe: (given) => {
    const all = Array.isArray(given.snapshots) ? given.snapshots : [];
    const names = [...new Set(all.map((each: { name?: unknown }) => shown(each.name, "?")))];
    return `Label ${names.join(", ")} on ${shown(given.cluster, "?")} "${shown(given.label, "?")}", so that the next update takes ${names.length === 1 ? "it" : "them"} to the mirror`;
  },
  touches: setTouches,
  before: async (given, on): Promise<Json> =>
    (await look(given, on)).flatMap((each) => (each ? [{ uuid: each.uuid, label: each.label ?? "" }] : [])),
  probe: async (given, on) => {
    const found = await look(given, on);
    if (found.some((each) => each === undefined))
      return { found: "foreign", what: `A snapshot of this plan is not on ${given.cluster} any more` };
    const done = found.filter((each) => each?.label === given.label).length;
    if (done === found.length) return { found: "done", output: {} };
    return done === 0
      ? { found: "absent" }
      : { found: "partial", why: `${done} of ${found.length} snapshots have the label.` };
  },
  run: (given, on) => write(given, new Map(given.snapshots.map(({ uuid }) => [uuid, given.label])), on),
  writes: "snapshots",
  handOff: (given) => {
    const { volumes, snapshots } = given as Input;
    const volumeOf = (uuid: string): string => volumes.find((each) => each.uuid === uuid)?.name ?? "?";
    return labelText(
      shown(given.svm, "?"),
      shown(given.label, "?"),
      snapshots.map((each) => ({ ...each, volume: volumeOf(each.volumeUuid) })),
    );
  },
  undo: {
    describe: () => "they get back the labels they had",
    run: (given, past, on) =>
      write(
        given,
        new Map(
          beforeShape
            .catch([])
            .parse(past.before)
            .map(({ uuid, label }) => [uuid, label]),
        ),
        on,
      ),
  },
});
