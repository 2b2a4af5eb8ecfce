import { z } from "zod";
import { findHalf, standingOf } from "../connect/peering.js";
import { defineStep, shown, type HandOff, type Probe } from "../define.js";
import { cliWord, filter, typed } from "../handOff.js";
import { changes, clusterResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";

const input = z.object({
  cluster: z.string(),
  peer: z.string(),
  /** The other's intercluster addresses. */
  addresses: z.array(z.string()).min(1),
  /** Of this side: it need not be the same on both. */
  ipspace: z.string(),
  run: z.string(),
  /** How long this half waits for the other, ISO-8601. */
  expiresIn: z.string(),
  /** Not every node of both has an interface: "partial" is the best there is. */
  partial: z.boolean(),
});
type Input = z.infer<typeof input>;
const output = z.object({});
type Output = z.infer<typeof output>;

/** The two halves of one peering are told the same passphrase: reference 3 and how `cluster peer create` goes about it. */
export const peeringSecret = "cluster-peering";

async function createHalf(given: Input, on: Tools): Promise<void> {
  const { cluster, ipspace, addresses, expiresIn } = given;
  await on.ontap(cluster).clusterPeers.accept({
    ipspace,
    addresses,
    encryption: "tls_psk",
    passphrase: on.derive(peeringSecret),
    expiresIn,
  });
}

async function removeHalf(given: Input, on: Tools): Promise<void> {
  const half = await findHalf(given, on);
  if (half !== undefined && half !== "hidden") await on.ontap(given.cluster).clusterPeers.delete(half.uuid);
}

const strings = (values: unknown): string[] => (Array.isArray(values) ? values.map(String) : []);

/** The passphrase stands in none of it: ONTAP's command asks for it, and the REST call has a place for it. */
function peeringText(given: { readonly [K in keyof Input]: unknown }): HandOff {
  const cluster = shown(given.cluster, "?");
  const peer = shown(given.peer, "?");
  const ipspace = shown(given.ipspace, "?");
  const run = shown(given.run, "RUN");
  const addresses = strings(given.addresses);
  return {
    note: `On ${cluster}, as its administrator. The passphrase stands in no message: "npx sluice passphrase ${run}", typed where Sluice runs, prints it. The other half waits for seven days.`,
    ...typed(
      [
        `cluster peer create -peer-addrs ${cliWord(addresses.join(","))} -ipspace ${cliWord(ipspace)} -applications snapmirror -encryption-protocol-proposed tls-psk -offer-expiration 7days`,
      ],
      [
        {
          method: "POST",
          path: "/api/cluster/peers",
          body: {
            remote: { ip_addresses: addresses },
            authentication: { passphrase: "<passphrase>", expiry_time: "P7D" },
            ipspace: { name: ipspace },
            encryption: { proposed: "tls_psk" },
            peer_applications: ["snapmirror"],
          },
        },
      ],
    ),
    back: typed(
      [`cluster peer delete -cluster ${cliWord(peer)}`],
      [
        { method: "GET", path: `/api/cluster/peers${filter({ "remote.name": peer, fields: "uuid" })}` },
        { method: "DELETE", path: "/api/cluster/peers/{uuid}" },
      ],
    ),
  };
}

const describeUndo = (given: { readonly cluster: unknown; readonly peer: unknown }): string =>
  `${shown(given.cluster, "?")} forgets ${shown(given.peer, "?")} again`;

/** The first half: this cluster is told of the other, and waits for it. */
export const proposePeering = defineStep<Input, Output>({
  effect: "change",
  input,
  output,
  describe: (given) =>
    `Tell ${shown(given.cluster, "?")} of its peer ${shown(given.peer, "?")} at ${strings(given.addresses).join(", ")}: first half of an encrypted peering in IPspace ${shown(given.ipspace, "?")}`,
  touches: (given) => [changes(clusterResource(shown(given.cluster, "?")))],
  probe: async (given, on): Promise<Probe<Output>> => {
    const half = await findHalf(given, on);
    if (half === "hidden") return hidden(given.cluster);
    return half ? { found: "done", output: {} } : { found: "absent" };
  },
  run: createHalf,
  handOff: peeringText,
  undo: { describe: describeUndo, run: (given, _past, on) => removeHalf(given, on) },
});

const hidden = (cluster: string): Probe<Output> => ({
  found: "unclear",
  why: `The peerings of ${cluster} cannot be seen with this login.`,
});

/** The second half: done when both sides say that they know and reach each other. */
export const acceptPeering = defineStep<Input, Output>({
  effect: "change",
  input,
  output,
  describe: (given) =>
    `Tell ${shown(given.cluster, "?")} of its peer ${shown(given.peer, "?")} at ${strings(given.addresses).join(", ")}: second half, in IPspace ${shown(given.ipspace, "?")}; then both reach each other`,
  touches: (given) => [changes(clusterResource(shown(given.cluster, "?")))],
  probe: probeBoth,
  run: createHalf,
  handOff: peeringText,
  undo: { describe: describeUndo, run: (given, _past, on) => removeHalf(given, on) },
});

async function probeBoth(given: Input, on: ReadTools): Promise<Probe<Output>> {
  const half = await findHalf(given, on);
  if (half === undefined) return { found: "absent" };
  const theirs = await findHalf({ cluster: given.peer, peer: given.cluster, addresses: [] }, on);
  if (half === "hidden") {
    if (theirs === "hidden") return hidden(given.cluster);
    if (theirs?.authentication !== "ok")
      return { found: "absent", because: `${given.peer} still waits for ${given.cluster}.` };
  }
  const sides = [
    ...(half === "hidden" ? [] : [standingOf(given.cluster, half, given.partial)]),
    ...(theirs === "hidden" || theirs === undefined ? [] : [standingOf(given.peer, theirs, given.partial)]),
  ];
  const bad = sides.find((each) => each.is === "bad");
  if (bad?.is === "bad") return { found: "partial", why: bad.why };
  if (sides.some((each) => each.is === "pending"))
    return { found: "running", watch: { kind: "clusterPeer", cluster: given.cluster, peer: given.peer } };
  return { found: "done", output: {} };
}
