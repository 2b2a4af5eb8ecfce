import type { FreezeConfig, HostConfig, SetConfig } from "../../config/types.js";
import { Problem, Refusal } from "../../core/problems.js";
import { inspect, type FreezeInput } from "../../host/index.js";
import { getHost, listed } from "../inventory.js";
import type { ReadTools } from "../tools.js";
import type { Freezing } from "./facts.js";

const nothing = "Nothing was changed.";
const mostMounts = 6;

/** The set's mount points, inner ones first. */
const mountPoints = (set: SetConfig): string[] =>
  set.layout.volumeGroups
    .flatMap((group) => group.logicalVolumes.map((each) => each.mountPoint))
    .sort((a, b) => b.split("/").length - a.split("/").length || (a < b ? -1 : 1));

/** The production host that has the set mounted now, and how it is frozen there. Throws a Refusal, with the way to go on without, where there is none. */
export async function findFreezing(set: SetConfig, freeze: FreezeConfig, on: ReadTools): Promise<Freezing> {
  const names = freeze.host === undefined ? set.productionHosts : [freeze.host];
  const hosts = names.map((name) => getHost(on.inventory, name));
  const points = mountPoints(set);
  const looks = await Promise.allSettled(hosts.map((host) => isMountedOn(host, points, on)));
  const mounted = hosts.filter((_, i) => {
    const look = looks[i];
    return look?.status === "fulfilled" && look.value;
  });
  const [host, second] = mounted;
  if (host && !second) return { host, way: wayOf(freeze, points), limitSeconds: freeze.resumeAfterSeconds };
  const failed = looks.find((each) => each.status === "rejected");
  if (failed && !(failed.reason instanceof Problem)) throw failed.reason;
  const why = second
    ? `${listed(points)} is mounted on several hosts (${listed(mounted.map((each) => each.name))}), so I cannot tell where to freeze`
    : failed
      ? `I cannot look at ${listed(names)} to freeze the application of ${set.name}: ${(failed.reason as Problem).sentence.replace(/\.$/, "")}`
      : `${listed(points)} is mounted on none of ${listed(names)}, so there is no application of ${set.name} to freeze`;
  throw new Refusal(`${why}.`, {
    next: `Without freezing, the snapshot is crash-consistent. ${nothing}`,
    detail: { choices: [{ label: "Without freezing", say: `snapshot ${set.name} without freezing` }] },
  });
}

async function isMountedOn(host: HostConfig, points: readonly string[], on: ReadTools): Promise<boolean> {
  const seen = await inspect.ask(on.host(host.name), { mounts: points.slice(0, mostMounts) });
  return seen.mounts.some((each) => each.source !== undefined);
}

function wayOf(freeze: FreezeConfig, points: readonly string[]): FreezeInput["way"] {
  switch (freeze.kind) {
    case "iris":
      return { kind: "iris", instance: freeze.instance, user: freeze.user };
    case "command":
      return {
        kind: "command",
        freeze: freeze.freeze,
        thaw: freeze.thaw,
        ...(freeze.check === undefined ? {} : { check: freeze.check }),
      };
    case "xfs_freeze":
      return { kind: "xfs", mounts: [...points] };
  }
}
