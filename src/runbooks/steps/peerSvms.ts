import { z } from "zod";
import { Refusal } from "../../core/problems.js";
import type { SvmPeer } from "../../ontap/index.js";
import { defineStep, shown, type Past, type Probe, type StepDef } from "../define.js";
import { cliWord, filter, typed, type RestCall } from "../handOff.js";
import { unlessHidden } from "../hidden.js";
import { changes, svmResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";

const pair = z.object({ cluster: z.string(), svm: z.string(), peerCluster: z.string(), peerSvm: z.string() });
type Pair = z.infer<typeof pair>;
const creating = pair.extend({
  /** What the remote SVM is called here: the prefix of a mirror's source path. */
  alias: z.string(),
});
const extending = pair.extend({ applications: z.array(z.string()), before: z.array(z.string()) });
const output = z.object({});
type Output = z.infer<typeof output>;

export const findSvmPeer = async (given: Pair, on: ReadTools): Promise<SvmPeer | undefined> =>
  on.ontap(given.cluster).svmPeers.findByPeer(given.svm, given.peerSvm, given.peerCluster);

/** The same peering as the other side has it. */
const mirrored = ({ cluster, svm, peerCluster, peerSvm }: Pair): Pair => ({
  cluster: peerCluster,
  svm: peerSvm,
  peerCluster: cluster,
  peerSvm: svm,
});

const words = (given: { readonly [K in keyof Pair]: unknown }) => ({
  cluster: shown(given.cluster, "?"),
  svm: shown(given.svm, "?"),
  peerCluster: shown(given.peerCluster, "?"),
  peerSvm: shown(given.peerSvm, "?"),
});

/**
 * Nothing is there: what does its job say? One that ends in "entry doesn't exist" says nothing, because it may have worked all the same
 * (reference 4): then only the peering itself counts.
 */
async function missing(given: Pair, on: ReadTools, past: Past): Promise<Probe<never>> {
  const said = await whenMissing(on, given.cluster, past.notes);
  return said.found === "absent" && /entry doesn't exist/i.test(said.because ?? "") ? { found: "absent" } : said;
}

async function removePeering(given: Pair, on: Tools): Promise<void> {
  const found = await findSvmPeer(given, on);
  if (found) await noteJob(on, await on.ontap(given.cluster).svmPeers.delete(found.uuid));
}

/** Where it is looked up by, before a call by its uuid. */
const looking = ({ svm, peerSvm, peerCluster }: Pair): RestCall => ({
  method: "GET",
  path: `/api/svm/peers${filter({ "svm.name": svm, "peer.svm.name": peerSvm, "peer.cluster.name": peerCluster, fields: "uuid" })}`,
});

const backText = (at: Pair, alias: string) =>
  typed(
    [`vserver peer delete -vserver ${cliWord(at.svm)} -peer-vserver ${cliWord(alias)}`],
    [looking(at), { method: "DELETE", path: "/api/svm/peers/{uuid}" }],
  );

/** One SVM asks another to be its peer; where the other permits it beforehand, they are at once. */
export const createSvmPeer: StepDef<z.infer<typeof creating>, Output> = defineStep<z.infer<typeof creating>, Output>({
  effect: "change",
  input: creating,
  output,
  describe: (given) => {
    const { cluster, svm, peerCluster, peerSvm } = words(given);
    const alias = shown(given.alias, "?");
    const called = alias === peerSvm ? "" : `, called ${alias} there because the name is taken`;
    return `On ${cluster}, peer ${svm} with ${peerSvm} of ${peerCluster} for SnapMirror${called}`;
  },
  touches: (given) => bothTouched(words(given)),
  probe: async (given, on, past): Promise<Probe<Output>> => {
    const found = await findSvmPeer(given, on);
    if (!found) return missing(given, on, past);
    if (found.state === "rejected" || found.state === "suspended")
      return {
        found: "foreign",
        what: `${given.svm}'s peering with ${given.peerSvm} on ${given.cluster} is ${found.state}`,
      };
    if (found.state === "initializing") return { found: "unclear", why: "The peering is being set up." };
    return { found: "done", output: {} };
  },
  run: async (given, on) => {
    const { svm, peerSvm, peerCluster, alias } = given;
    const named = alias === peerSvm ? {} : { alias };
    await noteJob(on, await on.ontap(given.cluster).svmPeers.create({ svm, peerSvm, peerCluster, ...named }));
  },
  handOff: (given) => {
    const at = words(given);
    const alias = shown(given.alias, "?");
    const local = alias === at.peerSvm ? "" : ` -local-name ${cliWord(alias)}`;
    return {
      note: `On ${at.cluster}, as its administrator:`,
      ...typed(
        [
          `vserver peer create -vserver ${cliWord(at.svm)} -peer-vserver ${cliWord(at.peerSvm)} -peer-cluster ${cliWord(at.peerCluster)} -applications snapmirror${local}`,
        ],
        [
          {
            method: "POST",
            path: "/api/svm/peers",
            body: {
              svm: { name: at.svm },
              peer: { svm: { name: at.peerSvm }, cluster: { name: at.peerCluster } },
              ...(alias === at.peerSvm ? {} : { name: alias }),
              applications: ["snapmirror"],
            },
          },
        ],
      ),
      back: backText(at, alias),
    };
  },
  undo: {
    describe: (given) => `${words(given).svm} and ${words(given).peerSvm} are no peers again`,
    run: (given, _past, on) => removePeering(given, on),
  },
});

const bothTouched = ({ cluster, svm, peerCluster, peerSvm }: Pair) => [
  changes(svmResource(cluster, svm)),
  changes(svmResource(peerCluster, peerSvm)),
];

/** The other side's yes. Done when both say peered; so already where it was permitted beforehand. */
export const acceptSvmPeer = defineStep<Pair, Output>({
  effect: "change",
  input: pair,
  output,
  describe: (given) => {
    const { cluster, svm, peerCluster, peerSvm } = words(given);
    return `On ${cluster}, have ${svm} accept ${peerSvm} of ${peerCluster} as its peer`;
  },
  touches: (given) => bothTouched(words(given)),
  probe: probeAccepted,
  run: async (given, on) => {
    const found = await findSvmPeer(given, on);
    if (!found)
      throw new Refusal(`${given.svm} on ${given.cluster} has not been asked by ${given.peerSvm}.`, {
        next: "Nothing was changed.",
      });
    await noteJob(on, await on.ontap(given.cluster).svmPeers.accept(found.uuid));
  },
  handOff: (given) => {
    const at = words(given);
    return {
      note: `On ${at.cluster}, as the administrator of ${at.svm}:`,
      ...typed(
        [`vserver peer accept -vserver ${cliWord(at.svm)} -peer-vserver ${cliWord(at.peerSvm)}`],
        [looking(at), { method: "PATCH", path: "/api/svm/peers/{uuid}", body: { state: "peered" } }],
      ),
      back: backText(at, at.peerSvm),
    };
  },
  undo: {
    describe: (given) => `${words(given).svm} and ${words(given).peerSvm} are no peers again`,
    run: (given, _past, on) => removePeering(given, on),
  },
});

async function probeAccepted(given: Pair, on: ReadTools, past: Past): Promise<Probe<Output>> {
  const here = await unlessHidden(() => findSvmPeer(given, on));
  const there = await unlessHidden(() => findSvmPeer(mirrored(given), on));
  const seen = [here, there].filter((each) => each !== "hidden");
  if (seen.length === 0)
    return { found: "unclear", why: `The peerings of ${given.svm} cannot be seen with these logins.` };
  if (seen.every((each) => each?.state === "peered")) return { found: "done", output: {} };
  if (here === undefined) return { found: "absent" };
  const said = await whenMissing(on, given.cluster, past.notes);
  if (said.found === "running") return said;
  const bad = seen.find((each) => each?.state === "rejected" || each?.state === "suspended");
  if (bad) return { found: "foreign", what: `The peering of ${given.svm} and ${given.peerSvm} is ${bad.state ?? "?"}` };
  if (seen.some((each) => each?.state === "initializing"))
    return { found: "unclear", why: "The peering is being set up." };
  return { found: "absent" };
}

/** Peered already, for something else: SnapMirror is added to what they may do together. */
export const extendSvmPeer = defineStep<z.infer<typeof extending>, Output>({
  effect: "change",
  input: extending,
  output,
  describe: (given) => {
    const { cluster, svm, peerSvm } = words(given);
    return `On ${cluster}, let ${svm} and ${peerSvm}, which are peers for ${list(given.before)}, use SnapMirror as well`;
  },
  touches: (given) => bothTouched(words(given)),
  probe: async (given, on, past): Promise<Probe<Output>> => {
    const found = await findSvmPeer(given, on);
    if (!found) return { found: "foreign", what: `${given.svm} and ${given.peerSvm} are no peers any more` };
    if (given.applications.every((each) => found.applications.includes(each))) return { found: "done", output: {} };
    return whenMissing(on, given.cluster, past.notes);
  },
  run: async (given, on) => {
    const found = await findSvmPeer(given, on);
    if (found)
      await noteJob(on, await on.ontap(given.cluster).svmPeers.setApplications(found.uuid, given.applications));
  },
  handOff: (given) => {
    const at = words(given);
    const set = (applications: readonly string[]) =>
      typed(
        [
          `vserver peer modify -vserver ${cliWord(at.svm)} -peer-vserver ${cliWord(at.peerSvm)} -applications ${applications.map(cliWord).join(",")}`,
        ],
        [looking(at), { method: "PATCH", path: "/api/svm/peers/{uuid}", body: { applications: [...applications] } }],
      );
    return {
      note: `On ${at.cluster}, as its administrator:`,
      ...set(strings(given.applications)),
      back: set(strings(given.before)),
    };
  },
  undo: {
    describe: (given) => `they are peers for ${list(given.before)} alone again`,
    run: async (given, _past, on) => {
      const found = await findSvmPeer(given, on);
      if (found) await noteJob(on, await on.ontap(given.cluster).svmPeers.setApplications(found.uuid, given.before));
    },
  },
});

const strings = (values: unknown): string[] => (Array.isArray(values) ? values.map(String) : []);
const list = (values: unknown): string => strings(values).join(" and ") || "nothing";
