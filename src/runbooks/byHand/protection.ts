import type { Json } from "../../core/json.js";
import type { HandOff } from "../define.js";
import { cliWord, filter, typed } from "../handOff.js";
import { deleteText, type At } from "./volumes.js";

/** A schedule of the whole cluster. */
export function scheduleText(
  name: string,
  cron: { readonly minutes: readonly number[]; readonly hours?: readonly number[] },
): HandOff {
  const hours = cron.hours ?? [];
  return {
    ...typed(
      [
        `job schedule cron create -name ${cliWord(name)} -minute ${cron.minutes.join(",")}${hours.length > 0 ? ` -hour ${hours.join(",")}` : ""}`,
      ],
      [{ method: "POST", path: "/api/cluster/schedules", body: { name, cron: cron as unknown as Json } }],
    ),
    back: typed(
      [`job schedule cron delete -name ${cliWord(name)}`],
      [
        { method: "GET", path: `/api/cluster/schedules${filter({ name })}` },
        { method: "DELETE", path: "/api/cluster/schedules/{uuid}" },
      ],
    ),
  };
}

/** An SVM's policy for mirrors that keep labelled snapshots. */
export const policyText = (
  svm: string,
  name: string,
  rules: readonly { readonly label: string; readonly count: number }[],
  compressed: boolean,
): HandOff => ({
  ...typed(
    [
      `snapmirror policy create -vserver ${cliWord(svm)} -policy ${cliWord(name)} -type mirror-vault -is-network-compression-enabled ${String(compressed)}`,
      ...rules.map(
        (each) =>
          `snapmirror policy add-rule -vserver ${cliWord(svm)} -policy ${cliWord(name)} -snapmirror-label ${cliWord(each.label)} -keep ${each.count}`,
      ),
    ],
    [
      {
        method: "POST",
        path: "/api/snapmirror/policies",
        body: {
          name,
          svm: { name: svm },
          type: "async",
          network_compression_enabled: compressed,
          retention: rules.map((each) => ({ label: each.label, count: String(each.count) })),
        },
      },
    ],
  ),
  back: typed(
    [`snapmirror policy delete -vserver ${cliWord(svm)} -policy ${cliWord(name)}`],
    [
      { method: "GET", path: `/api/snapmirror/policies${filter({ name, "svm.name": svm })}` },
      { method: "DELETE", path: "/api/snapmirror/policies/{uuid}" },
    ],
  ),
});

/** A mirror's destination: thin, without snapshots of its own. */
export function mirrorVolumeText(
  at: At,
  of: {
    readonly aggregate: string;
    readonly language: string;
    readonly sizeBytes: number;
    readonly comment: string;
    readonly encrypted: boolean;
    readonly tiering: string;
  },
): HandOff {
  const { svm, volume } = at;
  const { aggregate, language, sizeBytes, comment, encrypted, tiering } = of;
  const tier = tiering === "none" ? "" : ` -tiering-policy ${tiering.replace("_", "-")}`;
  return {
    ...typed(
      [
        `volume create -vserver ${cliWord(svm)} -volume ${cliWord(volume)} -aggregate ${cliWord(aggregate)} -type DP -size ${sizeBytes}B -language ${cliWord(language)} -space-guarantee none -snapshot-policy none${encrypted ? " -encrypt true" : ""}${tier} -comment ${cliWord(comment)}`,
      ],
      [
        {
          method: "POST",
          path: "/api/storage/volumes",
          body: {
            name: volume,
            svm: { name: svm },
            type: "dp",
            size: sizeBytes,
            aggregates: [{ name: aggregate }],
            language,
            guarantee: { type: "none" },
            snapshot_policy: { name: "none" },
            comment,
            ...(encrypted ? { encryption: { enabled: true } } : {}),
            ...(tiering === "none" ? {} : { tiering: { policy: tiering } }),
          },
        },
      ],
    ),
    back: deleteText([at]),
  };
}
