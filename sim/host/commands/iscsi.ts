import { has, last, parse, type Parsed } from "../args.js";
import { type Call, complain, done, lines, type Program, say, type Answer } from "../command.js";
import { dropSession, scanHost } from "../devices.js";
import type { Machine, NodeRecord, Session } from "../machine.js";

const NO_RECORDS = complain("iscsiadm: No records found\n", 21);
const SPEC =
  "m: mode: t: type: p: portal: T: targetname: o: op: n: name: v: value: D discover l login u logout L: loginall: U: logoutall: R rescan r: sid: P: print: I: interface: s stats d: debug: S show h help";

const defaults: readonly (readonly [string, string])[] = [
  ["node.startup", "manual"],
  ["node.leading_login", "No"],
  ["iface.iscsi_ifacename", "default"],
  ["iface.transport_name", "tcp"],
  ["node.session.initial_login_retry_max", "8"],
  ["node.session.auth.authmethod", "None"],
  ["node.session.auth.username", "<empty>"],
  ["node.session.auth.password", "<empty>"],
  ["node.session.timeo.replacement_timeout", "120"],
  ["node.session.scan", "auto"],
  ["node.conn[0].startup", "manual"],
  ["node.conn[0].timeo.login_timeout", "15"],
  ["node.conn[0].timeo.logout_timeout", "15"],
];

/** open-iscsi 2.1: discovery, node records, sessions. Exit codes as in its iscsi_err.h. */
export const iscsiadm: Program = (call) => {
  const parsed = parse(call.args, SPEC);
  if (parsed.unknown) return complain(`iscsiadm: unrecognized option '${parsed.unknown}'\n`, 7);
  switch (last(parsed, "m", "mode")) {
    case "discoverydb":
    case "discovery":
      return discover(call, parsed);
    case "node":
      return node(call, parsed);
    case "session":
      return session(call, parsed);
    default:
      return complain("iscsiadm: Mode must be provided.\n", 7);
  }
};

/** `10.8.1.21:3260,1`, port and tag optional. */
function portalOf(text: string | undefined): { address: string; port: number } | undefined {
  const match = /^\[?([^\]:,]+)\]?(?::(\d+))?(?:,\d+)?$/.exec(text ?? "");
  return match?.[1] === undefined ? undefined : { address: match[1], port: Number(match[2] ?? 3260) };
}

function discover({ machine, run }: Call, parsed: Parsed): Answer {
  const portal = portalOf(last(parsed, "p", "portal"));
  if (!portal) return complain("iscsiadm: Please specify the portal\n", 7);
  const target = machine.san.discover(portal.address);
  if (!target) {
    run.elapse(30_000);
    const refused = `iscsiadm: cannot make connection to ${portal.address}: No route to host`;
    return complain(
      lines([
        ...Array<string>(6).fill(refused),
        "iscsiadm: connection login retries (reopen_max) 5 exceeded",
        "iscsiadm: Could not perform SendTargets discovery: iSCSI PDU timed out",
      ]),
      11,
    );
  }
  const op = last(parsed, "o", "op") ?? "new";
  for (const each of target.portals) {
    const known = machine.records.find((record) => record.iqn === target.iqn && record.address === each.address);
    if (op === "update" && known) machine.records.splice(machine.records.indexOf(known), 1);
    if (op === "nonpersistent" || (known && op !== "update")) continue;
    machine.records.push({
      iqn: target.iqn,
      address: each.address,
      port: each.port,
      tpgt: each.tpgt,
      settings: new Map(defaults),
    });
  }
  return say(lines(target.portals.map((each) => `${each.address}:${each.port},${each.tpgt} ${target.iqn}`)));
}

