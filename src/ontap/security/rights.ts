import { Rejected } from "../../core/problems.js";
import type { HttpReads } from "../wire/calls.js";
import { part, parts, text, type Wire } from "../wire/records.js";

/** One line of a role: a path and what lies below it, and how far. "all", "readonly", "none", or "read_create" and its kin (ONTAP 9.11). */
export interface Privilege {
  readonly path: string;
  readonly access: string;
}

const readPrivilege = (wire: Wire): Privilege => ({
  path: text(wire, "path") ?? "",
  access: text(wire, "access") ?? "",
});

const refused = (problem: unknown): boolean =>
  problem instanceof Rejected && ["6", "6691623"].includes(problem.code ?? "");

/** What the login may do, found out without doing it (reference 1.2). */
export function rightsReads(http: HttpReads) {
  return {
    /** GET /… (any collection), one record: false where the login is refused (403 with code 6). What it may not read it may not write. */
    mayRead: (path: string): Promise<boolean> =>
      http
        .get(path, { also: { max_records: 1 } }, () => true)
        .catch((problem: unknown) => {
          if (refused(problem)) return false;
          throw problem;
        }),

    /** GET /security/accounts and /security/roles: the lines of the role this user has; undefined where the login may not look, which is the rule for a restricted one. */
    listOwn: async (user: string): Promise<Privilege[] | undefined> => {
      try {
        const [role] = await http.list(
          "/security/accounts",
          { fields: "owner.uuid,name,role.name", where: { name: user } },
          (wire) => ({ owner: text(part(wire, "owner"), "uuid"), name: text(part(wire, "role"), "name") }),
        );
        if (role?.name === undefined) return undefined;
        const roles = await http.list(
          "/security/roles",
          { fields: "owner.uuid,name,privileges.path,privileges.access", where: { name: role.name } },
          (wire) => ({
            owner: text(part(wire, "owner"), "uuid"),
            privileges: parts(wire, "privileges").map(readPrivilege),
          }),
        );
        return roles.find((each) => each.owner === role.owner)?.privileges;
      } catch (problem) {
        if (refused(problem)) return undefined;
        throw problem;
      }
    },
  };
}

export type RightsReads = ReturnType<typeof rightsReads>;
