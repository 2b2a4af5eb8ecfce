import { z } from "zod";
import { isTransient, SYSTEM_LIMIT_MS } from "../../core/environment-status.js";
import type { Json } from "../../core/json.js";
import { Rejected } from "../../core/problems.js";
import { showDuration } from "../../core/units.js";
import { defineStep, shown, type Probe } from "../define.js";
import { changes, reads, volumeResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { findByName } from "./console.js";
import { groupResource, systemResource } from "./resources.js";

const at = { cluster: z.string(), connector: z.string() };
const nothing = z.object({}).strict();
type Nothing = z.infer<typeof nothing>;

/** The task noted last, to be told of while it is waited for. */
function lastTask(notes: readonly Json[]): string | null {
  const tasks = notes.flatMap((note) => z.object({ task: z.string() }).safeParse(note).data?.task ?? []);
  return tasks[tasks.length - 1] ?? null;
}
const waitShape = z.object({ waitingSince: z.string().optional(), tooLong: z.boolean().optional() });

/** Since when it is waited for, and whether that has been said to be too long. */
function waitOf(notes: readonly Json[]): { since: string | undefined; tooLong: boolean } {
  const all = notes.flatMap((note) => waitShape.safeParse(note).data ?? []);
  return { since: all.flatMap((each) => each.waitingSince ?? []).at(-1), tooLong: all.some((each) => each.tooLong) };
}
const isTooLong = (notes: readonly Json[]): boolean => waitOf(notes).tooLong;

const noteTask = async (on: Tools, begun: { readonly task?: string }): Promise<void> => {
  if (begun.task !== undefined) await on.note({ task: begun.task });
};
const watchOf = (
  given: { connector: string; cluster: string },
  notes: readonly Json[],
): Extract<Probe<never>, { found: "running" }> => ({
  found: "running",
  watch: { kind: "environment", connector: given.connector, name: given.cluster, task: lastTask(notes) },
});

const createInput = z.object({
  ...at,
  wanted: z.object({
    name: z.string(),
    ha: z.boolean(),
    workspace: z.string(),
    region: z.string(),
    subscription: z.string(),
    vnet: z.string(),
    subnet: z.string(),
    cidr: z.string(),
    resourceGroup: z.string(),
    svm: z.string(),
    password: z.object({ $secret: z.string() }),
    size: z.string(),
    package: z.string(),
    saasSubscription: z.string().optional(),
    supportAccount: z.string().optional(),
    diskTb: z.number(),
    storage: z.string(),
    key: z.object({ vault: z.string(), key: z.string(), identity: z.string().optional() }).optional(),
    zones: z.array(z.number()),
    tags: z.record(z.string(), z.string()),
  }),
});
type CreateInput = z.infer<typeof createInput>;
const createOutput = z.object({ id: z.string(), address: z.string() });
type CreateOutput = z.infer<typeof createOutput>;

const existed = z.object({ existed: z.boolean() });

async function whyNot(
  given: CreateInput,
  on: ReadTools,
  notes: readonly Json[],
): Promise<{ found: "absent"; because?: string }> {
  const task = lastTask(notes);
  const said = task === null ? undefined : await on.bluexp().through(given.connector).findTask(task);
  if (said?.state !== "failed") return { found: "absent" };
  return {
    found: "absent",
    because: `BlueXP could not make ${given.cluster}: ${said.problem ?? "it does not say why"}`,
  };
}

/** Nothing of anybody's is on it: no volume but those BlueXP brings with an SVM. Throws Rejected where there is one, or it cannot be looked at. */
async function mustBeEmpty(cluster: string, on: Tools): Promise<void> {
  const volumes = await on.ontap(cluster).volumes.list({});
  const data = volumes.filter((each) => !/_root$|^vol0$/.test(each.name));
  if (data.length > 0)
    throw new Rejected(`${cluster} holds ${data.map((each) => each.name).join(", ")}, so it was left as it is`, {
      from: "Sluice",
    });
}

/** What a system is made of is written out when planning: nothing of it is for the far end to decide. */
const plain = (wanted: unknown): CreateInput["wanted"] => wanted as CreateInput["wanted"];

function describeSystem(cluster: string, of: CreateInput["wanted"]): string {
  const disks = of.key ? `the key ${of.key.key} of the vault ${of.key.vault}` : "Azure's own keys";
  return (
    `Deploy ${cluster} by BlueXP: ${of.ha ? "an HA pair" : "a single node"} of ${of.size} with the latest ONTAP, ${of.diskTb} TB ${of.storage}, ` +
    `package ${of.package}, SVM ${of.svm}, in a resource group of its own, ${of.resourceGroup} in ${of.region}; disks encrypted by ${disks}${of.supportAccount === undefined ? "" : "; registered with NetApp support"}`
  );
}

/** Creates the system. A task that gives up, or is forgotten, decides nothing: the working environment does. */
export const createSystem = defineStep<CreateInput, CreateOutput>({
  effect: "change",
  input: createInput,
  output: createOutput,
  describe: ({ cluster, wanted }) => describeSystem(shown(cluster, "?"), plain(wanted)),
  touches: ({ cluster, wanted }) => [
    changes(systemResource(shown(cluster, "?"))),
    changes(groupResource(plain(wanted).resourceGroup)),
  ],
  before: async ({ connector, cluster }, on) => ({
    existed: (await findByName(on.bluexp().through(connector), cluster)) !== undefined,
  }),
  probe: async (given, on, past): Promise<Probe<CreateOutput>> => {
    const found = await findByName(on.bluexp().through(given.connector), given.cluster);
    if (!found) return whyNot(given, on, past.notes);
    if (past.attempt === 0 || existed.safeParse(past.before).data?.existed === true)
      return { found: "foreign", what: `BlueXP has a working environment ${given.cluster} already` };
    if (found.status === "DELETING") return { found: "absent", because: `${given.cluster} is being deleted.` };
    if (isTransient(found.status) && isTooLong(past.notes))
      return {
        found: "unclear",
        why: `BlueXP has been at work on ${given.cluster} for more than ${showDuration(SYSTEM_LIMIT_MS)} and still says ${found.status}; 25 to 40 minutes are usual. Look at its timeline and at the deployments of ${given.wanted.resourceGroup} in Azure, and look again when it has ended`,
      };
    if (isTransient(found.status)) return watchOf(given, past.notes);
    if (found.status === "FAILED")
      return {
        found: "partial",
        why: `BlueXP could not make ${given.cluster}: ${found.message ?? "it does not say why"}.`,
      };
    const address = found.lifs.find((lif) => /cluster/i.test(lif.type))?.address;
    if (!/^(ON|DEGRADED)$/.test(found.status)) return { found: "unclear", why: `${given.cluster} is ${found.status}.` };
    return { found: "done", output: { id: found.id, address: address ?? "" } };
  },
  run: async ({ connector, wanted: { saasSubscription, supportAccount, key, ...wanted } }, on) =>
    noteTask(
      on,
      await on
        .bluexp()
        .through(connector)
        .create({
          ...wanted,
          ...(saasSubscription === undefined ? {} : { saasSubscription }),
          ...(supportAccount === undefined ? {} : { supportAccount }),
          ...(key === undefined
            ? {}
            : {
                key: {
                  vault: key.vault,
                  key: key.key,
                  ...(key.identity === undefined ? {} : { identity: key.identity }),
                },
              }),
        }),
    ),
  tend: async (_given, on, past, now) => {
    const { since, tooLong } = waitOf(past.notes);
    if (since === undefined) {
      await on.note({ waitingSince: now });
      return true;
    }
    if (tooLong || Date.parse(now) - Date.parse(since) < SYSTEM_LIMIT_MS) return false;
    await on.note({ tooLong: true });
    return true;
  },
  undo: {
    describe: ({ cluster }) =>
      `${shown(cluster, "?")} is deleted with its resource group, if no data is on it; else it stays`,
    run: async ({ connector, cluster }, _past, on) => {
      const through = on.bluexp().through(connector);
      const found = await findByName(through, cluster);
      if (!found || found.status === "DELETING") return;
      if (found.status !== "FAILED") await mustBeEmpty(cluster, on);
      await noteTask(on, await through.remove(found));
    },
  },
});

const answersInput = z.object({ cluster: z.string(), address: z.string() });

/** ONTAP answers at the address the configuration has for it. Until it does the run waits, and nothing is taken back. */
export const seeOntap = defineStep({
  effect: "read",
  input: answersInput,
  output: nothing,
  describe: ({ cluster }) =>
    `See that ONTAP of ${shown(cluster, "?")} answers at the address the configuration has for it`,
  touches: ({ cluster }) => [reads(systemResource(shown(cluster, "?")))],
  probe: async ({ cluster }, on): Promise<Probe<Nothing>> => {
    try {
      await on.ontap(cluster).cluster.name();
      return { found: "done", output: {} };
    } catch {
      return { found: "running", watch: { kind: "answers", cluster } };
    }
  },
  run: () => Promise.resolve(),
  undo: { stays: "looking changes nothing" },
});

const powerInput = z.object({ ...at, id: z.string(), ha: z.boolean() });
type PowerInput = z.infer<typeof powerInput>;

async function probePower(
  given: PowerInput,
  wanted: "ON" | "OFF",
  on: ReadTools,
  notes: readonly Json[],
): Promise<Probe<Nothing>> {
  const found = await findByName(on.bluexp().through(given.connector), given.cluster);
  if (found?.id !== given.id)
    return { found: "foreign", what: `The working environment ${given.cluster} is not what it was` };
  if (found.status === wanted || (wanted === "ON" && found.status === "DEGRADED")) return { found: "done", output: {} };
  if (found.status === (wanted === "ON" ? "STARTING" : "STOPPING")) return watchOf(given, notes);
  // on the way to the opposite is as good as there: what is asked for now has not happened
  if (/^(ON|OFF|STARTING|STOPPING|DEGRADED)$/.test(found.status)) return { found: "absent" };
  return isTransient(found.status)
    ? watchOf(given, notes)
    : { found: "unclear", why: `${given.cluster} is ${found.status}.` };
}

const stopInput = z.object({
  ...powerInput.shape,
  /** What is written down for the start: whose mirrors were paused for it. */
  stopped: z.object({
    at: z.string(),
    mirrors: z.array(z.object({ set: z.string(), svm: z.string(), volume: z.string(), relationship: z.string() })),
  }),
});
type StopInput = z.infer<typeof stopInput>;
export const stoppedShape = stopInput.shape.stopped;
/** Where it is remembered what a stop paused. */
export const stoppedNote = (cluster: string): string => `stopped:${cluster}`;

export const stopSystem = defineStep<StopInput, Nothing>({
  effect: "change",
  input: stopInput,
  output: nothing,
  describe: ({ cluster, ha }) =>
    `Stop ${shown(cluster, "?")} by BlueXP${ha === true ? " (both nodes)" : ""}, with snapshots of its root and boot disks`,
  touches: ({ cluster, stopped }) => [
    changes(systemResource(shown(cluster, "?"))),
    ...(stopped as StopInput["stopped"]).mirrors.map(({ svm, volume }) =>
      changes(volumeResource({ cluster: shown(cluster, "?"), svm, volume }, "dr")),
    ),
  ],
  probe: (given, on, past) => probePower(given, "OFF", on, past.notes),
  run: async (given, on) => {
    await on.remember(stoppedNote(given.cluster), JSON.stringify(given.stopped));
    await noteTask(on, await on.bluexp().through(given.connector).stop(given, true));
  },
  undo: {
    describe: ({ cluster }) => `${shown(cluster, "?")} is started again`,
    run: async (given, _past, on) => noteTask(on, await on.bluexp().through(given.connector).start(given)),
  },
});

export const startSystem = defineStep<PowerInput, Nothing>({
  effect: "change",
  input: powerInput,
  output: nothing,
  describe: ({ cluster, ha }) => `Start ${shown(cluster, "?")} by BlueXP${ha === true ? " (both nodes)" : ""}`,
  touches: ({ cluster }) => [changes(systemResource(shown(cluster, "?")))],
  probe: (given, on, past) => probePower(given, "ON", on, past.notes),
  run: async (given, on) => noteTask(on, await on.bluexp().through(given.connector).start(given)),
  undo: {
    describe: ({ cluster }) => `${shown(cluster, "?")} is stopped again, as it was`,
    run: async (given, _past, on) => noteTask(on, await on.bluexp().through(given.connector).stop(given, false)),
  },
});