function node(call: Call, parsed: Parsed): Answer {
  const { machine } = call;
  const portal = portalOf(last(parsed, "p", "portal"));
  const iqn = last(parsed, "T", "targetname");
  const matching = machine.records.filter(
    (record) => (iqn === undefined || record.iqn === iqn) && (!portal || record.address === portal.address),
  );
  if (last(parsed, "o", "op") === "new") return addRecord(machine, iqn, last(parsed, "p", "portal"));
  if (matching.length === 0) return NO_RECORDS;
  if (has(parsed, "l", "login"))
    return all(matching, (record) => login(call, record), "Could not log into all portals");
  if (has(parsed, "L", "loginall")) {
    const automatic = matching.filter((record) => record.settings.get("node.startup") === "automatic");
    return all(automatic, (record) => login(call, record), "Could not log into all portals");
  }
  if (has(parsed, "u", "logout", "U", "logoutall")) return logout(machine, matching);
  if (has(parsed, "R", "rescan")) {
    const open = machine.sessions.filter((each) => matching.some((record) => isOf(record, each)));
    return open.length === 0 ? complain("iscsiadm: No session found.\n", 21) : rescan(machine, open);
  }
  switch (last(parsed, "o", "op")) {
    case "update":
      return update(matching, last(parsed, "n", "name") ?? "", last(parsed, "v", "value") ?? "");
    case "delete":
      for (const record of matching) machine.records.splice(machine.records.indexOf(record), 1);
      return done;
    default:
      return iqn !== undefined && portal
        ? say(matching.map(record).join(""))
        : say(lines(matching.map((each) => `${each.address}:${each.port},${each.tpgt} ${each.iqn}`)));
  }
}

/** Nobody is asked whether such a target is there; an existing record begins anew. */
function addRecord(machine: Machine, iqn: string | undefined, at: string | undefined): Answer {
  const portal = portalOf(at);
  if (iqn === undefined || !portal) return complain("iscsiadm: node mode with op new needs a target and a portal\n", 7);
  const tpgt = /,(\d+)$/.exec(at ?? "")?.[1];
  const known = machine.records.find((each) => each.iqn === iqn && each.address === portal.address);
  if (known) machine.records.splice(machine.records.indexOf(known), 1);
  machine.records.push({ iqn, ...portal, tpgt: Number(tpgt ?? 2 ** 32 - 1), settings: new Map(defaults) });
  const path = `${portal.address},${portal.port},${tpgt ?? "-1"}`;
  return say(`New iSCSI node [tcp:[hw=,ip=,net_if=,iscsi_if=default] ${path} ${iqn}] added\n`);
}

const isOf = (record: NodeRecord, session: Session): boolean =>
  record.iqn === session.iqn && record.address === session.address;

function record(each: NodeRecord): string {
  const [startup, ...others] = [...each.settings].map(
    ([name, value]) => `${name} = ${name.endsWith("password") && value !== "<empty>" ? "********" : value}`,
  );
  return lines([
    "# BEGIN RECORD 2.1.8",
    `node.name = ${each.iqn}`,
    `node.tpgt = ${each.tpgt}`,
    startup ?? "",
    ...others,
    `node.conn[0].address = ${each.address}`,
    `node.conn[0].port = ${each.port}`,
    "# END RECORD",
  ]);
}

function update(records: readonly NodeRecord[], name: string, value: string): Answer {
  for (const each of records) {
    if (!/^node\.(startup|leading_login|session\.|conn\[0\]\.)|^iface\./.test(name)) {
      return complain(
        `iscsiadm: Cannot modify ${name}. Invalid param name.\niscsiadm: Could not execute operation on all records: invalid parameter\n`,
        7,
      );
    }
    each.settings.set(name, value);
  }
  return done;
}

/** Does it for every record, as one command of many targets: what went well is printed, the first failure is the exit code. */
function all(records: readonly NodeRecord[], act: (record: NodeRecord) => Answer, failure: string): Answer {
  const answers = records.map(act);
  const failed = answers.find((each) => each.exitCode !== 0);
  return {
    stdout: answers.map((each) => each.stdout).join(""),
    stderr: answers.map((each) => each.stderr).join("") + (failed ? `iscsiadm: ${failure}\n` : ""),
    exitCode: failed?.exitCode ?? 0,
  };
}

