import { z } from "zod";
import type { HostConfig } from "../config/types.js";
import { Problem, Refusal } from "../core/problems.js";
import { inspect, isReady, ready, type PrepareInput, type ReadyFacts } from "../host/index.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import { getHost, listed } from "./inventory.js";
import { iscsiPlaces, type IscsiPlace } from "./iscsiPlaces.js";
import { ensureIgroup } from "./steps/ensureIgroup.js";
import { hostTag } from "./steps/onHost.js";
import { prepareHost } from "./steps/prepareHost.js";
import type { ReadTools } from "./tools.js";

const request = z.strictObject({ host: z.string() });
type Request = z.infer<typeof request>;
const steps = { ensureIgroup, prepareHost };
const nothing = "Nothing was changed.";

/** What preparing a host is planned from. */
interface Facts {
  readonly host: HostConfig;
  readonly iqn: string;
  readonly places: readonly IscsiPlace[];
  readonly input: PrepareInput;
  readonly lacks: ReadyFacts;
  /** Hosts whose initiator names could not be compared. */
  readonly unseen: readonly string[];
}

/** Makes a host ready to be given LUNs over iSCSI, from what a look finds that it lacks. */
export const prepareHostRunbook = defineRunbook({
  name: "prepare-host",
  version: 1,
  title: (asked: Request) => `Prepare ${asked.host}`,
  request,
  steps,
  observe,
  plan,
  closing,
  example: { say: "prepare epic-tst-01", world: "epic" },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const host = getHost(on.inventory, asked.host);
  const { iqn } = host;
  if (host.environment === "production")
    throw new Refusal(
      `${host.name} is a production host: packages and services there are its own people's to change.`,
      { next: nothing },
    );
  if (iqn === undefined)
    throw new Refusal(`The configuration does not say which iSCSI name ${host.name} has.`, {
      next: `Give it one ("iqn"). ${nothing}`,
    });
  const places = await iscsiPlaces(host, iqn, on);
  const input = {
    tag: hostTag(on.run.id),
    initiator: iqn,
    targets: places.map(({ target, portals }) => ({ target, portals: [...portals] })),
  };
  const [lacks, unseen] = await Promise.all([ready.ask(on.host(host.name), input), refuseTwins(host, iqn, on)]);
  refuseUnfit(host, iqn, lacks);
  if (isReady(lacks) && places.every(({ igroup }) => igroup.isThere))
    throw new Refusal(
      `${host.name} is ready: packages, settings, services, sessions and igroup are as they should be.`,
      {
        next: nothing,
      },
    );
  return { host, iqn, places, input, lacks, unseen };
}

/** A machine made from another's image signs in with the other's name: both would see the LUNs of either. Gives the hosts that could not be asked. */
async function refuseTwins(host: HostConfig, iqn: string, on: ReadTools): Promise<readonly string[]> {
  const others = on.inventory.hosts.filter((each) => each.name !== host.name);
  const names = await Promise.all(
    others.map(async (each) => {
      try {
        return (await inspect.ask(on.host(each.name), {})).initiator;
      } catch (thrown) {
        if (thrown instanceof Problem) return undefined;
        throw thrown;
      }
    }),
  );
  const twin = others.find((_, i) => names[i]?.toLowerCase() === iqn.toLowerCase());
  if (twin)
    throw new Refusal(
      `${twin.name} signs in as ${iqn} too, which is the name of ${host.name}: each would see the LUNs of the other, and both would write to them.`,
      { next: `Give ${twin.name} a name of its own first. ${nothing}` },
    );
  return others.filter((_, i) => names[i] === undefined).map((each) => each.name);
}

function refuseUnfit(host: HostConfig, iqn: string, lacks: ReadyFacts): void {
  const no = (what: string, next: string): never => {
    throw new Refusal(what, { next: `${next} ${nothing}` });
  };
  if (lacks.os === "other")
    no(`${host.name} is neither of the Red Hat nor of the Debian family.`, "Its people have to prepare it.");
  if (lacks.initiator !== "" && lacks.initiator.toLowerCase() !== iqn.toLowerCase())
    no(
      `${host.name} signs in as ${lacks.initiator}, and the configuration says ${iqn}.`,
      "Put the one right that is wrong.",
    );
  if (lacks.others !== "")
    no(
      `multipath serves other storage on ${host.name} too (${lacks.others}), and the settings for NetApp alone would take that away.`,
      "Its people have to set multipath.",
    );
  if (lacks.dropIn === "foreign")
    no(`/etc/multipath/conf.d/sluice.conf on ${host.name} is not one Sluice wrote.`, "Move it away first.");
}

function plan(_asked: Request, { host, iqn, places, input, lacks, unseen }: Facts, p: Planner<typeof steps>): void {
  p.show(
    "System",
    `${lacks.os === "rhel" ? "Red Hat family" : "Debian family"}${lacks.devicesFile ? ", LVM goes by a devices file (each LUN is entered when it is attached)" : ""}`,
  );
  p.show("Signs in as", `${iqn}, which no other host ${unseen.length === 0 ? "has" : "that could be asked has"}`);
  if (unseen.length > 0)
    p.show(
      "Not asked",
      `${listed(unseen)} could not be asked for the name ${unseen.length === 1 ? "it signs" : "they sign"} in with`,
      "warning",
    );
  for (const { cluster, svm, igroup } of places)
    if (!igroup.isThere) p.step.ensureIgroup({ cluster, svm, igroup: igroup.name, initiator: iqn, host: host.name });
  const will = inWords(lacks);
  if (will.length > 0)
    p.step.prepareHost({
      host: { name: host.name, environment: host.environment, clearedForPatientData: host.clearedForPatientData },
      prepare: input,
      will,
    });
}

function inWords(lacks: ReadyFacts): string[] {
  const { missing, settings, units, portals, dropIn, conf, initiator } = lacks;
  return [
    ...(missing.length > 0 ? [`install ${listed(missing)}`] : []),
    ...(initiator === "" ? ["write its iSCSI name"] : []),
    ...(settings.length > 0 ? [`set ${listed(settings)} in iscsid.conf (for sessions made from now on)`] : []),
    ...(conf ? [] : ["make an empty multipath.conf"]),
    ...(dropIn === "same"
      ? []
      : ["write /etc/multipath/conf.d/sluice.conf (NetApp's LUNs alone, one path makes a map too) and have it read"]),
    ...(units.length > 0 ? [`enable and start ${listed(units)}`] : []),
    ...(portals.length > 0 ? [`sign in at ${listed(portals)}`] : []),
  ];
}

const preparedShape = z.object({ host: z.object({ name: z.string() }) });

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const host = ended.flatMap((step) => preparedShape.safeParse(step.input).data?.host.name ?? [])[0];
  return { sentences: [`${host ?? "The host"} is ready to be given LUNs. Nothing was restarted.`], choices: [] };
}
