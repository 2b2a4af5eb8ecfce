import type { HandOff, Typed } from "../define.js";
import { cliWord, filter, typed, type RestCall } from "../handOff.js";
import type { At } from "./volumes.js";

const pathOf = ({ svm, volume }: At): string => `${svm}:${volume}`;

/** Answers the uuid that the next call's path wants. */
const findMirror = (at: At): RestCall => ({
  method: "GET",
  path: `/api/snapmirror/relationships${filter({ "destination.path": pathOf(at) })}`,
});
const patched = (at: At, body: Readonly<Record<string, string>>): RestCall[] => [
  findMirror(at),
  { method: "PATCH", path: "/api/snapmirror/relationships/{uuid}", body: { ...body } },
];

/** A transfer now. */
export const updateText = (at: At): HandOff =>
  typed(
    [`snapmirror update -destination-path ${cliWord(pathOf(at))}`],
    [findMirror(at), { method: "POST", path: "/api/snapmirror/relationships/{uuid}/transfers", body: {} }],
  );

const resumed = (at: At): Typed =>
  typed([`snapmirror resume -destination-path ${cliWord(pathOf(at))}`], patched(at, { state: "snapmirrored" }));
const resynced = (at: At): Typed =>
  typed([`snapmirror resync -destination-path ${cliWord(pathOf(at))}`], patched(at, { state: "snapmirrored" }));

/** No transfer any more. */
export const holdText = (at: At): HandOff => ({
  note: "A transfer that is under way is aborted first (snapmirror abort), where it would not end by itself.",
  ...typed([`snapmirror quiesce -destination-path ${cliWord(pathOf(at))}`], patched(at, { state: "paused" })),
  back: resumed(at),
});

/** The destination becomes writable, at the snapshot that is named. `back` only where its source is there. */
export const breakText = (at: At, snapshot: string | undefined, hasWayBack: boolean): HandOff => ({
  ...(snapshot === undefined
    ? {}
    : {
        note: `The CLI breaks at the newest state: see first that it is ${snapshot} (snapmirror show -fields exported-snapshot).`,
      }),
  ...typed(
    [`snapmirror break -destination-path ${cliWord(pathOf(at))}`],
    patched(at, { state: "broken_off", ...(snapshot === undefined ? {} : { restore_to_snapshot: snapshot }) }),
  ),
  ...(hasWayBack ? { back: resynced(at) } : {}),
});

/** The destination goes back to the newest common snapshot and follows its source: what it alone has is gone. */
export const resyncText = (at: At): HandOff => resynced(at);

/** The relationship goes on the destination's side, and no snapshot with it. */
export const deleteText = (at: At): HandOff =>
  typed(
    [`snapmirror delete -destination-path ${cliWord(pathOf(at))}`],
    [findMirror(at), { method: "DELETE", path: "/api/snapmirror/relationships/{uuid}?destination_only=true" }],
  );

/** A relationship by which nothing moves yet, its policy named; `plan`: the schedule it will follow, and its limit. */
export function createText(
  at: At,
  source: { readonly path: string; readonly cluster: string },
  policy: string,
  plan?: { readonly schedule: string; readonly kbPerSecond: number },
): HandOff {
  const { cli, rest } = deleteText(at);
  const limit = plan !== undefined && plan.kbPerSecond > 0 ? plan.kbPerSecond : undefined;
  return {
    ...typed(
      [
        `snapmirror create -source-path ${cliWord(source.path)} -destination-path ${cliWord(pathOf(at))} -policy ${cliWord(policy)}${plan ? ` -schedule ${cliWord(plan.schedule)}` : ""}${limit === undefined ? "" : ` -throttle ${limit}`}`,
      ],
      [
        {
          method: "POST",
          path: "/api/snapmirror/relationships",
          body: {
            source: { path: source.path, cluster: { name: source.cluster } },
            destination: { path: pathOf(at) },
            policy: { name: policy },
            ...(plan ? { transfer_schedule: { name: plan.schedule } } : {}),
            ...(limit === undefined ? {} : { throttle: limit }),
          },
        },
      ],
    ),
    back: { cli, rest },
  };
}