/** Logs in as a boot or a script would; also used when the machine starts. */
export function login({ machine, run }: Pick<Call, "machine" | "run">, record: NodeRecord): Answer {
  if (machine.sessions.some((each) => isOf(record, each))) {
    return complain("iscsiadm: default: 1 session requested, but 1 already present.\n", 15);
  }
  const name = `[iface: default, target: ${record.iqn}, portal: ${record.address},${record.port}]`;
  const doing = `Logging in to ${name}\n`;
  const outcome = machine.san.login(record.iqn, record.address, machine.host.iqn);
  if (outcome === "unreachable") {
    const attempts = Math.max(1, Number(record.settings.get("node.session.initial_login_retry_max")));
    run.elapse(attempts * Number(record.settings.get("node.conn[0].timeo.login_timeout")) * 1000);
    return {
      stdout: doing,
      stderr: `iscsiadm: Could not login to ${name}.\niscsiadm: initiator reported error (8 - connection timed out)\n`,
      exitCode: 8,
    };
  }
  if (outcome === "refused") {
    return {
      stdout: doing,
      stderr: `iscsiadm: Could not login to ${name}.\niscsiadm: initiator reported error (19 - encountered non-retryable iSCSI login failure)\n`,
      exitCode: 19,
    };
  }
  const session: Session = {
    sid: machine.nextSid++,
    iqn: record.iqn,
    address: record.address,
    port: record.port,
    tpgt: record.tpgt,
    hostNumber: machine.nextHostNumber++,
  };
  machine.sessions.push(session);
  if (machine.knobs.scanAtLogin && record.settings.get("node.session.scan") !== "manual")
    scanHost(machine, session.hostNumber, undefined);
  machine.touch();
  return say(`${doing}Login to ${name} successful.\n`);
}

function logout(machine: Machine, records: readonly NodeRecord[]): Answer {
  const open = machine.sessions.filter((each) => records.some((record) => isOf(record, each)));
  if (open.length === 0) return complain("iscsiadm: No matching sessions found\n", 21);
  const names = open.map((each) => `[sid: ${each.sid}, target: ${each.iqn}, portal: ${each.address},${each.port}]`);
  for (const each of open) dropSession(machine, each);
  return say(
    lines([
      ...names.map((name) => `Logging out of session ${name}`),
      ...names.map((name) => `Logout of ${name} successful.`),
    ]),
  );
}

function session(call: Call, parsed: Parsed): Answer {
  const { machine } = call;
  const sid = last(parsed, "r", "sid");
  const open = machine.sessions.filter((each) => sid === undefined || String(each.sid) === sid);
  if (open.length === 0)
    return complain(
      sid === undefined ? "iscsiadm: No active sessions.\n" : `iscsiadm: Could not get host for sid ${sid}.\n`,
      21,
    );
  if (has(parsed, "R", "rescan")) return rescan(machine, open);
  if (has(parsed, "u", "logout"))
    return logout(
      machine,
      machine.records.filter((record) => open.some((each) => isOf(record, each))),
    );
  if (has(parsed, "P", "print")) return say(detailed(machine, open));
  return say(
    lines(open.map((each) => `tcp: [${each.sid}] ${each.address}:${each.port},${each.tpgt} ${each.iqn} (non-flash)`)),
  );
}

function rescan(machine: Machine, open: readonly Session[]): Answer {
  for (const each of open) scanHost(machine, each.hostNumber, undefined);
  return say(
    lines(
      open.map(
        (each) => `Rescanning session [sid: ${each.sid}, target: ${each.iqn}, portal: ${each.address},${each.port}]`,
      ),
    ),
  );
}

function detailed(machine: Machine, open: readonly Session[]): string {
  const targets = [...new Set(open.map((each) => each.iqn))];
  return lines(
    targets.flatMap((iqn) => [
      `Target: ${iqn} (non-flash)`,
      ...open.filter((each) => each.iqn === iqn).flatMap((each) => sessionBlock(machine, each)),
    ]),
  );
}

function sessionBlock(machine: Machine, each: Session): string[] {
  const isUp = machine.san.luns(each.iqn, each.address, machine.host.iqn) !== undefined;
  const inner = [
    "**********",
    "Interface:",
    "**********",
    "Iface Name: default",
    "Iface Transport: tcp",
    `Iface Initiatorname: ${machine.host.iqn}`,
    `Iface IPaddress: ${each.address.replace(/\d+$/, "5")}`,
    "Iface HWaddress: default",
    "Iface Netdev: default",
    `SID: ${each.sid}`,
    `iSCSI Connection State: ${isUp ? "LOGGED IN" : "TRANSPORT WAIT"}`,
    `iSCSI Session State: ${isUp ? "LOGGED_IN" : "FAILED"}`,
    `Internal iscsid Session State: ${isUp ? "NO CHANGE" : "REOPEN"}`,
  ];
  return [
    `\tCurrent Portal: ${each.address}:${each.port},${each.tpgt}`,
    `\tPersistent Portal: ${each.address}:${each.port},${each.tpgt}`,
    ...inner.map((line) => `\t\t${line}`),
  ];
}
