/**
 * Which older releases each release mirrors with, both ways (type XDP, asynchronous). 9.8 is the oldest release this client is tried on, so the table begins there;
 * x.y.0 exists in the cloud only. Source: NetApp's page "Compatible ONTAP versions for SnapMirror relationships", unified replication, as it stood in July 2026
 * (reference 0). The page reads by the newer release's row; its four places where the older one's row says otherwise (9.13.0 with 9.16.1, 9.17.1
 * and 9.18.1; 9.15.0 with 9.16.0) are taken by that rule.
 */
const WITH_OLDER = {
  "9.19.1": "9.18.1 9.17.1 9.16.1 9.16.0 9.15.1 9.15.0 9.14.1",
  "9.18.1": "9.17.1 9.16.1 9.16.0 9.15.1 9.15.0 9.14.1 9.13.1 9.13.0",
  "9.17.1": "9.16.1 9.16.0 9.15.1 9.15.0 9.14.1 9.14.0 9.13.1 9.13.0 9.12.1",
  "9.16.1": "9.16.0 9.15.1 9.15.0 9.14.1 9.14.0 9.13.1 9.13.0 9.12.1 9.12.0 9.11.1",
  "9.16.0": "9.15.1 9.15.0 9.14.1 9.13.1 9.12.1 9.11.1 9.10.1",
  "9.15.1": "9.15.0 9.14.1 9.14.0 9.13.1 9.13.0 9.12.1 9.12.0 9.11.1 9.11.0 9.10.1 9.10.0 9.9.1",
  "9.15.0": "9.14.1 9.13.1 9.12.1 9.11.1 9.10.1 9.9.1",
  "9.14.1": "9.14.0 9.13.1 9.13.0 9.12.1 9.12.0 9.11.1 9.11.0 9.10.1 9.10.0 9.9.1 9.9.0",
  "9.14.0": "9.13.1 9.12.1 9.11.1 9.10.1 9.9.1",
  "9.13.1": "9.13.0 9.12.1 9.12.0 9.11.1 9.11.0 9.10.1 9.10.0 9.9.1 9.9.0 9.8",
  "9.13.0": "9.12.1 9.11.1 9.10.1 9.9.1 9.8",
  "9.12.1": "9.12.0 9.11.1 9.11.0 9.10.1 9.10.0 9.9.1 9.9.0 9.8",
  "9.12.0": "9.11.1 9.10.1 9.9.1 9.8",
  "9.11.1": "9.11.0 9.10.1 9.10.0 9.9.1 9.9.0 9.8",
  "9.11.0": "9.10.1 9.9.1 9.8",
  "9.10.1": "9.10.0 9.9.1 9.9.0 9.8",
  "9.10.0": "9.9.1 9.8",
  "9.9.1": "9.9.0 9.8",
  "9.9.0": "9.8",
  "9.8": "",
} as const satisfies Record<string, string>;

type Known = keyof typeof WITH_OLDER;

const isKnown = (name: string): name is Known => Object.hasOwn(WITH_OLDER, name);
const RELEASES = Object.keys(WITH_OLDER) as readonly Known[];

/** Whether two releases may be the two ends of a mirror. */
export type Interoperability =
  | { readonly works: "yes" }
  /** `says` is a sentence for a refusal: which two, and what each would go with. */
  | { readonly works: "no"; readonly says: string }
  /** One of them is in no table of ours, or the login may not see it. */
  | { readonly works: "unknown"; readonly says: string };

/** One end of a mirror, named as people know it. */
export interface MirrorEnd {
  readonly cluster: string;
  /** "9.16.1", from `cluster.version().short` or a peer's `remoteRelease`; undefined where nobody may see it, or it is only assumed. */
  readonly release: string | undefined;
}

/** Before 9.9 releases had two numbers, and the interface says a zero for the third. */
const nameOf = (release: string): string => release.replace(/^(9\.[0-8])\.0$/, "$1");

/** The releases this one may mirror with, newest first and itself among them; undefined for one that is in no table of ours. */
export function mirrorPartnersOf(release: string): readonly string[] | undefined {
  const name = nameOf(release);
  return isKnown(name) ? RELEASES.filter((other) => pairs(name, other)) : undefined;
}

/**
 * May these two mirror to each other? Pure, and the same in both directions. What is "unknown" is for saying, not for refusing: a release newer than the table, or one the
 * login may not see.
 */
export function interoperability(one: MirrorEnd, other: MirrorEnd): Interoperability {
  const names = [one, other].map(({ release }) => (release === undefined ? undefined : nameOf(release)));
  const [a, b] = names;
  if (a !== undefined && b !== undefined && isKnown(a) && isKnown(b)) {
    if (pairs(a, b)) return { works: "yes" };
    return {
      works: "no",
      says:
        `ONTAP ${a} on ${one.cluster} and ${b} on ${other.cluster} do not mirror with each other: ` +
        `${a} goes with ${span(a)}, and ${b} with ${span(b)}.`,
    };
  }
  const blind = [one, other].filter((_, i) => names[i] === undefined);
  if (blind.length > 0)
    return { works: "unknown", says: `The login may not see which release ${blind.map(named).join(" and ")} runs.` };
  const [strange] = [one, other].filter((_, i) => !isKnown(names[i] ?? ""));
  return {
    works: "unknown",
    says: `${strange?.cluster} runs ONTAP ${strange?.release}, which is not in the table of releases that mirror with each other.`,
  };
}

const named = ({ cluster }: MirrorEnd): string => cluster;

function pairs(a: Known, b: Known): boolean {
  if (a === b) return true;
  const [newer, older] = RELEASES.indexOf(a) < RELEASES.indexOf(b) ? [a, b] : [b, a];
  return WITH_OLDER[newer].split(" ").includes(older);
}

/** "9.11.1 to 9.19.1 without 9.12.0". */
function span(release: Known): string {
  const fits = RELEASES.map((other) => pairs(release, other));
  const [newest, oldest] = [fits.indexOf(true), fits.lastIndexOf(true)];
  const gaps = RELEASES.slice(newest, oldest).filter((_, i) => !fits[newest + i]);
  return `${RELEASES[oldest]} to ${RELEASES[newest]}${gaps.length === 0 ? "" : ` without ${gaps.join(", ")}`}`;
}
