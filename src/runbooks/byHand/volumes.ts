import type { Json } from "../../core/json.js";
import type { HandOff, Typed } from "../define.js";
import { cliWord, filter, typed, type RestCall } from "../handOff.js";

/** A volume by name. */
export interface At {
  readonly svm: string;
  readonly volume: string;
}

/** Answers the uuid that the next call's path wants. */
export const findVolume = ({ svm, volume }: At): RestCall => ({
  method: "GET",
  path: `/api/storage/volumes${filter({ "svm.name": svm, name: volume })}`,
});

/** A volume that was just made and holds nothing goes for good: not into the recovery queue. */
const deletion = (at: At): RestCall[] => [
  findVolume(at),
  { method: "DELETE", path: "/api/storage/volumes/{uuid}?force=true" },
];
const deleteCli = ({ svm, volume }: At): string[] => [
  `volume offline -vserver ${cliWord(svm)} -volume ${cliWord(volume)}`,
  `volume delete -vserver ${cliWord(svm)} -volume ${cliWord(volume)} -force true`,
];
export const deleteText = (volumes: readonly At[]): Typed =>
  typed(volumes.flatMap(deleteCli), volumes.flatMap(deletion));

/** New thin volumes for LUNs. */
export function createText(
  svm: string,
  volumes: readonly { readonly name: string; readonly aggregate: string; readonly sizeBytes: number }[],
  comment: string,
): HandOff {
  const all = volumes.map(({ name }) => ({ svm, volume: name }));
  return {
    ...typed(
      volumes.map(
        ({ name, aggregate, sizeBytes }) =>
          `volume create -vserver ${cliWord(svm)} -volume ${cliWord(name)} -aggregate ${cliWord(aggregate)} -size ${sizeBytes}B -space-guarantee none -snapshot-policy none -percent-snapshot-space 0 -comment ${cliWord(comment)}`,
      ),
      volumes.map(({ name, aggregate, sizeBytes }) => ({
        method: "POST" as const,
        path: "/api/storage/volumes",
        body: {
          name,
          svm: { name: svm },
          type: "rw",
          size: sizeBytes,
          aggregates: [{ name: aggregate }],
          guarantee: { type: "none" },
          snapshot_policy: { name: "none" },
          comment,
          space: { snapshot: { reserve_percent: 0 } },
        } as Json,
      })),
    ),
    back: deleteText(all),
  };
}

/** A FlexClone of one snapshot. */
export function cloneText(
  { svm, volume }: At,
  from: { readonly parent: string; readonly snapshot: string },
  comment: string,
): HandOff {
  const { parent, snapshot } = from;
  return {
    ...typed(
      [
        `volume clone create -vserver ${cliWord(svm)} -flexclone ${cliWord(volume)} -parent-volume ${cliWord(parent)} -parent-snapshot ${cliWord(snapshot)} -space-guarantee none -snapshot-policy none -comment ${cliWord(comment)}`,
      ],
      [
        {
          method: "POST",
          path: "/api/storage/volumes",
          body: {
            name: volume,
            svm: { name: svm },
            type: "rw",
            clone: { is_flexclone: true, parent_volume: { name: parent }, parent_snapshot: { name: snapshot } },
            guarantee: { type: "none" },
            snapshot_policy: { name: "none" },
            comment,
          },
        },
      ],
    ),
    back: deleteText([{ svm, volume }]),
  };
}

/** A clone becomes a volume of its own. */
export const splitText = (at: At): HandOff =>
  typed(
    [`volume clone split start -vserver ${cliWord(at.svm)} -flexclone ${cliWord(at.volume)}`],
    [
      findVolume(at),
      { method: "PATCH", path: "/api/storage/volumes/{uuid}", body: { clone: { split_initiated: true } } },
    ],
  );

/** Volumes that exist become one consistency group. */
export const groupText = (svm: string, group: string, volumes: readonly string[]): HandOff => ({
  ...typed(
    [
      `vserver consistency-group create -vserver ${cliWord(svm)} -consistency-group ${cliWord(group)} -volumes ${volumes.map(cliWord).join(",")}`,
    ],
    [
      {
        method: "POST",
        path: "/api/application/consistency-groups",
        body: {
          svm: { name: svm },
          name: group,
          volumes: volumes.map((name) => ({ name, provisioning_options: { action: "add" } })),
        },
      },
    ],
  ),
  back: typed(
    [`vserver consistency-group delete -vserver ${cliWord(svm)} -consistency-group ${cliWord(group)}`],
    [
      { method: "GET", path: `/api/application/consistency-groups${filter({ "svm.name": svm, name: group })}` },
      { method: "DELETE", path: "/api/application/consistency-groups/{uuid}" },
    ],
  ),
});
