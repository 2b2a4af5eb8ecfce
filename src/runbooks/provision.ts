import { z } from "zod";
import type { Refs } from "../core/refs.js";
import { showBytes } from "../core/units.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import { listed } from "./inventory.js";
import { observe, type Facts } from "./provision/observe.js";
import { provisionRequest, type ProvisionRequest } from "./provision/request.js";
import { buildFileSystem } from "./steps/buildFileSystem.js";
import { hostIgroup } from "./steps/hostIgroup.js";
import { createGroup, createLuns, createVolumes } from "./steps/makeVolumes.js";
import { mapNewLuns, mapProductionLuns } from "./steps/mapLuns.js";
import { hostTag } from "./steps/onHost.js";
import { ownerText } from "./clones.js";

const steps = { createVolumes, createLuns, createGroup, hostIgroup, mapNewLuns, mapProductionLuns, buildFileSystem };
const lun = "lun00";

/** New storage for a host: a volume and a LUN each, one consistency group, one striped file system, mounted now and at every start. */
export const provision = defineRunbook({
  name: "provision",
  version: 1,
  title: (asked: ProvisionRequest) => `Provision storage on ${asked.host}`,
  request: provisionRequest,
  steps,
  observe,
  plan,
  closing,
  example: { say: "provision 2 LUNs of 10 GB for prod on epic-tst-01 at /epic/app", world: "epic" },
});

function plan(_asked: ProvisionRequest, facts: Facts, p: Planner<typeof steps>): void {
  show(facts, p);
  const { host, run, cluster, svm, sizeBytes, mount, base, volumes, group, access, initiators, igroup, numbers } =
    facts;
  const isProduction = host.environment === "production";
  const environment = isProduction ? ("production" as const) : ("infrastructure" as const);
  const at = { cluster, svm, environment };
  const names = volumes.map(({ name }) => ({ name }));
  p.step.createVolumes({
    ...at,
    volumes: [...volumes],
    comment: `Sluice ${run.tag}: storage for ${host.name} at ${mount}`,
  });
  const made = p.step.createLuns({ ...at, volumes: names, lun, sizeBytes });
  if (group !== undefined) p.step.createGroup({ ...at, volumes: names, group });
  p.step.hostIgroup({ cluster, svm, igroup, protocol: access.protocol, initiators: [...initiators], host: host.name });
  const map = isProduction ? p.step.mapProductionLuns : p.step.mapNewLuns;
  volumes.forEach(({ name }, i) =>
    map({
      cluster,
      svm,
      volume: name,
      owner: ownerText(run.asker),
      igroup,
      host: host.name,
      luns: [{ path: `/vol/${name}/${lun}`, number: numbers[i] ?? 0 }],
    }),
  );
  p.step.buildFileSystem({
    host: { name: host.name, environment: host.environment, clearedForPatientData: host.clearedForPatientData },
    logout: facts.isFirst,
    build: {
      tag: hostTag(run.id),
      access,
      vg: `vg_${base}`,
      lv: "lv_data",
      mount,
      luns: volumes.map((_, i) => ({ number: numbers[i] ?? 0, wwid: made.luns[i]?.wwid as Refs<string> })),
      options: "noatime",
    },
  });
}

function show(facts: Facts, p: Planner<typeof steps>): void {
  const { host, cluster, svm, sizeBytes, mount, volumes, access, alsoSees, freeBytes } = facts;
  const total = sizeBytes * volumes.length;
  const each = volumes.length === 1 ? "one LUN" : `${volumes.length} LUNs of ${showBytes(sizeBytes)}, striped`;
  p.show("Size", `${showBytes(total)}: ${each}; thin, takes space for what is written`);
  p.show("From", `${svm} on ${cluster} over ${access.protocol === "fcp" ? "Fibre Channel" : "iSCSI"}`);
  p.show("To", `${mount} on ${host.name}`);
  if (freeBytes !== undefined) p.show("Free space", showBytes(freeBytes), freeBytes < total ? "warning" : "plain");
  if (alsoSees.length > 0)
    p.warn(
      `${listed(alsoSees)} will see the LUNs too, by the same igroup: an XFS file system must never be mounted on two hosts at once.`,
    );
}

const builtShape = z.object({ host: z.object({ name: z.string() }), build: z.object({ mount: z.string() }) });

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const built = ended.flatMap((step) =>
    step.uses === "buildFileSystem" ? (builtShape.safeParse(step.input).data ?? []) : [],
  )[0];
  const where = built ? `${built.build.mount} on ${built.host.name}` : "its place";
  return {
    sentences: [
      `The new file system is mounted at ${where}, and will be after every start. It is not mirrored: nothing protects it yet.`,
    ],
    choices: [],
  };
}
