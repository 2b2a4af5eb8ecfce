import { accepts, needText, text, texts } from "../kernel/body.js";
import { ApiError, badValue } from "../kernel/errors.js";
import type { Ctx, Outcome, Write } from "../kernel/route.js";
import type { BroadcastDomainState, PortState } from "../state.js";

/** The command's broadcast domain, from the query or the body; the query may spell it with dashes (reference 1.1). */
function domainOf({ body, cluster, query }: Ctx): BroadcastDomainState {
  const given = (name: string, dashed: string): string =>
    query.get(name) ?? query.get(dashed) ?? text(body, name) ?? needText(body, name);
  const name = given("broadcast_domain", "broadcast-domain");
  const ipspace = query.get("ipspace") ?? text(body, "ipspace") ?? "Default";
  const found = cluster.broadcastDomains.find((each) => each.name === name && each.ipspace === ipspace);
  if (!found) throw new ApiError(4, "entry doesn't exist", 404, "broadcast_domain");
  return found;
}

/** `node:port`, as the command line names ports. */
function portsOf({ body, cluster }: Ctx): readonly PortState[] {
  return (texts(body, "ports") ?? []).map((each) => {
    const colon = each.indexOf(":");
    const found = cluster.ports.find(
      (port) => port.node === each.slice(0, colon) && port.name === each.slice(colon + 1),
    );
    if (!found) throw badValue("ports", each);
    return found;
  });
}

function removePorts(ctx: Ctx): Outcome {
  const domain = domainOf(ctx);
  const ports = portsOf(ctx);
  for (const port of ports) {
    const used = ctx.cluster.lifs.some((lif) =>
      [lif, lif.home].some((place) => place?.node === port.node && place.port === port.name),
    );
    if (used) throw new ApiError(1377608, `Port "${port.name}" is the home port or current port of an interface.`, 409);
  }
  for (const port of ports) {
    const { broadcastDomain: at } = port;
    if (at?.name === domain.name && at.ipspace === domain.ipspace) port.broadcastDomain = undefined;
  }
  return { done: true };
}

const COMMAND = "/private/cli/network/port/broadcast-domain";

/** The one thing about ports REST cannot do: taking one out of a broadcast domain without putting it into another (reference 2). */
export const cliWrites: readonly Write[] = [
  {
    method: "PATCH",
    path: `${COMMAND}/remove-ports`,
    reply: "sync",
    clusterOnly: true,
    flags: ["broadcast_domain", "broadcast-domain", "ipspace"],
    body: accepts("broadcast_domain ipspace ports"),
    errors: [4, 1377608],
    run: removePorts,
  },
];
