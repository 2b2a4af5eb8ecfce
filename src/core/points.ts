/** As much of a snapshot as its place among a set's points needs. */
export interface PointSnapshot {
  readonly name: string;
  readonly createTime: string | undefined;
  readonly label: string | undefined;
  readonly comment: string;
}

export type Consistency = "application-consistent" | "crash-consistent";

/** One consistent snapshot, found complete on every volume of a set. */
export interface SetPoint<S extends PointSnapshot> {
  readonly name: string;
  readonly taken: string;
  readonly consistency: Consistency;
  readonly comment: string;
  readonly label: string | undefined;
  /** In the order of the set's members. */
  readonly members: readonly S[];
}

/** The points that are complete on every member, newest first. SnapMirror's own are never among them. */
export function completePoints<S extends PointSnapshot>(perMember: readonly (readonly S[])[]): readonly SetPoint<S>[] {
  const [first, ...others] = perMember;
  const points = (first ?? []).flatMap((snapshot): SetPoint<S>[] => {
    if (snapshot.name.startsWith("snapmirror.") || snapshot.createTime === undefined) return [];
    const rest = others.map((list) => list.find((each) => each.name === snapshot.name));
    if (rest.some((each) => each === undefined)) return [];
    const members = [snapshot, ...(rest as S[])];
    return [
      {
        name: snapshot.name,
        taken: snapshot.createTime,
        consistency: consistencyOf(members),
        comment: snapshot.comment,
        label: snapshot.label,
        members,
      },
    ];
  });
  return points.sort((a, b) => Date.parse(b.taken) - Date.parse(a.taken));
}

/** The comment is the only place a snapshot can say that its application was frozen; all members must say so. */
export function consistencyOf(members: readonly Pick<PointSnapshot, "comment">[]): Consistency {
  return members.every((each) => /\bapp(lication)?-consistent\b/i.test(each.comment))
    ? "application-consistent"
    : "crash-consistent";
}

/** Is a snapshot of that name one of the set's nights? `*` in the pattern stands for anything. */
export const isNightly = (set: { readonly nightly: { readonly pattern: string } }, name: string): boolean =>
  like(set.nightly.pattern, name);

/** Does a name match a pattern in which `*` stands for anything? */
export function like(pattern: string, text: string): boolean {
  const source = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`).test(text);
}
