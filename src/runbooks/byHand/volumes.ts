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

const offlineCli = ({ svm, volume }: At): string =>
  `volume offline -vserver ${cliWord(svm)} -volume ${cliWord(volume)}`;
const deleteCli = ({ svm, volume }: At): string => `volume delete -vserver ${cliWord(svm)} -volume ${cliWord(volume)}`;

/**
 * Volumes that were just made and hold nothing go for good: not into the recovery queue, where a clone would still hold its parent's snapshot
 * (reference 7.4). In the CLI the volume must be offline, and `-force` is there at the advanced privilege only (NetApp, ONTAP command reference,
 * `volume delete`); that it passes the recovery queue by is said of the REST call (`DELETE /storage/volumes/{uuid}`, `force`).
 */
export const deleteText = (volumes: readonly At[]): Typed =>
  typed(
    forGoodCli(volumes),
    volumes.flatMap((at): RestCall[] => [
      findVolume(at),
      { method: "DELETE", path: "/api/storage/volumes/{uuid}?force=true" },
    ]),
  );
const forGoodCli = (volumes: readonly At[]): string[] => [
  "set -privilege advanced",
  ...volumes.flatMap((at) => [offlineCli(at), `${deleteCli(at)} -force true`]),
  "set -privilege admin",
];

/** A clone goes for good, by its identity. */
export const deleteCloneText = (at: At, uuid: string): HandOff =>
  typed(forGoodCli([at]), [{ method: "DELETE", path: `/api/storage/volumes/${uuid}?force=true` }]);

/** A mirror's copy goes, by its identity, and lies in the recovery queue for a while. Source: ONTAP command reference, `volume offline`, `volume delete`. */
export const deleteCopyText = (at: At, uuid: string): HandOff => ({
  note: "Not by force: the array keeps it in its recovery queue for about twelve hours, where its administrator can still fetch it.",
  ...typed([offlineCli(at), deleteCli(at)], [{ method: "DELETE", path: `/api/storage/volumes/${uuid}` }]),
});

/** Snapshots on a schedule of the volume's own, or none. Source: ONTAP command reference, `volume modify -snapshot-policy`; reference 7.1. */
export const snapshotPolicyText = ({ svm, volume }: At, uuid: string, policy: string, was: string): HandOff => {
  const text = (name: string): Typed =>
    typed(
      [`volume modify -vserver ${cliWord(svm)} -volume ${cliWord(volume)} -snapshot-policy ${cliWord(name)}`],
      [{ method: "PATCH", path: `/api/storage/volumes/${uuid}`, body: { snapshot_policy: { name } } }],
    );
  return { ...text(policy), back: text(was) };
};

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

/** What to know before a consistency group's commands are typed. */
export const groupNote = "The CLI has these commands from ONTAP 9.14.1 on; before that, take the REST calls.";

/** Names a consistency group to a command that deletes: of one without a parent, the releases before 9.16.1 want to hear so. */
export const groupCli = (svm: string, group: string): string =>
  `-vserver ${cliWord(svm)} -consistency-group ${cliWord(group)} -parent-consistency-group -`;

/** Volumes that exist become one consistency group. Source: ONTAP command reference 9.14.1, `vserver consistency-group create`, `… delete`. */
export const groupText = (svm: string, group: string, volumes: readonly string[]): HandOff => ({
  note: groupNote,
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
    [`vserver consistency-group delete ${groupCli(svm, group)}`],
    [
      { method: "GET", path: `/api/application/consistency-groups${filter({ "svm.name": svm, name: group })}` },
      { method: "DELETE", path: "/api/application/consistency-groups/{uuid}" },
    ],
  ),
});
