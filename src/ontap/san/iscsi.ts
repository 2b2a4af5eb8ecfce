import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, type Named, named, needText, part, parts, text, type Wire } from "../wire/records.js";

export interface IscsiService {
  readonly svm: Named;
  readonly enabled: boolean;
  /** `iqn.1992-08.com.netapp:sn.<hex>:vs.<n>` */
  readonly targetIqn: string;
  readonly targetAlias: string | undefined;
}

export interface IscsiSession {
  readonly svm: Named;
  readonly initiator: string;
  readonly isid: string | undefined;
  readonly targetPortalGroup: string | undefined;
  /** The array's address it came in on, per connection. */
  readonly interfaceAddresses: readonly string[];
  readonly initiatorAddresses: readonly string[];
  readonly igroups: readonly string[];
}

function readService(wire: Wire): IscsiService {
  const target = part(wire, "target");
  return {
    svm: named(part(wire, "svm")),
    enabled: flag(wire, "enabled") ?? false,
    targetIqn: needText(target, "name"),
    targetAlias: text(target, "alias"),
  };
}

function readSession(wire: Wire): IscsiSession {
  const connections = parts(wire, "connections");
  return {
    svm: named(part(wire, "svm")),
    initiator: needText(part(wire, "initiator"), "name"),
    isid: text(wire, "isid"),
    targetPortalGroup: text(wire, "target_portal_group"),
    interfaceAddresses: connections.flatMap((each) => text(part(part(each, "interface"), "ip"), "address") ?? []),
    initiatorAddresses: connections.flatMap((each) => text(part(each, "initiator_address"), "address") ?? []),
    igroups: parts(wire, "igroups").flatMap((each) => text(each, "name") ?? []),
  };
}

/** Reads of `/protocols/san/iscsi` (reference 8.5). On Cloud Volumes ONTAP the service exists; it is only looked at. */
export function iscsiReads(http: HttpReads) {
  return {
    /** GET /protocols/san/iscsi/services?svm.name: the SVM's target, undefined when it has none. */
    findService: async (svm: string): Promise<IscsiService | undefined> =>
      (
        await http.list(
          "/protocols/san/iscsi/services",
          { fields: "svm.name,svm.uuid,enabled,target.name,target.alias", where: { "svm.name": svm } },
          readService,
        )
      )[0],

    /** GET /protocols/san/iscsi/sessions: who is logged in. A session does not mean that a LUN is in use. */
    sessions: (filter: { readonly svm?: string; readonly initiator?: string } = {}): Promise<IscsiSession[]> =>
      http.list(
        "/protocols/san/iscsi/sessions",
        {
          fields: "svm.name,svm.uuid,isid,target_portal_group,initiator.name,connections,igroups.name",
          where: { "svm.name": filter.svm, "initiator.name": filter.initiator },
        },
        readSession,
      ),
  };
}

/** Writes of `/protocols/san/iscsi/services` (reference 8.5). Synchronous. Sessions are the hosts': nothing here ends one. */
export function iscsiWrites(http: HttpWrites) {
  return {
    /** POST /protocols/san/iscsi/services. 5374077 it is there already, 1115127 no licence, 2621507 not allowed on this SVM, 5374893 the SVM is stopped. */
    createService: async (svm: string): Promise<void> => {
      await http.send({
        method: "POST",
        path: "/protocols/san/iscsi/services",
        body: { svm: { name: svm }, enabled: true },
      });
    },

    /** PATCH /protocols/san/iscsi/services/{svm.uuid} `enabled`: off ends every session of the SVM. 5374078 there is none. */
    setServiceEnabled: async (svmUuid: string, enabled: boolean): Promise<void> => {
      await http.send({ method: "PATCH", path: api`/protocols/san/iscsi/services/${svmUuid}`, body: { enabled } });
    },
  };
}

export type IscsiReads = ReturnType<typeof iscsiReads>;
export type IscsiWrites = ReturnType<typeof iscsiWrites>;
