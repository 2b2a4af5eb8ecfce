import type { HandOff, Typed } from "../define.js";
import { cliWord, filter, typed } from "../handOff.js";

/** One LUN's place in an igroup. */
export interface MapAt {
  readonly svm: string;
  readonly lun: string;
  readonly igroup: string;
  readonly number: number;
}

/** LUNs are shown to an igroup's hosts, each under its number. */
export const mapText = (maps: readonly MapAt[]): Typed =>
  typed(
    maps.map(
      ({ svm, lun, igroup, number }) =>
        `lun mapping create -vserver ${cliWord(svm)} -path ${cliWord(lun)} -igroup ${cliWord(igroup)} -lun-id ${number}`,
    ),
    maps.map(({ svm, lun, igroup, number }) => ({
      method: "POST" as const,
      path: "/api/protocols/san/lun-maps",
      body: { svm: { name: svm }, lun: { name: lun }, igroup: { name: igroup }, logical_unit_number: number },
    })),
  );

const unmapCli = ({ svm, lun, igroup }: MapAt): string =>
  `lun mapping delete -vserver ${cliWord(svm)} -path ${cliWord(lun)} -igroup ${cliWord(igroup)}`;

/** LUNs are taken from an igroup's hosts; their uuids are known. Source: ONTAP command reference, `lun mapping delete`. */
export const unmapText = (maps: readonly (MapAt & { readonly uuid: string; readonly igroupUuid: string })[]): Typed =>
  typed(
    maps.map(unmapCli),
    maps.map(({ uuid, igroupUuid }) => ({
      method: "DELETE" as const,
      path: `/api/protocols/san/lun-maps/${uuid}/${igroupUuid}`,
    })),
  );

/** The same where only names are known: in REST by a query. */
export const unmapByNameText = (maps: readonly MapAt[]): Typed =>
  typed(
    maps.map(unmapCli),
    maps.map(({ svm, lun, igroup }) => ({
      method: "DELETE" as const,
      path: `/api/protocols/san/lun-maps${filter({ "svm.name": svm, "lun.name": lun, "igroup.name": igroup })}`,
    })),
  );

/** Thin LUNs that give back what their host frees. */
export const createText = (svm: string, paths: readonly string[], sizeBytes: number): HandOff => ({
  ...typed(
    paths.map(
      (path) =>
        `lun create -vserver ${cliWord(svm)} -path ${cliWord(path)} -size ${sizeBytes}B -ostype linux -space-reserve disabled -space-allocation enabled`,
    ),
    paths.map((path) => ({
      method: "POST" as const,
      path: "/api/storage/luns",
      body: {
        svm: { name: svm },
        name: path,
        os_type: "linux",
        space: {
          size: sizeBytes,
          guarantee: { requested: false },
          scsi_thin_provisioning_support_enabled: true,
        },
      },
    })),
  ),
  back: typed(
    paths.map((path) => `lun delete -vserver ${cliWord(svm)} -path ${cliWord(path)}`),
    paths.flatMap((path) => [
      { method: "GET" as const, path: `/api/storage/luns${filter({ "svm.name": svm, name: path })}` },
      { method: "DELETE" as const, path: "/api/storage/luns/{uuid}" },
    ]),
  ),
});

const igroupDeleteCli = (svm: string, igroup: string): string =>
  `lun igroup delete -vserver ${cliWord(svm)} -igroup ${cliWord(igroup)}`;

/** A host's igroup goes, by its identity. Neither the command nor the call deletes one that has a map, unless told to (ONTAP command reference, `lun igroup delete`). */
export const dropIgroupText = (svm: string, igroup: string, uuid: string, initiators: readonly string[]): HandOff => {
  const { cli, rest } = igroupText(svm, igroup, "iscsi", initiators);
  return {
    ...typed([igroupDeleteCli(svm, igroup)], [{ method: "DELETE", path: `/api/protocols/san/igroups/${uuid}` }]),
    back: { cli, rest },
  };
};

/** A host's igroup with all its initiators. Source: ONTAP command reference, `lun igroup create`, `lun igroup delete`. */
export const igroupText = (svm: string, igroup: string, protocol: string, initiators: readonly string[]): HandOff => ({
  ...typed(
    [
      `lun igroup create -vserver ${cliWord(svm)} -igroup ${cliWord(igroup)} -protocol ${cliWord(protocol)} -ostype linux -initiator ${initiators.map(cliWord).join(",")}`,
    ],
    [
      {
        method: "POST",
        path: "/api/protocols/san/igroups",
        body: {
          svm: { name: svm },
          name: igroup,
          os_type: "linux",
          protocol,
          initiators: initiators.map((name) => ({ name })),
        },
      },
    ],
  ),
  back: typed(
    [igroupDeleteCli(svm, igroup)],
    [
      { method: "GET", path: `/api/protocols/san/igroups${filter({ "svm.name": svm, name: igroup })}` },
      { method: "DELETE", path: "/api/protocols/san/igroups/{uuid}" },
    ],
  ),
});
