import type { HandOff } from "../define.js";
import { cliWord, filter, typed, type RestCall } from "../handOff.js";
import { findVolume, groupCli, groupNote, type At } from "./volumes.js";

export interface NewSnapshot {
  readonly snapshot: string;
  readonly label: string;
  readonly comment: string;
}

/** One labelled snapshot of one volume. It stays: there is no text to take it back. */
export const takeText = (at: At, { snapshot, label, comment }: NewSnapshot): HandOff =>
  typed([takeCli(at, { snapshot, label, comment })], takeCalls(at, { snapshot, label, comment }));

const takeCli = ({ svm, volume }: At, { snapshot, label, comment }: NewSnapshot): string =>
  `volume snapshot create -vserver ${cliWord(svm)} -volume ${cliWord(volume)} -snapshot ${cliWord(snapshot)} -snapmirror-label ${cliWord(label)} -comment ${cliWord(comment)}`;

const takeCalls = (at: At, { snapshot, label, comment }: NewSnapshot): RestCall[] => [
  findVolume(at),
  {
    method: "POST",
    path: "/api/storage/volumes/{uuid}/snapshots",
    body: { name: snapshot, snapmirror_label: label, comment },
  },
];

const groupDeleteCli = (svm: string, group: string, snapshot: string): string =>
  `vserver consistency-group snapshot delete ${groupCli(svm, group)} -snapshot ${cliWord(snapshot)}`;

/**
 * One snapshot of a set: by its consistency group at one instant; without one, of its only volume. Source: ONTAP command reference 9.14.1,
 * `vserver consistency-group snapshot create`, `… delete`.
 */
export function takeSetText(
  svm: string,
  volumes: readonly { readonly name: string; readonly uuid: string }[],
  group: { readonly uuid: string; readonly name: string } | null,
  wanted: NewSnapshot,
): HandOff {
  const { snapshot, label, comment } = wanted;
  const each = volumes.map(({ name, uuid }) => ({ svm, volume: name, uuid }));
  const back = typed(
    group ? [groupDeleteCli(svm, group.name, snapshot)] : each.map((at) => deleteCli(at, snapshot)),
    group ? groupDeletion(group.uuid, snapshot) : each.flatMap((at) => deleteCalls(at, snapshot)),
  );
  if (!group)
    return {
      ...typed(
        each.map((at) => takeCli(at, wanted)),
        each.flatMap((at) => takeCalls(at, wanted)),
      ),
      back,
    };
  return {
    note: groupNote,
    ...typed(
      [
        `vserver consistency-group snapshot create -vserver ${cliWord(svm)} -consistency-group ${cliWord(group.name)} -snapshot ${cliWord(snapshot)} -consistency-type crash -snapmirror-label ${cliWord(label)} -comment ${cliWord(comment)}`,
      ],
      [
        {
          method: "POST",
          path: `/api/application/consistency-groups/${group.uuid}/snapshots`,
          body: { name: snapshot, consistency_type: "crash", snapmirror_label: label, comment },
        },
      ],
    ),
    back,
  };
}

const groupDeletion = (group: string, snapshot: string): RestCall[] => [
  {
    method: "GET",
    path: `/api/application/consistency-groups/${group}/snapshots${filter({ name: snapshot })}`,
  },
  { method: "DELETE", path: `/api/application/consistency-groups/${group}/snapshots/{uuid}` },
];

const deleteCli = ({ svm, volume }: At, snapshot: string): string =>
  `volume snapshot delete -vserver ${cliWord(svm)} -volume ${cliWord(volume)} -snapshot ${cliWord(snapshot)}`;

const deleteCalls = ({ uuid }: { readonly uuid: string }, snapshot: string): RestCall[] => [
  { method: "GET", path: `/api/storage/volumes/${uuid}/snapshots${filter({ name: snapshot })}` },
  { method: "DELETE", path: `/api/storage/volumes/${uuid}/snapshots/{uuid}` },
];

/** One snapshot goes, by its identity, from every volume of a set; where a consistency group has it, from all at once. */
export const deleteSetText = (
  svm: string,
  snapshot: string,
  parts: readonly { readonly volume: string; readonly volumeUuid: string; readonly uuid: string }[],
  group: { readonly uuid: string; readonly name: string; readonly snapshotUuid: string } | null,
): HandOff => ({
  ...(group ? { note: groupNote } : {}),
  ...typed(
    group
      ? [groupDeleteCli(svm, group.name, snapshot)]
      : parts.map(({ volume }) => deleteCli({ svm, volume }, snapshot)),
    group
      ? [
          {
            method: "DELETE",
            path: `/api/application/consistency-groups/${group.uuid}/snapshots/${group.snapshotUuid}`,
          },
        ]
      : parts.map(({ volumeUuid, uuid }) => ({
          method: "DELETE" as const,
          path: `/api/storage/volumes/${volumeUuid}/snapshots/${uuid}`,
        })),
  ),
});

/** Snapshots get a label, by which a mirror takes them along. */
export const labelText = (
  svm: string,
  label: string,
  snapshots: readonly {
    readonly volume: string;
    readonly name: string;
    readonly volumeUuid: string;
    readonly uuid: string;
  }[],
): HandOff =>
  typed(
    snapshots.map(
      ({ volume, name }) =>
        `volume snapshot modify -vserver ${cliWord(svm)} -volume ${cliWord(volume)} -snapshot ${cliWord(name)} -snapmirror-label ${cliWord(label)}`,
    ),
    snapshots.map(({ volumeUuid, uuid }) => ({
      method: "PATCH" as const,
      path: `/api/storage/volumes/${volumeUuid}/snapshots/${uuid}`,
      body: { snapmirror_label: label },
    })),
  );

/** What SnapMirror left on a volume of a mirror that is gone: snapshots whose names begin so, and that nothing holds. */
export const dropText = ({ svm, volume }: At, volumeUuid: string, prefix: string): HandOff => ({
  note: "Only those that nothing holds any more. In REST once for each.",
  ...typed(
    [`volume snapshot delete -vserver ${cliWord(svm)} -volume ${cliWord(volume)} -snapshot ${cliWord(`${prefix}*`)}`],
    [
      { method: "GET", path: `/api/storage/volumes/${volumeUuid}/snapshots${filter({ name: `${prefix}*` })}` },
      { method: "DELETE", path: `/api/storage/volumes/${volumeUuid}/snapshots/{uuid}` },
    ],
  ),
});
