import type { HttpReads } from "../wire/calls.js";
import { flag, needText, part, parts, text, texts, type Wire } from "../wire/records.js";

export interface Svm {
  readonly uuid: string;
  readonly name: string;
  /** "running" is the good one. */
  readonly state: string | undefined;
  readonly ipspace: string | undefined;
  readonly language: string | undefined;
  readonly iscsi: boolean;
  readonly fcp: boolean;
  /** Where it may put volumes; empty when nothing is said. */
  readonly aggregates: readonly string[];
}

function readSvm(wire: Wire): Svm {
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    state: text(wire, "state"),
    ipspace: text(part(wire, "ipspace"), "name"),
    language: text(wire, "language"),
    iscsi: flag(part(wire, "iscsi"), "enabled") ?? false,
    fcp: flag(part(wire, "fcp"), "enabled") ?? false,
    aggregates: parts(wire, "aggregates").flatMap((each) => text(each, "name") ?? []),
  };
}

/** Reads of `/svm/svms` (reference 1.2; name servers: reference 10). An SVM-scoped login sees its own. */
export function svmReads(http: HttpReads) {
  const list = (filter: { readonly name?: string } = {}): Promise<Svm[]> =>
    http.list(
      "/svm/svms",
      {
        fields: "uuid,name,state,ipspace.name,language,iscsi.enabled,fcp.enabled,aggregates.name",
        where: { name: filter.name },
      },
      readSvm,
    );
  return {
    /** GET /svm/svms, all pages. */
    list,
    /** GET /name-services/dns?svm.name: its name servers; empty when it has none. */
    listNameServers: async (svm: string): Promise<readonly string[]> =>
      (
        await http.list("/name-services/dns", { fields: "servers", where: { "svm.name": svm } }, (wire) =>
          texts(wire, "servers"),
        )
      ).flat(),

    /** GET /svm/svms?name. */
    findByName: async (name: string): Promise<Svm | undefined> => (await list({ name }))[0],
  };
}

export type SvmReads = ReturnType<typeof svmReads>;
